import FoundationEssentials
import GRDB
import Glibc
import Journal
import Model
import Synchronization
import TestSupport
import Testing

@Suite struct `Opening a journal` {
    private let folder: TemporaryDirectory
    private let path: String

    init() throws {
        folder = try TemporaryDirectory()
        path = folder("journal.db")
    }

    private func plan(_ count: Int = 1) throws {
        try Journal.plan(
            (0..<count).map { MappingLine(number: $0 + 2, oldVisitor: "A\($0)", newVisitor: "B", room: "R\($0)") },
            at: path)
    }

    /// Leaves only the first bytes of the file.
    private func cut(_ size: (Int) -> Int) throws {
        let bytes = try bytes()
        try bytes.prefix(size(bytes.count)).write(to: URL(filePath: path))
    }

    private func bytes() throws -> Data { try Data(contentsOf: URL(filePath: path)) }

    enum Found: CaseIterable {
        case emptyFile
        case garbage
        case page
        case otherDatabase
        case directory
        case pipe
    }

    private func put(_ found: Found) throws {
        switch found {
        case .emptyFile: try folder.write("", as: "journal.db")
        case .garbage: try folder.write("oldVisitorId,newVisitorId\n1,2\n", as: "journal.db")
        case .page: try folder.write(String(repeating: "no database at all. ", count: 1000), as: "journal.db")
        case .otherDatabase:
            try DatabaseQueue(path: path).write { try $0.execute(sql: "CREATE TABLE job (kind TEXT)") }
        case .directory: try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        case .pipe: try #require(unsafe mkfifo(path, 0o600) == 0)
        }
    }

    @Test(arguments: Found.allCases, [Journal.Access.read, .write])
    func `refuses what is no journal and leaves it untouched`(_ found: Found, _ access: Journal.Access) throws {
        try put(found)
        let isFile = found != .directory && found != .pipe
        let before = isFile ? try bytes() : Data()

        #expect(throws: JournalError.notAJournal(path: path)) { try Journal(at: path, for: access) }
        if isFile {
            #expect(try bytes() == before)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["journal.db"])
    }

    @Test(arguments: ["journal.db", "missing/journal.db", "file/journal.db"], [Journal.Access.read, .write])
    func `says that there is none`(_ name: String, _ access: Journal.Access) throws {
        try folder.write("", as: "file")
        let path = folder(name)

        #expect(throws: JournalError.missing(path: path)) { try Journal(at: path, for: access) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["file"])
    }

    @Test(arguments: [Journal.Access.read, .write])
    func `refuses a symbolic link`(_ access: Journal.Access) throws {
        try Journal.plan([], at: folder("target"))
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: folder("target"))

        #expect(throws: JournalError.symbolicLink(path: path)) { try Journal(at: path, for: access) }
    }

