import Files
import FoundationEssentials
import SystemPackage
import TestSupport
import Testing

struct WorkingDirectoryTests {
    private let folder: TemporaryDirectory
    private let manager = FileManager.default

    init() throws {
        folder = try TemporaryDirectory()
    }

    private func names() throws -> Set<String> { Set(try manager.contentsOfDirectory(atPath: folder.path)) }

    private func write(_ text: String, in path: String) throws {
        try Data(text.utf8).write(to: URL(filePath: path + "/text"))
    }

    private func text(_ path: String) throws -> String {
        try String(decoding: Data(contentsOf: URL(filePath: path + "/text")), as: UTF8.self)
    }

    private func publish(_ text: String, at place: String) throws {
        let directory = try WorkingDirectory(beside: Place(place))
        try write(text, in: directory.path)
        for older in try directory.publish(at: Place(place)) {
            try WorkingDirectory(takingOver: older)?.remove()
        }
    }

    @Test func `The last of many writers has the place, and a reader finds a whole folder all the time`() async throws {
        let place = folder("out")
        try publish("first", at: place)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<4 {
                group.addTask {
                    for round in 0..<50 {
                        try publish("\(writer) \(round)", at: place)
                        #expect(try !text(place).isEmpty)
                        await Task.yield()
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try text(place).hasSuffix(" 49"))
        #expect(try names() == ["out"])
    }

    @Test(arguments: ["out", "./out", "a b\u{1}ü", String(repeating: "ü", count: 127)])
    func `What a killed writer left is found, and what is being written is not`(name: String) throws {
        let place = folder(name)
        let left = try WorkingDirectory(beside: Place(place)).path
        let going = try WorkingDirectory(beside: Place(place))
        try write("half", in: left)
        var found: [String] = []
        try WorkingDirectory.forEachLeftover(beside: Place(place), .writing) { leftover throws(FileError) in
            found.append(leftover.path)
            try leftover.remove()
        }
        #expect(found == [left])
        #expect(manager.fileExists(atPath: going.path) && !manager.fileExists(atPath: left))
    }

    @Test func `Only names of our own form are ever taken over`() throws {
        for name in [
            ".out.writing", ".out.0123456789abcdef", ".out.0123456789ABCDEF.writing", ".out.0123456789abcde.writing",
            "out.0123456789abcdef.writing", ".out2.0123456789abcdef.writing", ".out.0123456789abcdef.writing.old",
        ] {
            try manager.createDirectory(atPath: folder(name), withIntermediateDirectories: false)
        }
        // A file under the name of a folder, and a link to one, are nobody's leftover either.
        try folder.write("precious", as: ".out.1123456789abcdef.writing")
        try manager.createSymbolicLink(
            atPath: folder(".out.2123456789abcdef.writing"), withDestinationPath: folder(".out.writing"))
        try WorkingDirectory.forEachLeftover(beside: Place(folder("out")), .writing) { leftover in
            Issue.record("\(leftover.path)")
        }
    }

    @Test func `Unfinished files are cleared, but for those in use, those with other names and those of others`() throws
    {
        let place = folder("m.prom")
        try folder.write("precious", as: "kept")
        try manager.linkItem(atPath: folder("kept"), toPath: folder(".m.prom.3123456789abcdef.writing"))
        for name in [".m.prom.backup", ".m.prom.0123456789abcdef", ".n.prom.0123456789abcdef.writing"] {
            try folder.write("precious", as: name)
        }
        let mine = try names()
        let going = try AtomicFile(at: Place(place))
        try folder.write("half", as: ".m.prom.0123456789abcdef.writing")
        try WorkingName(beside: Place(place)).clearFiles()
        #expect(try names() == mine.union([FilePath(going.path).lastComponent?.string ?? ""]))
        try going.publish(replacing: true)
        #expect(try names() == mine.union(["m.prom"]))
    }

    @Test func `A new name is never that of something else`() throws {
        try folder.write("mine", as: "one")
        try folder.write("yours", as: "other")
        #expect(throws: Errno.fileExists) { try Place(folder("one")).moveToNew(Place(folder("other"))) }
        try Place(folder("one")).moveToNew(Place(folder("new")))
        #expect(try names() == ["other", "new"])
        let file = try AtomicFile(at: Place(folder("other")))
        #expect(throws: FileError.self) { try file.publish(replacing: false) }
        try file.discard()
        #expect(try names() == ["other", "new"])
    }

    @Test func `A file that took the place of the folder meanwhile is kept`() throws {
        let directory = try WorkingDirectory(beside: Place(folder("out")))
        try write("whole", in: directory.path)
        try folder.write("precious", as: "out")
        let older = try #require(try directory.publish(at: Place(folder("out"))).first)
        #expect(try text(folder("out")) == "whole")
        #expect(throws: FileError.self) { try WorkingDirectory(takingOver: older)?.remove() }
        #expect(try String(decoding: Data(contentsOf: URL(filePath: older.path)), as: UTF8.self) == "precious")
    }
}
