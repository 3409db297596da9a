import FoundationEssentials
import GRDB
import Journal
import Model
import TestSupport
import Testing

/// What another program can put into each column of a journal: read or refused, it never brings the program down.
@Suite struct `An impossible value in a journal` {
    private let folder: TemporaryDirectory
    private let sound: Data
    private let columns: [(table: String, column: String)]

    private var path: String { folder("damaged.db") }

    /// A journal with a row in every table that is read.
    init() async throws {
        let planned = try PlannedJournal(
            (0..<6).map { "R\($0) A\($0) B" } + ["R1 A1 C", "R2 B B", " A9 B", " A8 B", "R7 A7 B", "R7 B D"])
        try await planned.carryOut([.moved, .refused, .conflict, .deferred])
        let run = try await planned.begin()
        _ = try await planned.claim(1, run: run)
        _ = try planned.journal.steer("pause", by: "ann", at: Timestamp(milliseconds: 1_700_000_000_000))
        try await planned.journal.plan(
            [RoomID("R9"), RoomID("R1")],
            of: VisitorMove(line: 10, oldVisitor: VisitorID("A9"), finalVisitor: VisitorID("B")),
            at: Timestamp(milliseconds: 1_700_000_000_000))
        try planned.execute(
            "INSERT INTO emptied (visitor, roomsLeft, sharesToken, readAt) VALUES ('A0', 0, 0, 1700000000000)")
        try await planned.journal.listNewVisitors()
        try await planned.journal.list(
            [ListedRoom(id: RoomID("R8"), visitor: VisitorID("A8"), createdAt: Timestamp(milliseconds: 1))],
            nextOffset: 5, total: 9)
        try planned.journal.close()
        folder = planned.folder
        let database = try DatabaseQueue(path: planned.path)
        columns = try await database.write { database in
            let tables = try String.fetchAll(
                database,
                sql:
                    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'grdb%'"
            )
            return try tables.flatMap { table in try database.columns(in: table).map { (table, $0.name) } }
        }
        try database.close()
        sound = try Data(contentsOf: URL(filePath: planned.path))
    }

    private static let values: [DatabaseValue] = [
        .null, "".databaseValue, "x\0y".databaseValue, Data([0xFF, 0xFE]).databaseValue, 1.5.databaseValue,
        9e300.databaseValue, Int64.max.databaseValue, Int64.min.databaseValue, (-1).databaseValue, 0.databaseValue,
        (1 << 53).databaseValue,
    ]

    /// Writes the value into a column of all rows, or of the last one, past everything that the tables forbid.
    private func put(_ value: DatabaseValue, _ table: String, _ column: String, all: Bool) throws
        -> Bool
    {
        for ending in ["", "-wal", "-shm"] where FileManager.default.fileExists(atPath: path + ending) {
            try FileManager.default.removeItem(atPath: path + ending)
        }
        try sound.write(to: URL(filePath: path))
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        configuration.prepareDatabase {
            try $0.execute(sql: "PRAGMA ignore_check_constraints = 1; PRAGMA synchronous = OFF")
        }
        func rewrite(_ change: (Int64, String) -> String) throws {
            let database = try DatabaseQueue(path: path, configuration: configuration)
            try database.writeWithoutTransaction { database in
                try database.execute(sql: "PRAGMA journal_mode = DELETE; PRAGMA writable_schema = 1")
                let schema = try Row.fetchAll(
                    database,
                    sql: "SELECT rowid, sql FROM sqlite_schema WHERE type IN ('table', 'trigger') AND sql IS NOT NULL")
                for row in schema {
                    try database.execute(
                        sql: "UPDATE sqlite_schema SET sql = ? WHERE rowid = ?",
                        arguments: [change(row[0], row[1]), row[0]])
                }
                let version = try Int.fetchOne(database, sql: "PRAGMA schema_version") ?? 0
                try database.execute(sql: "PRAGMA schema_version = \(version + 1)")
            }
            try database.close()
        }
        var original: [Int64: String] = [:]
        try rewrite { id, sql in
            original[id] = sql
            return sql.replacing(") STRICT, WITHOUT", with: ") WITHOUT").replacing(") STRICT", with: ")")
                .replacing("IS NOT NULL", with: "NOTNULL").replacing(" NOT NULL", with: "")
                .replacing(/ON attempt\s+BEGIN/, with: "ON attempt WHEN 0 BEGIN")
        }
        let database = try DatabaseQueue(path: path, configuration: configuration)
        let isDone = try database.write { database in
            do {
                let last = all ? "" : " WHERE \(column) IS (SELECT max(\(column)) FROM \(table))"
                try database.execute(sql: "UPDATE \(table) SET \(column) = ?\(last)", arguments: [value])
                return database.changesCount > 0
            } catch {
                // A key takes neither everything nor the same twice.
                return false
            }
        }
        try database.close()
        try rewrite { id, sql in original[id] ?? sql }
        return isDone
    }

