import FoundationEssentials
import Journal
import Model
import TestSupport
import Testing

@Suite struct `The lock of a journal` {
    private let folder: TemporaryDirectory
    private let path: String
    private let holder = LockOwner(
        host: "batch-1", pid: 4711, user: "merge", since: Timestamp(milliseconds: 1_714_661_265_855))

    init() throws {
        folder = try TemporaryDirectory()
        path = folder("journal.db")
    }

    @Test func `is refused to the second, who is told about the first`() throws {
        let lock = try JournalLock(ofJournalAt: path, holder: holder)
        let error = #expect(throws: JournalError.self) { _ = try JournalLock(ofJournalAt: path, holder: holder) }

        guard case .locked(path, let who) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        for fact in ["batch-1", "4711", "merge", "2024-05-02T14:47:45.855Z"] {
            #expect(who.contains(fact))
        }
        #expect(JournalLock.holder(ofJournalAt: path) == who)
        withExtendedLifetime(lock) {}
    }

    @Test func `is let go at the end of its life and leaves no file`() throws {
        do {
            _ = try JournalLock(ofJournalAt: path, holder: holder)
        }
        #expect(JournalLock.holder(ofJournalAt: path) == nil)
        #expect(!Journal.exists(at: path + ".lock"))
        _ = try JournalLock(ofJournalAt: path, holder: holder)
    }

    @Test func `of one journal does not hinder another`() throws {
        let one = try JournalLock(ofJournalAt: path, holder: holder)
        let other = try JournalLock(ofJournalAt: folder("other.db"), holder: holder)
        withExtendedLifetime(one) {}
        withExtendedLifetime(other) {}
    }

    @Test func `is not held by a file that a killed run left`() throws {
        try folder.write(
            "process 1 on elsewhere, run by nobody since 1970-01-01T00:00:00.000Z, and a long tail",
            as: "journal.db.lock")
        #expect(JournalLock.holder(ofJournalAt: path) == nil)

        let lock = try JournalLock(ofJournalAt: path, holder: holder)
        #expect(JournalLock.holder(ofJournalAt: path) == holder.description)
        withExtendedLifetime(lock) {}
    }

    @Test func `is private to its owner`() throws {
        let lock = try JournalLock(ofJournalAt: path, holder: holder)
        let attributes = try FileManager.default.attributesOfItem(atPath: path + ".lock")

        #expect(attributes[.posixPermissions] as? Int == 0o600)
        withExtendedLifetime(lock) {}
    }

    @Test func `is never taken through a symbolic link`() throws {
        try folder.write("precious", as: "target")
        try FileManager.default.createSymbolicLink(atPath: path + ".lock", withDestinationPath: folder("target"))

        #expect(throws: JournalError.self) { _ = try JournalLock(ofJournalAt: path, holder: holder) }
        #expect(JournalLock.holder(ofJournalAt: path) == nil)
        #expect(try String(contentsOf: URL(filePath: folder("target")), encoding: .utf8) == "precious")
    }

    @Test func `holds without its file, which a person removed, and names its holder`() async throws {
        let planned = try PlannedJournal("R1 A1 B")
        let lock = try JournalLock(ofJournalAt: planned.path, holder: holder)
        _ = try await planned.begin()
        try FileManager.default.removeItem(atPath: planned.path + ".lock")

        #expect(
            throws: JournalError.locked(
                path: planned.path, holder: "process 4711 on batch-1, run by merge since 2023-11-14T22:13:20.000Z")
        ) { _ = try JournalLock(ofJournalAt: planned.path, holder: holder) }
        #expect(!Journal.exists(at: planned.path + ".lock"), "the refused one leaves nothing")

        #expect(try lock.restoreFile())
        #expect(try !lock.restoreFile())
        #expect(JournalLock.holder(ofJournalAt: planned.path) == holder.description)
    }

    @Test func `is also on a journal that is made under it`() throws {
        let lock = try JournalLock(ofJournalAt: path, holder: holder)
        try Journal.plan([MappingLine(number: 2, oldVisitor: "A", newVisitor: "B", room: "R")], at: path)
        try lock.takeJournal()
        try FileManager.default.removeItem(atPath: path + ".lock")
        #expect(throws: JournalError.self) { _ = try JournalLock(ofJournalAt: path, holder: holder) }
        withExtendedLifetime(lock) {}
    }

    @Test func `removes no file that took the place of its own`() throws {
        do {
            let lock = try JournalLock(ofJournalAt: path, holder: holder)
            try FileManager.default.removeItem(atPath: path + ".lock")
            try folder.write("another's", as: "journal.db.lock")
            withExtendedLifetime(lock) {}
        }
        #expect(Journal.exists(at: path + ".lock"))
    }

    @Test func `says that its place cannot be written`() throws {
        let path = folder("missing/journal.db")
        let error = #expect(throws: JournalError.self) { _ = try JournalLock(ofJournalAt: path, holder: holder) }

        #expect(error == .cannotCreate(path: path, why: "No such file or directory"))
    }

    @Test func `is won by exactly one of many`() async throws {
        for _ in 0..<20 {
            let won = await withTaskGroup(of: Bool.self) { group in
                let gate = Gate(count: 8)
                for _ in 0..<8 {
                    group.addTask { [path, holder] in
                        guard let lock = try? JournalLock(ofJournalAt: path, holder: holder) else {
                            await gate.arrive()
                            return false
                        }
                        // Held until every other has tried.
                        await gate.arrive()
                        withExtendedLifetime(lock) {}
                        return true
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(won == 1)
        }
    }

    @Test(.enabled(if: LockingChild.isPossible, "flock of util-linux is missing"))
    func `dies with its owner`() throws {
        try folder.write("held by a child", as: "journal.db.lock")
        let child = try LockingChild(path + ".lock")
        #expect(throws: JournalError.locked(path: path, holder: "held by a child")) {
            _ = try JournalLock(ofJournalAt: path, holder: holder)
        }
        #expect(JournalLock.holder(ofJournalAt: path) == "held by a child")

        child.kill()
        let lock = try JournalLock(ofJournalAt: path, holder: holder)
        #expect(JournalLock.holder(ofJournalAt: path) == holder.description)
        withExtendedLifetime(lock) {}
    }
}