    @Test(arguments: [0.25, 0.5, 0.9], [Journal.Access.read, .write])
    func `says that a truncated file is damaged`(_ share: Double, _ access: Journal.Access) throws {
        try plan(5000)
        try cut { Int(Double($0) * share) }

        let error = #expect(throws: JournalError.self) {
            let journal = try Journal(at: path, for: access)
            try journal.forEachLine { _ in }
            try journal.forEachOperation { _ in }
        }
        guard case .damaged(path, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(arguments: [1, 99, 100, 511, 1000])
    func `says that a stump of a file is no journal or damaged`(_ size: Int) throws {
        try plan()
        try cut { _ in size }

        let error = #expect(throws: JournalError.self) { try Journal(at: path, for: .read).job() }
        switch error {
        case .notAJournal(path), .damaged(path, _): break
        default: Issue.record("\(String(describing: error))")
        }
    }

    @Test func `says that a journal which does not say what it is about is damaged`() throws {
        try plan()
        try DatabaseQueue(path: path).write { try $0.execute(sql: "DELETE FROM job") }

        let error = #expect(throws: JournalError.self) { try Journal(at: path, for: .read).job() }
        guard case .damaged(path, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(arguments: [Journal.Access.read, .write])
    func `refuses a format of the future and names its version`(_ access: Journal.Access) throws {
        try plan()
        try DatabaseQueue(path: path).write { database in
            try database.execute(
                sql: "INSERT INTO grdb_migrations VALUES ('a later format'); UPDATE job SET toolVersion = '9.9.9'")
        }

        let error = #expect(throws: JournalError.self) { try Journal(at: path, for: access) }
        #expect(error == .newerFormat(path: path, toolVersion: "9.9.9"))
        #expect(error?.description.contains("9.9.9") == true)
    }

    @Test func `writes ahead and syncs every commit`() async throws {
        try plan()
        let journal = try Journal(at: path, for: .write)
        _ = try await journal.begin(.sample)

        #expect(FileManager.default.fileExists(atPath: path + "-wal"))
        let mode = try await DatabaseQueue(path: path).read { try String.fetchOne($0, sql: "PRAGMA journal_mode") }
        #expect(mode == "wal")
        try journal.close()
    }

    @Test func `reads while another connection writes`() throws {
        try plan()
        let writer = try DatabaseQueue(path: path)
        try writer.inDatabase { database in
            try database.execute(
                sql: """
                    BEGIN IMMEDIATE;
                    UPDATE operation SET state = 'refused';
                    """)
            #expect(try Journal(at: path, for: .read).tally().operations == [.pending: 1])
            try database.execute(sql: "COMMIT")
        }
        #expect(try Journal(at: path, for: .read).tally().operations == [.refused: 1])
    }

    @Test(arguments: [Journal.Access.write, .annotate])
    func `waits for another program that has locked it, as long as it is asked to`(_ access: Journal.Access) throws {
        try plan()
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: path, configuration: configuration)
        try other.inDatabase { try $0.execute(sql: "BEGIN EXCLUSIVE") }
        let asked = Mutex<[Int]>([])
        let journal = try Journal(at: path, for: access) { tries in
            asked.withLock { $0.append(tries) }
            // What it waited for is over now.
            #expect(throws: Never.self) { try other.inDatabase { try $0.execute(sql: "ROLLBACK") } }
            return true
        }
        try journal.note(undoneBy: "undo.db")
        try journal.close()
        #expect(asked.withLock { $0 } == [1])
    }

    @Test func `gives a reader no way to write`() async throws {
        try plan()
        let journal = try Journal(at: path, for: .read)
        let before = try bytes()

        await #expect(throws: JournalError.self) { try await journal.begin(.sample) }
        #expect(throws: JournalError.self) {
            try journal.end(1, at: Timestamp(milliseconds: 0), stop: nil, waited: .zero)
        }
        #expect(try bytes() == before)
    }

    @Test func `leaves nothing behind when a reader is alone`() throws {
        try plan()
        let journal = try Journal(at: path, for: .read)
        _ = try journal.job()
        try journal.close()

        #expect(!FileManager.default.fileExists(atPath: path + "-journal"))
    }

    @Test(.enabled(if: geteuid() != 0, "permissions do not bind the superuser"))
    func `says that a journal in a folder without write permission cannot be opened`() throws {
        try plan()
        try FileManager.default.setAttributes([.posixPermissions: 0o500], ofItemAtPath: folder.path)

        // SQLite cannot read a write-ahead log without its shared memory file, which it cannot create here.
        #expect(throws: JournalError.readOnly(path: path)) { try Journal(at: path, for: .read).job() }
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder.path)
    }

    @Test(.enabled(if: geteuid() != 0, "permissions do not bind the superuser"))
    func `reads a file without write permission`() throws {
        try plan()
        try FileManager.default.setAttributes([.posixPermissions: 0o400], ofItemAtPath: path)

        #expect(try Journal(at: path, for: .read).planned() == 1)
    }
}
