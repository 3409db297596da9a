import FoundationEssentials
import GRDB
import Journal
import Model
import TestSupport
import Testing

/// A journal and the log beside it, as copies and restored files bring them together.
@Suite struct `The log beside a journal` {
    private let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    /// A journal as a kill leaves it: one room is moved, and only the log says so.
    private func killed(as name: String, from start: PlannedJournal? = nil) async throws {
        let planned = try start ?? PlannedJournal("R1 A1 B", "R2 A2 B")
        try await planned.carryOut([.moved])
        for ending in ["", "-wal", "-shm"] {
            try copy(planned.path + ending, name + ending)
        }
    }

    /// A journal that was closed at the end of its run.
    private func finished(as name: String) async throws {
        let planned = try PlannedJournal("R1 A1 B", "R2 A2 B")
        try await planned.carryOut([.moved, .moved])
        try planned.journal.close()
        try copy(planned.path, name)
    }

    private func copy(_ path: String, _ name: String) throws {
        let place = folder(name)
        if FileManager.default.fileExists(atPath: place) { try FileManager.default.removeItem(atPath: place) }
        try FileManager.default.copyItem(atPath: path.hasPrefix("/") ? path : folder(path), toPath: place)
    }

    private func states(_ name: String, _ access: Journal.Access = .read) throws -> [OperationState: Int] {
        let journal = try Journal(at: folder(name), for: access)
        #expect(!journal.isLogMissing)
        let states = try journal.tally().operations
        try journal.close()
        return states
    }

    @Test(arguments: [Journal.Access.read, .write])
    func `is used if it belongs to the journal`(_ access: Journal.Access) async throws {
        try await killed(as: "a.db")
        #expect(try states("a.db", access) == [.moved: 1, .pending: 1])
        try await finished(as: "b.db")
        #expect(try states("b.db", access) == [.moved: 2])
    }

    @Test(arguments: [Journal.Access.read, .write, .annotate])
    func `is refused if a finished journal was put in the place of its own`(_ access: Journal.Access) async throws {
        try await killed(as: "a.db")
        try await finished(as: "b.db")
        try copy("b.db", "a.db")
        #expect(throws: JournalError.foreignLog(path: folder("a.db"))) {
            try Journal(at: folder("a.db"), for: access)
        }
        try FileManager.default.removeItem(atPath: folder("a.db-wal"))
        #expect(try states("a.db", access) == [.moved: 2])
    }

    @Test func `is refused if it is that of another killed run`() async throws {
        try await killed(as: "a.db")
        try await killed(as: "b.db")
        try copy("b.db-wal", "a.db-wal")
        #expect(throws: JournalError.foreignLog(path: folder("a.db"))) { try Journal(at: folder("a.db"), for: .read) }
    }

    @Test func `is refused if the journal is an older copy of the same`() async throws {
        let planned = try PlannedJournal("R1 A1 B", "R2 A2 B", "R3 A3 B")
        try copy(planned.path, "old.db")
        for _ in 0..<3 {
            let journal = try Journal(at: planned.path, for: .write)
            _ = try await journal.begin(.sample)
            try journal.close()
        }
        try await killed(as: "a.db", from: planned)
        try copy("old.db", "a.db")
        #expect(throws: JournalError.foreignLog(path: folder("a.db"))) { try Journal(at: folder("a.db"), for: .read) }
    }

    @Test func `is missed in a copy of the journal alone, until a run has ended`() async throws {
        try await killed(as: "a.db")
        try FileManager.default.removeItem(atPath: folder("a.db-wal"))
        let journal = try Journal(at: folder("a.db"), for: .read)
        #expect(journal.isLogMissing)
        try journal.close()
        let next = try Journal(at: folder("a.db"), for: .write)
        #expect(next.isLogMissing)
        _ = try await next.begin(.sample)
        try next.close()
        #expect(try !Journal(at: folder("a.db"), for: .read).isLogMissing)
    }

    @Test(arguments: [Journal.Access.write, .annotate])
    func `is not missed after a command that put it into the journal`(_ access: Journal.Access) async throws {
        try await killed(as: "a.db")
        try Journal(at: folder("a.db"), for: access).close()
        #expect(!Journal.exists(at: folder("a.db-wal")))
        #expect(try states("a.db") == [.moved: 1, .pending: 1])
    }

    @Test func `is not missed where another program has emptied it, or keeps none`() async throws {
        try await killed(as: "a.db")
        let database = try DatabaseQueue(path: folder("a.db"))
        try await database.writeWithoutTransaction {
            try $0.execute(sql: "PRAGMA journal_mode = DELETE; PRAGMA user_version = 7")
        }
        try database.close()
        #expect(try states("a.db") == [.moved: 1, .pending: 1])
    }

    @Test func `belongs to a journal after each step of a run`() async throws {
        let planned = try PlannedJournal((0..<40).map { "R\($0) A\($0) B" })
        for round in 0..<4 {
            let journal = try Journal(at: planned.path, for: .write)
            let run = try await journal.begin(.sample)
            for _ in 0..<8 {
                var exchange = RunTransaction(run: run)
                exchange.wanted = 1
                exchange.declares = true
                let claim = try await journal.exchange(exchange)
                exchange.outcomes = claim.operations.map { .sample($0.id, .moved) }
                exchange.wanted = 0
                _ = try await journal.exchange(exchange)
                for ending in ["", "-wal"] { try copy(planned.path + ending, "copy.db" + ending) }
                #expect(!(try Journal(at: folder("copy.db"), for: .read).isLogMissing))
            }
            if round % 2 == 0 { try journal.close() }
        }
    }
}
