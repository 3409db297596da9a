package import Journal
package import Model

/// What a journal says about its job, as one value; every view of the report is made from it.
package struct Reconciliation: Sendable {
    package var job: Job
    /// Where the journal is.
    package var journalPath: String
    package var runs: [Run]
    /// What people asked of the runs while they were going, oldest first.
    package var steering: [Steering]
    package var lines: [LineOutcome: Int]
    package var operations: [OperationState: Int]
    package var reasons: [ReasonCode: Int]
    package var balance: Balance
    package var requests: RequestCounts
    /// Calls on each endpoint in all runs, beside what was expected.
    package var calls: [EndpointCalls]
    /// What an audit that is through expects of a run of its plan, and of the verification of that, by endpoint.
    package var laterCalls: [Journal.LaterJob: [String: Int]]
    package var latency: Latency
    package var achievedPerSecond: Double?
    /// None while rooms are back by an undo: nobody looked at their visitors since.
    package var emptiedVisitors: Int
    /// What became of the records of visitors; `nil` if the job was not consolidated.
    package var contacts: ContactCounts?
    /// The undo of the job, if one was begun.
    package var undo: Undo?
    /// Some of the rooms that the last run moved, if it ended because it had moved as many as it was to.
    package var trial: [OperationRow]
    /// Moves back what another journal moved, or looks what would be moved back.
    package var isUndo: Bool
    /// True if a run was working on the job while this was read; who reads it knows that from the lock.
    package var isRunning = false

    /// Reads and adds up a journal as it is now.
    package init(of journal: Journal) throws {
        self = try journal.snapshot { try Reconciliation(of: $0) }
    }

    /// Reads and adds up; nothing is carried over from the run itself.
    package init(of journal: JournalSnapshot) throws {
        job = try journal.job()
        // An audit of an undo was planned from the journal that is to be undone.
        isUndo = job.kind == .undo || job.kind == .audit && Journal.isJournal(at: job.mappingPath)
        journalPath = journal.path
        runs = try journal.runs()
        steering = try journal.steering()
        trial = runs.last?.stop?.reason == .maxMovesReached ? try journal.movedByLastRun(limit: 3) : []
        let tally = try journal.tally()
        lines = tally.lines
        operations = tally.operations
        reasons = tally.reasons
        balance = Balance(
            lines: job.lines, accountedLines: lines.values.reduce(0, +), rows: try journal.rowCounts(),
            accountedOperations: operations.values.reduce(0, +))
        let traffic = try journal.traffic()
        requests = RequestCounts(traffic, retried: tally.retried)
        calls = try journal.calls()
        laterCalls = try Dictionary(
            uniqueKeysWithValues: Journal.LaterJob.allCases.map { ($0, try journal.calls(ofLater: $0)) })
        latency = Latency(of: traffic.durations.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
        achievedPerSecond = traffic.achievedPerSecond
        undo = try journal.undo()
        emptiedVisitors = undo?.isInForce == true ? 0 : try journal.emptiedVisitors()
    }

    package func count(_ outcome: LineOutcome) -> Int { lines[outcome] ?? 0 }

    package func count(_ state: OperationState) -> Int { operations[state] ?? 0 }

    /// What the present state of the job means for whoever started it.
    package var verdict: Verdict {
        guard balance.isBalanced else { return .unbalanced }
        if undo?.isInForce == true { return .undone }
        let isUnfinished = OperationState.allCases.contains { state in
            (state == .pending || state == .sent || state == .deferred) && count(state) > 0
        }
        if isUnfinished || LineOutcome.allCases.contains(where: { $0.isLeftForLater && count($0) > 0 }) {
            return .goesOn
        }
        return LineOutcome.allCases.contains { $0.needsPerson && count($0) > 0 } ? .needsPerson : .settled
    }

    /// How long the moves that an audit found possible will take; `nil` for what is no audit, or without a limit.
    package var estimate: Estimate? {
        guard isLookedThrough, stop == nil, count(.moved) > 0, let pace = runs.last?.pace else { return nil }
        return Estimate(moves: count(.moved), pace: pace, calls: laterCalls)
    }

    /// How the calls on an endpoint differ from what was expected; `nil` if they do not, or the job is not finished.
    package func difference(_ calls: EndpointCalls) -> CallDifference? {
        let isFinished = stop == nil && runs.last?.endedAt != nil
        let attempted = OperationState.allCases.reduce(0) { $0 + ($1 == .moved ? 0 : count($1)) }
        return CallDifference(
            calls, ofReading: job.kind == .audit, isFinished: isFinished, unmoved: attempted)
    }

    /// The last pause of the last run, if the run follows it still.
    package var pause: Steering? {
        let followed = steering.last { steering in
            steering.run == runs.last?.id && steering.takenAt != nil && ["pause", "resume"].contains(steering.command)
        }
        return followed?.command == "pause" ? followed : nil
    }

    /// Why the last run ended early, or `nil`.
    package var stop: Stop? { runs.last?.stop }

    /// What a job comes to.
    package enum Verdict: Sendable {
        /// Every line is settled well.
        case settled
        /// Finished, and some lines need a person.
        case needsPerson
        /// Stopped early or deferred: the same command goes on.
        case goesOn
        /// What the job moved is back, or may be, by an undo.
        case undone
        /// The report does not add up, which is a fault of this program.
        case unbalanced
    }
}

/// How long a number of moves takes at a pace.
package struct Estimate: Sendable, Equatable {
    package var moves: Int
    package var pace: Pace
    /// The calls that a run and its verification will make on each endpoint; empty if an earlier version made the audit.
    package var calls: [Journal.LaterJob: [String: Int]] = [:]

    /// Rounded up.
    package var seconds: Int { seconds(for: moves) }

    /// How long a later job takes at the pace, which is as long as its calls on the busiest endpoint.
    ///
    /// `nil` if that is not known.
    package func seconds(of job: Journal.LaterJob) -> Int? {
        // The server does not limit this one.
        calls[job]?.filter { $0.key != "info" }.values.max().map(seconds)
    }

    private func seconds(for calls: Int) -> Int { (calls * pace.milliseconds / pace.calls + 999) / 1000 }
}

/// Whether every line and every operation has exactly one end.
package struct Balance: Sendable, Equatable {
    /// Lines as the reader counted them while it read, and lines as the report adds them up.
    package var linesIn: Int
    package var linesAccounted: Int
    package var operations: Int
    package var operationsAccounted: Int
    package var isBalanced: Bool

    init(lines: Int, accountedLines: Int, rows: (lines: Int, operations: Int), accountedOperations: Int) {
        linesIn = lines
        linesAccounted = accountedLines
        operations = rows.operations
        operationsAccounted = accountedOperations
        isBalanced = lines == accountedLines && lines == rows.lines && rows.operations == accountedOperations
    }

    /// The tables must hold as many rows as the counts say.
    mutating func check(lines: Int, operations: Int) {
        isBalanced = isBalanced && lines == linesIn && operations == self.operations
    }
}

/// Requests made for operations, in all runs on a journal.
package struct RequestCounts: Sendable, Equatable {
    package var moves: Int
    package var looks: Int
    /// PUTs beyond the first of their operation.
    package var retried: Int
    package var rateLimited: Int
    package var waitedMilliseconds: Int

    init(_ traffic: RequestStatistics, retried: Int) {
        moves = traffic.moves
        looks = traffic.looks
        self.retried = retried
        rateLimited = traffic.rateLimited
        waitedMilliseconds = traffic.waitedMilliseconds
    }
}

/// How long answered PUTs took, in milliseconds; `nil` throughout if there were none.
package struct Latency: Sendable, Equatable {
    package var p50: Int?
    package var p95: Int?
    package var p99: Int?
    package var max: Int?

    /// - Parameter durations: how many took how long, shortest first.
    init(of durations: [(milliseconds: Int, count: Int)]) {
        let total = durations.reduce(0) { $0 + $1.count }
        func percentile(_ share: Double) -> Int? {
            let rank = Int((Double(total) * share).rounded(.up))
            var seen = 0
            for (milliseconds, count) in durations {
                seen += count
                if seen >= rank { return milliseconds }
            }
            return nil
        }
        p50 = percentile(0.5)
        p95 = percentile(0.95)
        p99 = percentile(0.99)
        max = durations.last?.milliseconds
    }
}
