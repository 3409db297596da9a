import FoundationEssentials
import Journal
import Model

/// `report.json`, schema `visitor-merge/report/1` (TheReport, "report.json").
package struct JSONReport: Encodable {
    private let reconciliation: Reconciliation
    private let files: [String: ReportedFile]

    package init(_ reconciliation: Reconciliation, files: [String: ReportedFile] = [:]) {
        self.reconciliation = reconciliation
        self.files = files
    }

    /// The file's bytes.
    package func encoded() throws -> [UInt8] {
        try Array(jsonText(self).utf8) + [UInt8(ascii: "\n")]
    }

    package func encode(to encoder: any Encoder) throws {
        let job = reconciliation.job
        let runs = reconciliation.runs
        var container = encoder.container(keyedBy: Key.self)
        try container.encode("visitor-merge/report/1", forKey: "schema")
        try container.encode(["version": runs.last?.toolVersion ?? job.toolVersion], forKey: "tool")
        try container.encode(job.kind.rawValue, forKey: "mode")
        try container.encode(["url": job.server, "version": runs.last?.serverVersion], forKey: "server")
        try container.encode(
            Mapping(path: job.mappingPath, sha256: job.mappingDigest, lines: job.mappingLines), forKey: "mapping")
        try container.encodeIfPresent(
            job.shard.map { ["index": $0.index, "of": $0.count] }, forKey: "shard")
        try container.encodeIfPresent(job.sample.map(SampleKeys.init), forKey: "sample")
        try container.encode(runs.first?.startedAt.iso8601, forKey: "started")
        try container.encode(runs.last?.endedAt?.iso8601, forKey: "ended")
        try container.encode(reconciliation.isRunning, forKey: "running")
        try container.encode(runs.last?.stop?.reason.rawValue, forKey: "stopped_because")
        try container.encode(every(reconciliation.lines), forKey: "lines")
        try container.encode(every(reconciliation.operations), forKey: "operations")
        try container.encode(BalanceKeys(reconciliation.balance), forKey: "balance")
        try container.encode(named(reconciliation.reasons), forKey: "reasons")
        try container.encode(RequestKeys(reconciliation.requests), forKey: "requests")
        try container.encode(
            reconciliation.calls.map { CallKeys($0, reconciliation.difference($0)) }, forKey: "calls")
        try container.encode(LatencyKeys(reconciliation.latency), forKey: "latency_ms")
        try container.encode(
            RateKeys(asked: runs.last?.settings.rate, achieved: reconciliation.achievedPerSecond), forKey: "rate")
        try container.encodeIfPresent(reconciliation.estimate.map(EstimateKeys.init), forKey: "estimate")
        try container.encode(reconciliation.emptiedVisitors, forKey: "old_visitors_emptied")
        try container.encodeIfPresent(reconciliation.contacts.map(ContactKeys.init), forKey: "contacts")
        try container.encodeIfPresent(job.undoneBy, forKey: "undone_by")
        try container.encodeIfPresent(reconciliation.undo?.roomsBack, forKey: "rooms_moved_back")
        try container.encode(
            runs.map { run in RunKeys(run, steering: reconciliation.steering.filter { $0.run == run.id }) },
            forKey: "runs")
        try container.encode(files, forKey: "files")
    }

    /// A reader can rely on every key being there.
    private func every<Word: RawRepresentable<String> & CaseIterable>(_ counts: [Word: Int]) -> [String: Int] {
        Dictionary(uniqueKeysWithValues: Word.allCases.map { ($0.rawValue, counts[$0] ?? 0) })
    }

    private func named<Word: RawRepresentable<String>>(_ counts: [Word: Int]) -> [String: Int] {
        Dictionary(uniqueKeysWithValues: counts.map { ($0.key.rawValue, $0.value) })
    }
}

private struct Key: CodingKey, ExpressibleByStringLiteral {
    var stringValue: String
    var intValue: Int? { nil }

    init(stringLiteral value: String) { stringValue = value }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

private struct ContactKeys: Encodable {
    var pairs: [String: Int]
    var reasons: [String: Int]

