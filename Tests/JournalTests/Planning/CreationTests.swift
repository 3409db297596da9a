import FoundationEssentials
import Glibc
import Journal
import Model
import TestSupport
import Testing

@Suite struct `Creating a journal` {
    private let folder: TemporaryDirectory
    private let path: String
    private let line = MappingLine(number: 2, oldVisitor: "A", newVisitor: "B", room: "R")

    init() throws {
        folder = try TemporaryDirectory()
        path = folder("journal.db")
    }

    private struct Trouble: Error, Equatable {}

    private func names() throws -> Set<String> {
        Set(try FileManager.default.contentsOfDirectory(atPath: folder.path))
    }

    private func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    @Test func `leaves one file and says what it is about`() throws {
        try Journal.plan([line], at: path)

        #expect(try names() == ["journal.db"])
        var job = Job.sample
        job.lines = 1
        job.mappingLines = 1
        #expect(try Journal(at: path, for: .read).job() == job)
    }

    @Test func `keeps the file and what SQLite puts beside it private`() async throws {
        try Journal.plan([line], at: path)
        let journal = try Journal(at: path, for: .write)
        _ = try await journal.begin(.sample)

        #expect(try names() == ["journal.db", "journal.db-wal", "journal.db-shm"])
        for name in try names() {
            #expect(try mode(folder(name)) == 0o600, "\(name)")
        }
        try journal.close()
        #expect(try names() == ["journal.db"])
    }

    @Test func `marks the file as a journal, in WAL`() throws {
        try Journal.plan([line], at: path)
        let bytes = try [UInt8](Data(contentsOf: URL(filePath: path)))

        #expect(bytes[68..<72].elementsEqual("VMJ1".utf8), "application_id")
        #expect(bytes[18] == 2 && bytes[19] == 2, "file format versions of WAL")
    }

    @Test(arguments: [0, 1, 5000])
    func `leaves nothing when reading the mapping fails`(after count: Int) throws {
        #expect(throws: Trouble()) {
            try Journal.create(at: path) { writer in
                for number in 0..<count {
                    try writer.add(
                        MappingLine(number: number + 2, oldVisitor: "A", newVisitor: "B", room: "R\(number)"))
                }
                throw Trouble()
            }
        }
        #expect(try names().isEmpty)
    }

    @Test func `refuses two lines of one number and leaves nothing`() throws {
        #expect(throws: JournalError.self) { try Journal.plan([line, line], at: path) }
        #expect(try names().isEmpty)
    }

    @Test func `removes what a killed planning left`() throws {
        let (left, kept) = (".journal.db.0123456789abcdef.planning", ".journal.db.1123456789abcdef.planning")
        for name in [left, kept] {
            try FileManager.default.createDirectory(atPath: folder(name), withIntermediateDirectories: false)
        }
        for ending in ["", "-journal", "-wal", "-shm"] {
            try folder.write("left by a kill", as: "\(left)/journal.db\(ending)")
        }
        try folder.write("precious", as: "\(kept)/precious")
        try Journal.plan([line], at: path)

        #expect(try names() == ["journal.db", kept], "what holds something else is kept")
        #expect(try Journal(at: path, for: .read).planned() == 1)
    }

    @Test func `is not misled by a write-ahead log of a journal that was removed`() async throws {
        let formerLines = (2..<40).map {
            MappingLine(number: $0, oldVisitor: "A", newVisitor: "B", room: "former\($0)")
        }
        try Journal.plan(formerLines, at: path)
        let former = try Journal(at: path, for: .write)
        _ = try await former.begin(.sample)
        let log = try Data(contentsOf: URL(filePath: path + "-wal"))
        try former.close()
        try FileManager.default.removeItem(atPath: path)
        try log.write(to: URL(filePath: path + "-wal"))

        try Journal.plan([line], at: path)
        let journal = try Journal(at: path, for: .write)
        #expect(try journal.runs().isEmpty)
        #expect(try journal.rowCounts() == (1, 1))
        try Journal.check(path)
    }

    @Test func `never replaces a journal that is there`() throws {
        try Journal.plan([line], at: path)
        let before = try Data(contentsOf: URL(filePath: path))

        #expect(throws: JournalError.self) { try Journal.plan([], at: path) }
        #expect(try Data(contentsOf: URL(filePath: path)) == before)
        #expect(try names() == ["journal.db"])
    }

    @Test func `never writes through a symbolic link`() throws {
        try folder.write("precious", as: "target")
        for name in ["journal.db", ".journal.db.0123456789abcdef.planning"] {
            try FileManager.default.createSymbolicLink(atPath: folder(name), withDestinationPath: folder("target"))
        }
        // Whether it is refused or the link gives way, what the link points to stays.
        try? Journal.plan([line], at: path)

        #expect(try String(contentsOf: URL(filePath: folder("target")), encoding: .utf8) == "precious")
    }

    @Test(arguments: ["missing/journal.db", "file/journal.db"])
    func `says that the place cannot be written`(_ name: String) throws {
        try folder.write("", as: "file")
        let path = folder(name)

        let error = #expect(throws: JournalError.self) { try Journal.plan([line], at: path) }
        guard case .cannotCreate(path, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(error?.description.contains("--journal") == true)
    }

    @Test(.enabled(if: geteuid() != 0, "permissions do not bind the superuser"))
    func `says that the folder cannot be written`() throws {
        try FileManager.default.setAttributes([.posixPermissions: 0o500], ofItemAtPath: folder.path)

        let error = #expect(throws: JournalError.self) { try Journal.plan([line], at: path) }
        #expect(error == .cannotCreate(path: path, why: "Permission denied"))
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder.path)
    }

    @Test func `gives way to a new one of its kind with everything beside the file`() throws {
        try Journal.clear(path, of: .run)
        try Journal.plan([line], at: path)
        #expect(Journal.exists(at: path))
        try Journal.clear(path, of: .run)

        #expect(try names().isEmpty)
        #expect(!Journal.exists(at: path))
    }

    @Test func `does not give way to one of another kind`() throws {
        try Journal.plan([line], at: path)

        #expect(throws: JournalError.otherKind(path: path, planned: .run, wanted: .audit)) {
            try Journal.clear(path, of: .audit)
        }
        #expect(try Journal(at: path, for: .read).planned() == 1)
    }

    @Test func `does not give way through a link`() throws {
        try Journal.plan([line], at: folder("target"))
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: folder("target"))

        #expect(throws: JournalError.symbolicLink(path: path)) { try Journal.clear(path, of: .run) }
        #expect(try names() == ["journal.db", "target"])
    }
}
