import FoundationEssentials
import Report
import TestSupport
import Testing

@Suite struct AtomicTableTests {
    private struct Trouble: Error {}

    private let folder: TemporaryDirectory

    init() throws {
        folder = try TemporaryDirectory()
    }

    private func table(replacing: Bool = false) -> AtomicTable {
        AtomicTable(at: folder("table.csv"), header: ["id", "name"], replacing: replacing)
    }

    private var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() }
    }

    /// Whether there is nothing but the table that is being written, under a name that nobody can foresee.
    private var isAsideAlone: Bool {
        get throws { try names.count == 1 && names[0].wholeMatch(of: /\.table\.csv\.[0-9a-f]{16}\.writing/) != nil }
    }

    private var text: String {
        get throws { String(decoding: try Data(contentsOf: URL(filePath: folder("table.csv"))), as: UTF8.self) }
    }

    @Test func `A table is there when it is complete, for its owner alone`() throws {
        let count = try table().write { rows in
            #expect(try isAsideAlone)
            try rows.add(["a", "=1+1"])
            try rows.add(["b", "x,\"y\"\nz"])
            return rows.count
        }
        #expect(count == 2)
        #expect(try text == "id,name\na,\"'=1+1\"\nb,\"x,\"\"y\"\"\\u{A}z\"\n")
        #expect(try names == ["table.csv"])
        let mode = try FileManager.default.attributesOfItem(atPath: folder("table.csv"))[.posixPermissions] as? UInt
        #expect(mode == 0o600)
    }

    @Test func `A table that is not finished leaves nothing, and what a killed process left is cleared away`() throws {
        try folder.write("half", as: ".table.csv.0123456789abcdef.writing")
        #expect(throws: Trouble.self) {
            try table().write { rows in
                try rows.add(["a", "b"])
                throw Trouble()
            }
        }
        #expect(try names == [])
    }

    @Test func `A table that is optional is left out without rows, and the one before it goes`() throws {
        try folder.write("before", as: "table.csv")
        try table(replacing: true).write(optional: true) { _ in }
        #expect(try names == [])
        try table().write(optional: true) { try $0.add(["a", "b"]) }
        #expect(try text == "id,name\na,b\n")
    }

    @Test func `A table that was written is known by its digest, which is told before it has its name`() throws {
        var digest = ""
        try table().write {
            digest = $0
            #expect((try? isAsideAlone) == true)
        } _: { rows in
            try rows.add(["a", "b"])
        }
        #expect(table().isThere(digest: digest) && !table().isThere(digest: "x"))
        try folder.write("edited", as: "table.csv")
        #expect(!table().isThere(digest: digest))
        try folder.write("", as: "table.csv")
        #expect(table().isThere(digest: digest), "a kill came between taking the name and putting the table there")
        try table().remove()
        #expect(!table().isThere(digest: digest))
    }

    @Test func `Looking at the place clears what a killed process left, and finds what would fail later`() throws {
        try folder.write("half", as: ".table.csv.0123456789abcdef.writing")
        try table().check()
        #expect(try names == [])
        let long = String(repeating: "n", count: 256)
        let error = #expect(throws: TableError.self) {
            try AtomicTable(at: folder(long), header: [], replacing: false).check()
        }
        #expect(error?.description.contains("File name too long") == true)
        // What is nobody's leftover stays, and is in nobody's way.
        let others = [".table.csv.1123456789abcdef.writing", "table.csv.writing"]
        for name in others {
            try FileManager.default.createDirectory(atPath: folder(name), withIntermediateDirectories: false)
        }
        try table().check()
        #expect(try names == others)
    }

    @Test func `A file that is there is replaced on request alone`() throws {
        try folder.write("precious", as: "table.csv")
        let error = #expect(throws: TableError.self) { try table().check() }
        #expect(error?.description.contains("table.csv: it is there already") == true)
        #expect(throws: TableError.self) { try table().write { _ in } }
        #expect(try text == "precious")
        try table(replacing: true).write { try $0.add(["a", "b"]) }
        #expect(try text == "id,name\na,b\n")
    }

    @Test func `A file that comes while the table is written is not replaced either`() throws {
        #expect(throws: TableError.self) {
            try table().write { _ in try folder.write("precious", as: "table.csv") }
        }
        #expect(try text == "precious" && names == ["table.csv"])
    }

    @Test(arguments: [true, false])
    func `A folder or a link in the way is never replaced`(isFolder: Bool) throws {
        if isFolder {
            try FileManager.default.createDirectory(atPath: folder("table.csv"), withIntermediateDirectories: false)
        } else {
            try FileManager.default.createSymbolicLink(atPath: folder("table.csv"), withDestinationPath: "/etc/passwd")
        }
        let error = #expect(throws: TableError.self) { try table(replacing: true).check() }
        #expect(error?.description.contains("it is there and is no file") == true)
    }

    @Test func `A table is removed, and need not be there for that`() throws {
        try table().write { _ in }
        try table().remove()
        try table().remove()
        #expect(try names == [])
    }

    @Test func `A folder that is not there is told`() {
        let error = #expect(throws: TableError.self) {
            try AtomicTable(at: "/nowhere/table.csv", header: [], replacing: false).write { _ in }
        }
        #expect(error?.isDiskFull == false && error?.description.contains("No such file or directory") == true)
    }
}
