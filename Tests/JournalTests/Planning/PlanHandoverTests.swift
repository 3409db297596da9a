import FoundationEssentials
import GRDB
import Journal
import Model
import TestSupport
import Testing

@Suite struct `The plan of an audit` {
    private static let day: Int64 = 86_400_000

    /// An audit that began at 0, looked at its room at `lookedAt` and ended at `endedAt`.
    private func audit(lookedAt: Int64, endedAt: Int64) async throws -> PlannedJournal {
        var job = Job.sample
        job.kind = .audit
        job.plannedAt = Timestamp(milliseconds: 0)
        let planned = try PlannedJournal(
            lines: [MappingLine(number: 2, oldVisitor: "A", newVisitor: "B", room: "R")], for: job)
        let run = try await planned.begin()
        var exchange = RunTransaction(run: run)
        exchange.wanted = 1
        exchange.declares = true
        let claim = try await planned.journal.exchange(exchange)
        exchange.wanted = 0
        exchange.outcomes = claim.operations.map { operation in
            Outcome(
                operation: operation.id, state: .moved, reason: .wouldMove, confirmedBy: .read,
                settledAt: Timestamp(milliseconds: lookedAt))
        }
        _ = try await planned.journal.exchange(exchange)
        try planned.journal.end(run, at: Timestamp(milliseconds: endedAt), stop: nil, waited: .zero)
        return planned
    }

    private func carryOver(
        _ audit: PlannedJournal, to name: String = "run.db", at instant: Int64, isThere: Bool = false
    ) throws -> Duration? {
        try audit.journal.carryOver(
            to: audit.folder(name), at: Timestamp(milliseconds: instant), maxAge: .seconds(86_400),
            toolVersion: "1.2.3", isThere: isThere)
    }

    @Test func `is as old as the end of its audit, however long that took`() async throws {
        let audit = try await audit(lookedAt: Self.day / 2, endedAt: 3 * Self.day)
        let oldestLook = try carryOver(audit, at: 3 * Self.day + 1000)
        #expect(oldestLook == .milliseconds(5 * Self.day / 2 + 1000), "the age of the oldest look is a remark")
    }

    @Test func `is too old a day after that`() async throws {
        let audit = try await audit(lookedAt: Self.day, endedAt: Self.day)
        let error = #expect(throws: JournalError.self) { try carryOver(audit, at: 3 * Self.day) }
        #expect(error == .planTooOld(path: audit.path, age: .seconds(172_800), maxAge: .seconds(86_400)))
    }

    @Test func `is used once, also when the journal of its run was removed`() async throws {
        let audit = try await audit(lookedAt: 1, endedAt: 2)
        _ = try carryOver(audit, at: 3)
        #expect(try carryOver(audit, at: 4, isThere: true) == nil, "the run goes on with its journal")
        try audit.journal.noteUsed(by: audit.folder("run.db"), at: Timestamp(milliseconds: 4), hasBegun: false)
        try JournalFiles.remove(audit.folder("run.db"))
        let path = audit.folder("run.db")
        let error = #expect(throws: JournalError.self) { try carryOver(audit, at: 5) }
        #expect(error == .planUsed(path: audit.path, by: path))
        #expect(!Journal.exists(at: path))
    }

    @Test func `is not used by a journal that was removed before it claimed anything`() async throws {
        let audit = try await audit(lookedAt: 1, endedAt: 2)
        _ = try carryOver(audit, at: 3)
        _ = try carryOver(audit, at: 4, isThere: true)
        try JournalFiles.remove(audit.folder("run.db"))
        _ = try carryOver(audit, at: 5)
        #expect(Journal.exists(at: audit.folder("run.db")))
    }

    @Test func `is carried out by the same journal if a kill came before that was complete`() async throws {
        let audit = try await audit(lookedAt: 1, endedAt: 2)
        let path = audit.folder("run.db")
        try audit.execute("UPDATE job SET usedBy = ?", [path])
        _ = try carryOver(audit, at: 3)
        #expect(Journal.exists(at: path))
    }

    @Test func `is not used by a journal that was made from it and claimed nothing`() async throws {
        let audit = try await audit(lookedAt: 1, endedAt: 2)
        let (first, second) = (audit.folder("run.db"), audit.folder("other.db"))
        _ = try carryOver(audit, at: 3)
        _ = try carryOver(audit, to: "other.db", at: 4)
        #expect(Journal.exists(at: second))
        // Whichever claims first has it, also where both are under way.
        try audit.journal.noteUsed(by: first, at: Timestamp(milliseconds: 5), hasBegun: false)
        try audit.journal.noteUsed(by: first, at: Timestamp(milliseconds: 6), hasBegun: false)
        let used = JournalError.planUsed(path: audit.path, by: first)
        #expect(throws: used) {
            try audit.journal.noteUsed(by: second, at: Timestamp(milliseconds: 7), hasBegun: false)
        }
        #expect(throws: used) { try carryOver(audit, to: "other.db", at: 8, isThere: true) }
        #expect(throws: used) { try carryOver(audit, to: "third.db", at: 9) }
        #expect(try carryOver(audit, at: 10, isThere: true) == nil)
        #expect(!Journal.exists(at: audit.folder("third.db")))
    }

    @Test func `is used by a journal that has begun, wherever that is by now and if it goes on without the plan`()
        async throws
    {
        let audit = try await audit(lookedAt: 1, endedAt: 2)
        _ = try carryOver(audit, at: 3)
        let journal = try Journal(at: audit.folder("run.db"), for: .write)
        #expect(try !journal.hasBegun(), "what the audit asked is none of its requests")
        let run = try await journal.begin(.sample)
        var exchange = RunTransaction(run: run)
        exchange.wanted = 1
        let claim = try await journal.exchange(exchange)
        exchange.wanted = 0
        exchange.attempts = [.sample(claim.operations[0].id)]
        _ = try await journal.exchange(exchange)
        #expect(try journal.hasBegun())
        try journal.close()
        let used = JournalError.planUsed(path: audit.path, by: audit.folder("run.db"))
        #expect(throws: used) { try carryOver(audit, to: "other.db", at: 4) }

        try audit.journal.noteUsed(by: audit.folder("run.db"), at: Timestamp(milliseconds: 5), hasBegun: false)
        try FileManager.default.moveItem(atPath: audit.folder("run.db"), toPath: audit.folder("moved.db"))
        #expect(try carryOver(audit, to: "moved.db", at: 6, isThere: true) == nil)
        try audit.journal.noteUsed(by: audit.folder("moved.db"), at: Timestamp(milliseconds: 7), hasBegun: true)
        #expect(throws: used) { try carryOver(audit, to: "other.db", at: 8) }
    }
}

/// What a person removes who removes a journal.
private enum JournalFiles {
    static func remove(_ path: String) throws {
        for ending in ["", "-wal", "-shm"] where FileManager.default.fileExists(atPath: path + ending) {
            try FileManager.default.removeItem(atPath: path + ending)
        }
    }
}