    /// Everything that a status, a report, a verification, an undo and the next run read.
    private func walk() async throws {
        let journal = try Journal(at: path, for: .write)
        let steps: [() async throws -> Void] = [
            { _ = try journal.job() }, { try journal.forEachLine { _ in } }, { try journal.forEachOperation { _ in } },
            { _ = try journal.runs() }, { _ = try journal.steering() }, { _ = try journal.tally() },
            { _ = try journal.rowCounts() }, { _ = try journal.traffic() }, { _ = try journal.remaining() },
            { _ = try journal.findings(examples: 3) }, { _ = try journal.progress(runs: 12, slices: 40) },
            { _ = try journal.runEnds(before: nil, since: Timestamp(milliseconds: 0)) },
            { _ = try journal.departures(of: .move, since: Timestamp(milliseconds: 0)) },
            { try journal.snapshot { try $0.forEachEmptied { _ in } } },
            { _ = try journal.movedRooms(after: 0, limit: 100) },
            { _ = try journal.visitorMoves(after: 0, limit: 100) }, { _ = try journal.sweepPosition() },
            { _ = try journal.snapshot { try $0.requestResults() } }, { _ = try journal.visitorChecks() },
            { _ = try await journal.undiscovered(after: 0, limit: 100) },
            { try await journal.planListed(at: Timestamp(milliseconds: 1)) },
            { try await journal.refuseUnknownVisitors(at: Timestamp(milliseconds: 1)) },
            {
                var exchange = RunTransaction(run: try await journal.begin(.sample))
                exchange.wanted = 100
                exchange.declares = true
                let claim = try await journal.exchange(exchange)
                exchange.outcomes = claim.operations.map { .sample($0.id, .moved) }
                exchange.attempts = claim.operations.map { .sample($0.id) }
                _ = try await journal.exchange(exchange)
            },
            { _ = try await journal.emptiedVisitors(after: nil, limit: 10) },
            { _ = try await journal.unaskedOldVisitors(after: 0, limit: 10) },
        ]
        for step in steps {
            do {
                try await step()
            } catch JournalError.damaged {
                // Any other error, such as one that blames the program, fails the test.
                continue
            }
        }
        try journal.close()
    }

    @Test(arguments: values.indices)
    func `is read or refused with a sentence, whatever stands in whichever column`(number: Int) async throws {
        var tried = 0
        for (index, (table, column)) in columns.enumerated() {
            // All rows for one half of the values, and the last one for the other half; so each column has both.
            let all = (index + number).isMultiple(of: 2)
            if try put(Self.values[number], table, column, all: all) {
                tried += 1
                do {
                    try await walk()
                } catch JournalError.damaged {
                    // Counted all the same.
                }
                // It never waits by itself, and other tests need the thread.
                await Task.yield()
            }
        }
        #expect(tried > 20)
    }

    @Test(arguments: [("run", "startedAt"), ("run", "endedAt"), ("operation", "settledAt")])
    func `such as an instant beyond all years is called damage`(_ table: String, _ column: String) throws {
        #expect(try put(Int64.max.databaseValue, table, column, all: true))
        let journal = try Journal(at: path, for: .read)
        #expect(throws: JournalError.damaged(path: path, why: "it holds an instant that cannot be")) {
            _ = try journal.runs()
            try journal.forEachOperation { _ in }
            _ = try journal.traffic()
        }
    }
}