    init(_ counts: ContactCounts) {
        pairs = Dictionary(
            uniqueKeysWithValues: ContactOutcome.allCases.map { ($0.rawValue, counts.outcomes[$0] ?? 0) })
        reasons = Dictionary(uniqueKeysWithValues: counts.reasons.map { ($0.key.rawValue, $0.value) })
    }
}

private struct Mapping: Encodable {
    var path: String
    var sha256: String
    var lines: Int
}

private struct BalanceKeys: Encodable {
    var lines_in: Int
    var lines_accounted: Int
    var operations: Int
    var operations_accounted: Int
    var balanced: Bool

    init(_ balance: Balance) {
        lines_in = balance.linesIn
        lines_accounted = balance.linesAccounted
        operations = balance.operations
        operations_accounted = balance.operationsAccounted
        balanced = balance.isBalanced
    }
}

private struct RequestKeys: Encodable {
    var put: Int
    var read: Int
    var retried: Int
    var rate_limited: Int
    var waited_seconds: Int

    init(_ requests: RequestCounts) {
        put = requests.moves
        read = requests.looks
        retried = requests.retried
        rate_limited = requests.rateLimited
        waited_seconds = (requests.waitedMilliseconds + 500) / 1000
    }
}

private struct LatencyKeys: Encodable {
    var p50: Int
    var p95: Int
    var p99: Int
    var max: Int

    init(_ latency: Latency) {
        p50 = latency.p50 ?? 0
        p95 = latency.p95 ?? 0
        p99 = latency.p99 ?? 0
        max = latency.max ?? 0
    }
}

private struct RateKeys: Encodable {
    var asked: String?
    var achieved_per_second: Double?

    init(asked: String?, achieved: Double?) {
        self.asked = asked
        achieved_per_second = achieved.map { ($0 * 100).rounded() / 100 }
    }

    /// Both keys are there with or without a value.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(asked, forKey: "asked")
        try container.encode(achieved_per_second, forKey: "achieved_per_second")
    }
}

private struct EstimateKeys: Encodable {
    var moves: Int
    var seconds: Int
    var calls: Int
    var window_ms: Int
    /// Calls on each endpoint, and how long they take; absent where it is not known.
    var run: Later?
    var verify: Later?

    struct Later: Encodable {
        var calls: [String: Int]
        var seconds: Int

        init?(_ estimate: Estimate, _ job: Journal.LaterJob) {
            guard let calls = estimate.calls[job], let seconds = estimate.seconds(of: job) else { return nil }
            self.calls = calls
            self.seconds = seconds
        }
    }

    init(_ estimate: Estimate) {
        moves = estimate.moves
        seconds = estimate.seconds
        calls = estimate.pace.calls
        window_ms = estimate.pace.milliseconds
        run = Later(estimate, .run)
        verify = Later(estimate, .verify)
    }
}

private struct RunKeys: Encodable {
    var id: Int64
    var started: String
    var ended: String?
    var host: String
    var pid: Int
    var user: String
    var rate: String
    var concurrency: Int
    var open_rooms: String
    var stopped_because: String?
    var detail: String?
    var steered: [SteeringKeys]

    init(_ run: Run, steering: [Steering]) {
        id = run.id
        started = run.startedAt.iso8601
        ended = run.endedAt?.iso8601
        host = run.host
        pid = run.pid
        user = run.user
        rate = run.settings.rate
        concurrency = run.settings.concurrency
        open_rooms = run.settings.openRooms
        stopped_because = run.stop?.reason.rawValue
        detail = run.stop?.detail
        steered = steering.map(SteeringKeys.init)
    }
}

private struct SteeringKeys: Encodable {
    var at: String
    var by: String
    var command: String
    var followed: String?
    var refused: String?

    init(_ steering: Steering) {
        at = steering.askedAt.iso8601
        by = steering.askedBy
        command = steering.command
        followed = steering.takenAt?.iso8601
        refused = steering.refusal
    }
}
