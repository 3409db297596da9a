import Files
import FoundationEssentials
import GRDB
import Glibc
import RawSQL
import TestSupport
import Testing

/// What SQLite does below a folder that is held, whatever others do with the names on the way.
@Suite struct SQLiteFilesTests {
    private let folder: TemporaryDirectory

    init() throws {
        folder = try TemporaryDirectory()
        try FileManager.default.createDirectory(atPath: folder("ours"), withIntermediateDirectories: false)
        try FileManager.default.createDirectory(atPath: folder("others"), withIntermediateDirectories: false)
        try folder.write("precious", as: "others/precious")
    }

    private func create(_ name: String = "a.db") throws -> DatabaseQueue {
        try SQLiteFiles.open(Place(folder("ours/" + name)))
    }

    private func exchange() throws {
        try FileManager.default.moveItem(atPath: folder("ours"), toPath: folder("moved"))
        try FileManager.default.createSymbolicLink(atPath: folder("ours"), withDestinationPath: folder("others"))
    }

    @Test func `Files beside a database are made and removed in its folder, wherever that is by now`() throws {
        let database = try create()
        try database.write { try $0.execute(sql: "CREATE TABLE t (x)") }
        try exchange()
        for ending in ["-wal", "-shm", "-journal"] { try folder.write("precious", as: "others/a.db\(ending)") }

        try database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = WAL") }
        try database.write { try $0.execute(sql: "INSERT INTO t VALUES (1)") }
        #expect(try Set(FileManager.default.contentsOfDirectory(atPath: folder("moved"))).contains("a.db-wal"))
        try database.close()

        #expect(try FileManager.default.contentsOfDirectory(atPath: folder("moved")) == ["a.db"])
        for name in try FileManager.default.contentsOfDirectory(atPath: folder("others")) {
            #expect(try folder.text("others/" + name) == "precious", "\(name)")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder("others")).count == 4)
    }

    @Test func `A copy goes below the folder that is held`() throws {
        let place = try Place(folder("ours/copy.db"))
        let database = try create()
        try exchange()
        try database.writeWithoutTransaction {
            try $0.execute(sql: "VACUUM INTO ?", arguments: [SQLiteFiles.path(of: place)])
        }
        #expect(Set(try FileManager.default.contentsOfDirectory(atPath: folder("moved"))).contains("copy.db"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder("others")) == ["precious"])
    }

    @Test(arguments: ["a.db", "a.db-wal", "a.db-journal"])
    func `A link is not followed, not even to a file of the caller's`(_ name: String) throws {
        let mode = name.hasSuffix("-wal") ? "WAL" : "DELETE"
        if name != "a.db" {
            let database = try create()
            try database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = \(mode)") }
            try database.write { try $0.execute(sql: "CREATE TABLE t (x)") }
            try database.close()
        }
        try FileManager.default.createSymbolicLink(
            atPath: folder("ours/" + name), withDestinationPath: folder("others/precious"))
        #expect(throws: DatabaseError.self) {
            let database = try create()
            try database.write { try $0.execute(sql: "CREATE TABLE u (x)") }
        }
        #expect(try folder.text("others/precious") == "precious")
    }

    @Test func `A path that is too long for SQLite is refused`() throws {
        #expect(throws: DatabaseError.self) { try create(String(repeating: "x", count: 600)) }
    }
}
