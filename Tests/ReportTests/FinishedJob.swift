import Journal
import Model
import Report
import TestSupport

/// A journal whose lines ended as a test says, in a private folder that has room for reports.
struct FinishedJob {
    let folder: TemporaryDirectory
    let journal: Journal

    var reportPath: String { folder("mapping.csv.report") }

    /// Plans the lines and lets one run end their operations in plan order; what is not told stays pending.
    ///
    /// `linesRead` is what the reader claims to have read, for a balance that is to be wrong.
    init(
        _ lines: [MappingLine], ends: [Ending] = [], kind: Job.Kind = .run, stop: Stop? = nil, linesRead: Int? = nil,
        hasRun: Bool = true
    ) async throws {
        folder = try TemporaryDirectory()
        let path = folder("mapping.csv.journal.db")
        try Journal.create(at: path) { writer in
            for line in lines {
                try writer.add(line)
            }
            return Job(
                kind: kind, server: "https://chat.example.org", mappingPath: "mapping.csv",
                mappingDigest: String(repeating: "ab12", count: 16), toolVersion: "1.2.3",
                plannedAt: Timestamp(milliseconds: 1_714_661_200_000), lines: linesRead ?? writer.count)
        }
        journal = try Journal(at: path, for: .write)
        if hasRun {
            try await carryOut(ends, stop: stop)
        }
    }

    private func carryOut(_ ends: [Ending], stop: Stop?) async throws {
        let run = try await journal.begin(
            Run(
                startedAt: Timestamp(milliseconds: 1_714_661_265_855), host: "batch-1", pid: 4711, user: "merge",
                toolVersion: "1.2.3", settings: RunSettings(rate: "10/min", concurrency: 8, openRooms: "defer")))
        try await journal.note(serverVersion: "6.9.0", run: run)
        for (index, ending) in ends.enumerated() {
            var exchange = RunTransaction(run: run)
            exchange.wanted = 1
            exchange.declares = true
            guard let operation = try await journal.exchange(exchange).operations.first else { break }
            exchange.wanted = 0
            exchange.attempts = (0..<ending.puts).map { put in
                Attempt(
                    operation: operation.id, action: .move,
                    sentAt: Timestamp(milliseconds: 1_714_661_266_000 + Int64(index * 1000 + put)),
                    milliseconds: 10 * (index + 1), status: 200, meaning: "success")
            }
            exchange.outcomes = ending.state == .sent ? [] : [ending.outcome(of: operation)]
            _ = try await journal.exchange(exchange)
        }
        try journal.end(run, at: Timestamp(milliseconds: 1_714_661_300_000), stop: stop, waited: .milliseconds(2400))
    }

    @discardableResult
    func writeReport(linesOnPage: Int = 100_000) throws -> WrittenReport {
        try ReportDirectory(at: reportPath, linesOnPage: linesOnPage).write(journal)
        return WrittenReport(path: reportPath, folder: folder)
    }
}

/// How one operation ends.
struct Ending: Sendable {
    var state: OperationState
    var reason: ReasonCode?
    var foundVisitor: String?
    var wasOpen: Bool?
    var puts = 1

    init(
        _ state: OperationState, _ reason: ReasonCode? = nil, foundVisitor: String? = nil, wasOpen: Bool? = nil,
        puts: Int = 1
    ) {
        self.state = state
        self.reason = reason
        self.foundVisitor = foundVisitor
        self.wasOpen = wasOpen
        self.puts = puts
    }

    func outcome(of operation: Operation) -> Outcome {
        Outcome(
            operation: operation.id, state: state, reason: reason, confirmedBy: state == .moved ? .response : nil,
            status: 200, foundVisitor: foundVisitor.map { VisitorID($0) }, wasOpen: wasOpen,
            settledAt: Timestamp(milliseconds: 1_714_661_270_000))
    }
}

extension [MappingLine] {
    /// One line for each text `ROOM OLD NEW`; the first stands on line 2, below the header.
    static func mapping(_ texts: String...) -> [MappingLine] {
        texts.enumerated().map { index, text in
            let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
            return MappingLine(number: index + 2, oldVisitor: words[1], newVisitor: words[2], room: words[0])
        }
    }

    /// As many lines as wanted, each with a room of its own.
    static func rooms(_ count: Int) -> [MappingLine] {
        (0..<count).map { MappingLine(number: $0 + 2, oldVisitor: "A\($0)", newVisitor: "B", room: "R\($0)") }
    }
}
