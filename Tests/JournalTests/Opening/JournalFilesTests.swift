import FoundationEssentials
import GRDB
import Glibc
import Journal
import Model
import TestSupport
import Testing

@Suite struct `The place of a journal` {
    private let folder: TemporaryDirectory
    private let path: String
    private let holder = LockOwner(host: "batch-1", pid: 4711, user: "merge", since: Timestamp(milliseconds: 0))

    init() throws {
        folder = try TemporaryDirectory()
        path = folder("journal.db")
        try folder.write("precious", as: "precious")
    }

    private func plan(at path: String? = nil) throws {
        try Journal.plan(
            [MappingLine(number: 2, oldVisitor: "A", newVisitor: "B", room: "R")], at: path ?? self.path)
    }

    /// What somebody else can put where a file of ours is expected.
    enum Obstacle: CaseIterable {
        case link
        case danglingLink
        case directory
        case pipe
        /// Writing to it would write to the file of another name.
        case secondName
    }

    private func put(_ obstacle: Obstacle, _ path: String) throws {
        switch obstacle {
        case .link: try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "precious")
        case .danglingLink: try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "planted")
        case .directory: try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        case .pipe: try #require(unsafe mkfifo(path, 0o600) == 0)
        case .secondName: try FileManager.default.linkItem(atPath: folder("precious"), toPath: path)
        }
    }

    /// Nothing was written through the obstacle.
    private func expectUntouched() throws {
        #expect(try String(contentsOf: URL(filePath: folder("precious")), encoding: .utf8) == "precious")
        #expect(!Journal.exists(at: folder("planted")))
    }

    @Test(arguments: Obstacle.allCases, ["-wal", "-shm", "-journal"])
    func `is refused to a run when something else stands beside it`(_ obstacle: Obstacle, _ ending: String) throws {
        try plan()
        try put(obstacle, path + ending)
        #expect(throws: JournalError.inTheWay(path: path + ending)) { try Journal(at: path, for: .write) }
        try expectUntouched()
    }

    @Test(arguments: Obstacle.allCases)
    func `is refused when something else stands where the lock is`(_ obstacle: Obstacle) throws {
        try put(obstacle, path + ".lock")
        #expect(throws: JournalError.inTheWay(path: path + ".lock")) {
            _ = try JournalLock(ofJournalAt: path, holder: holder)
        }
        #expect(JournalLock.holder(ofJournalAt: path) == nil)
        #expect(Journal.exists(at: path + ".lock"))
        try expectUntouched()
    }

    @Test(arguments: Obstacle.allCases)
    func `gets a journal that was written aside past what stood there`(_ obstacle: Obstacle) throws {
        try put(obstacle, folder(".journal.db.0123456789abcdef.planning"))
        try plan()
        #expect(try Journal(at: path, for: .read).planned() == 1)
        try expectUntouched()
    }

    @Test(arguments: ["-wal", "-shm", "-journal"])
    func `gets no new journal beside a log that cannot be removed`(_ ending: String) throws {
        try put(.directory, path + ending)
        #expect(throws: JournalError.inTheWay(path: path + ending)) { try plan() }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(Set(names) == ["precious", "journal.db" + ending])
    }

    @Test(arguments: [
        "with space.db", "it's \"so\".db", "what?.db", "a#b.db", "100%41.db", "ünï 日本.db", "-v.db", "file:x.db",
        "file:y.db?mode=memory", ":memory:", "new\nline.db", "-.db",
    ])
    func `may have any name`(_ name: String) async throws {
        let path = folder(name)
        try plan(at: path)
        let journal = try Journal(at: path, for: .write)
        _ = try await journal.begin(.sample)
        try journal.close()
        #expect(try Journal(at: path, for: .read).runs().count == 1)
        #expect(Journal.exists(at: path))
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(names.allSatisfy { $0 == "precious" || $0.hasPrefix(name) }, "\(names)")
    }
}
