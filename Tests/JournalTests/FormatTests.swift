import FoundationEssentials
import GRDB
import Model
import TestSupport
import Testing

@testable import Journal

/// Journals as earlier versions left them: each file in `Formats` is the SQL text of one.
@Suite struct `A journal of an earlier format` {
    static let killedRuns = ["format1-killed-run", "format2-killed-run", "format3-killed-run", "format4-killed-run"]

    private let folder: TemporaryDirectory

    init() throws {
        folder = try TemporaryDirectory()
    }

    private func journal(_ name: String) throws -> String {
        let text = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Formats/\(name).sql")
        let path = folder("mapping.csv.journal.db")
        let sql = try String(contentsOf: text, encoding: .utf8)
        let database = try DatabaseQueue(path: path)
        try database.writeWithoutTransaction { database in
            try database.execute(sql: sql)
            try database.execute(sql: "PRAGMA journal_mode = WAL")
        }
        try database.close()
        return path
    }

    private func formats(_ path: String) throws -> Int? {
        try DatabaseQueue(path: path).read { try Int.fetchOne($0, sql: "SELECT count(*) FROM grdb_migrations") }
    }

    private func outcomes(_ journal: Journal) throws -> [String] {
        var outcomes: [String] = []
        try journal.forEachLine {
            outcomes.append("\($0.line) \($0.outcome.rawValue) \($0.reason?.rawValue ?? "-")")
        }
        return outcomes
    }

    /// What the command that wrote them said of each line.
    static let killedLines = [
        "2 rejected conflict", "3 merged -", "4 merged -", "5 merged -", "6 merged -", "7 merged -", "8 merged -",
        "9 pending in-doubt", "10 pending in-doubt",
    ]

    @Test(arguments: killedRuns)
    func `is read as it is, without a change of the file`(_ name: String) throws {
        let path = try journal(name)
        let before = try formats(path)
        let journal = try Journal(at: path, for: .read)

        #expect(try journal.job().kind == .run && journal.job().undoneBy == nil)
        #expect(try journal.tally().operations == [.moved: 6, .sent: 4])
        let outcomes = try outcomes(journal)
        #expect(
            outcomes.contains("3 merged -") && outcomes.contains { $0.hasSuffix("pending in-doubt") }, "\(outcomes)")
        #expect(try journal.rowCounts().lines == outcomes.count)
        let history = try journal.snapshot { try $0.history(of: .line(3), limit: 10) }
        #expect(history.lines.map(\.line) == [3] && history.moves.map(\.row.state) == [.moved])
        #expect(history.moves.first?.attempts.isEmpty == false)
        try journal.close()
        #expect(try formats(path) == before)
    }

    @Test(arguments: killedRuns)
    func `is upgraded by a run, which looks at what was sent before it moves anything`(_ name: String) async throws {
        let path = try journal(name)
        let read = try Journal(at: path, for: .read)
        let before = try outcomes(read)
        try read.close()

        let journal = try Journal(at: path, for: .write)
        #expect(try outcomes(journal) == before)
        let run = try await journal.begin(.sample)
        var exchange = RunTransaction(run: run)
        exchange.wanted = 100
        let claimed = try await journal.exchange(exchange).operations
        #expect(claimed.map(\.mayHaveMoved) == [true, true, true, true])
        try journal.close()

        try Journal.check(path)
        #expect(try formats(path) == 10)
        let moved = try await DatabaseQueue(path: path).read {
            try Int.fetchOne($0, sql: "SELECT count(*) FROM operation WHERE state = 'moved' AND mayHaveMoved")
        }
        #expect(moved == 6)
    }

    @Test func `of an audit that was killed is unfinished, and does not say how its mapping was read`() throws {
        let path = try journal("format5-killed-audit")
        let read = try Journal(at: path, for: .read)
        #expect(try read.isUnfinishedAudit() && read.job().mappingOptions == nil)
        #expect(try read.tally().operations == [.moved: 4, .deferred: 1, .pending: 5])
        try read.close()
        #expect(try formats(path) == 5)
        let written = try Journal(at: path, for: .write)
        #expect(try written.remaining() == 5)
        try written.close()
        #expect(try formats(path) == 10)
    }

    @Test func `of an audit can be carried out`() async throws {
        let path = try journal("format3-audit")
        let audit = try Journal(at: path, for: .annotate)
        let run = folder("run.db")
        try audit.carryOver(
            to: run, at: audit.job().plannedAt, maxAge: .seconds(60), toolVersion: "test", isThere: false)
        try audit.close()

        let journal = try Journal(at: run, for: .write)
        var exchange = RunTransaction(run: try await journal.begin(.sample))
        exchange.wanted = 100
        let claimed = try await journal.exchange(exchange).operations
        #expect(claimed.count == 8 && !claimed.contains { $0.mayHaveMoved })
    }

    @Test(arguments: [Journal.Access.read, .write])
    func `has the indexes and views of a new one`(_ access: Journal.Access) throws {
        let path = try journal("format1-killed-run")
        let new = try PlannedJournal("R A B", " C D")
        let journal = try Journal(at: path, for: access)
        let sql = "SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_schema ORDER BY type, name"
        let expected = try new.journal.read { try Set(String.fetchAll($0, sql: sql)) }
        let upgraded = try journal.read { try Set(String.fetchAll($0, sql: sql)) }
        #expect(upgraded == expected)
    }

    @Test func `is not upgraded under a process that works on it`() throws {
        let path = try journal("format3-killed-run")
        let holder = LockOwner(host: "batch-1", pid: 4711, user: "merge", since: Timestamp(milliseconds: 0))
        let lock = try JournalLock(ofJournalAt: path, holder: holder)

        #expect(throws: JournalError.locked(path: path, holder: holder.description)) {
            try Journal(at: path, for: .annotate)
        }
        #expect(try formats(path) == 3)
        extendLifetime(lock)
    }

    @Test func `replaces views of another version`() throws {
        let planned = try PlannedJournal("R A B")
        try planned.journal.close()
        try planned.execute("DROP VIEW operationReport; CREATE VIEW operationReport AS SELECT 1 AS id")

        let read = try Journal(at: planned.path, for: .read)
        #expect(try read.operationCount() == 1)
        try read.close()
        #expect(try planned.rows("SELECT * FROM operationReport").first?.columnNames.map { $0 } == ["id"])
        let written = try Journal(at: planned.path, for: .write)
        #expect(try written.operationCount() == 1)
        try written.close()
        #expect(try planned.rows("SELECT room FROM operationReport").count == 1)
    }
}

extension Journal {
    fileprivate func operationCount() throws -> Int {
        var count = 0
        try forEachOperation { _ in count += 1 }
        return count
    }
}
