import FoundationEssentials
import Mapping
import Migration
import Model
import RocketChat
import TestSupport
import Testing

@testable import Matching

@Suite struct VisitorStoreTests {
    private let list = ShiftingList((0..<300).map { "visitor-\($0 + 1000)" })

    @Test func `The file is for its owner alone, and nothing of it is left when it is removed`() async throws {
        let desk = try Desk()
        let file = try desk.open()
        try await Desk.read(list, into: file)
        let names = try FileManager.default.contentsOfDirectory(atPath: desk.folder.path)
        #expect(names.contains("mapping.csv.suggest.db"))
        for name in names {
            let mode = try FileManager.default.attributesOfItem(atPath: desk.folder(name))[.posixPermissions] as? UInt
            #expect(mode.map { $0 & 0o077 } == 0, "\(name)")
        }
        try file.remove()
        #expect(try FileManager.default.contentsOfDirectory(atPath: desk.folder.path).isEmpty)
    }

    @Test func `Reading goes on where it was interrupted`() async throws {
        let desk = try Desk()
        do {
            let file = try desk.open()
            let page = await list.visitors(in: .byID, offset: 0, count: 100)
            guard case .success(let first) = page.meaning else {
                Issue.record("\(page.meaning)")
                return
            }
            try file.take(first.visitors, nextOffset: 99, total: 300, isRead: false, order: .byID)
            #expect(try file.holdsVisitors)
        }
        let file = try desk.open()
        let sentences = try await Desk.read(list, into: file)
        #expect(sentences == ["Reading the list of 300 visitors, going on after 99: about 3 calls."])
        #expect(list.pages == 4)
        #expect(try file.listState().known == 300)
        #expect(try await Desk.read(list, into: file) == ["All 300 visitors were read by an earlier suggest."])
        #expect(list.pages == 4)
    }

    @Test func `The place in a list sorted by age is the age`() async throws {
        let file = try Desk().open(.oldest)
        let list = ShiftingList(["c", "b", "a"])
        try await Desk.read(list, into: file, .oldestFirst)
        #expect(try file.knows(.oldest) && !file.knows(.mostRooms))
        let other = try Desk().open()
        try await Desk.read(list, into: other)
        #expect(try !other.knows(.oldest))
    }

    @Test func `A file that another process works on is refused`() throws {
        let desk = try Desk()
        let file = try desk.open()
        #expect(throws: SuggestionError.locked(path: desk.path)) { try desk.open() }
        #expect(throws: SuggestionError.locked(path: desk.path)) { try VisitorStore.afresh(desk.rules, at: desk.path) }
        try file.remove()
        _ = try desk.open()
    }

    @Test func `A file that was begun for something else is refused, and says for what`() throws {
        let desk = try Desk()
        _ = try desk.open()
        let jobs = [
            desk.job(server: "http://elsewhere"), desk.job(.oldest),
            StoreOrigin(server: "http://127.0.0.1", rules: MatchRules(kinds: [.email]), keep: .latestChat),
            StoreOrigin(
                server: "http://127.0.0.1",
                rules: MatchRules(kinds: [.email, .phone], defaultCountry: CallingCode("49")), keep: .latestChat),
        ]
        for job in jobs {
            let error = #expect(throws: SuggestionError.self) { try VisitorStore.resuming(job, at: desk.path) }
            guard case .otherJob(_, let begun, let asked) = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
            #expect(begun == "http://127.0.0.1, --by email,phone" && asked == "\(job.server), \(job.settings)")
        }
        #expect(throws: SuggestionError.self) { try VisitorStore.afresh(desk.rules, at: desk.path) }
        // Whom to keep and how large a group may be is decided when everything is read.
        _ = try desk.open(.mostRooms)
    }

    @Test func `An export takes the place of what a killed one left`() async throws {
        let desk = try Desk()
        do {
            _ = try await desk.load(["_id,email", "a,a@x.y", "b,a@x.y"])
        }
        let (file, _) = try await desk.load(["_id,email", "c,c@x.y"])
        #expect(try file.group(GroupingRules()).visitors == 1)
    }

    private func names(in desk: Desk) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: desk.folder.path).sorted()
    }

    @Test(arguments: ["empty", "zeros", "damaged", "older", "data"])
    func `What a kill or a power cut leaves is taken over`(kind: String) async throws {
        let desk = try Desk()
        switch kind {
        case "empty": try desk.folder.write("", as: "mapping.csv.suggest.db")
        case "zeros": try desk.folder.write(String(repeating: "\0", count: 8192), as: "mapping.csv.suggest.db")
        case "data": try desk.folder.write("half", as: "mapping.csv.suggest.db-data")
        default:
            do {
                let file = try desk.open()
                try await Desk.read(list, into: file)
            }
            if kind == "older" {
                _ = try await Program("/usr/bin/env", in: desk.folder.path)(
                    "python3", "-c",
                    "import sqlite3; sqlite3.connect('mapping.csv.suggest.db').execute('pragma user_version = 0')")
            } else {
                // Everything behind the header is gone, as after writes that never reached the disk.
                let header = try Data(contentsOf: URL(filePath: desk.path)).prefix(100)
                try (header + Data(repeating: 0, count: 8192 - 100)).write(to: URL(filePath: desk.path))
            }
        }
        let file = try desk.open()
        #expect(try !file.holdsVisitors)
        try file.remove()
        #expect(try names(in: desk) == [])
        let (export, _) = try await desk.load(["_id,email", "a,a@x.y", "b,a@x.y"])
        #expect(try export.group(GroupingRules()).groups == 1)
    }

    @Test func `What is read of an export is in no file that a kill could leave`() async throws {
        let desk = try Desk()
        let (file, _) = try await desk.load(["_id,email", "a,seKret@x.y", "b,seKret@x.y"])
        #expect(try file.group(GroupingRules()).groups == 1)
        for name in try names(in: desk) where name.hasPrefix("mapping.csv") {
            let bytes = try Data(contentsOf: URL(filePath: desk.folder(name)))
            #expect(!String(decoding: bytes, as: UTF8.self).lowercased().contains("sekret"), "\(name)")
        }
        try file.remove()
        #expect(try names(in: desk) == ["visitors.csv"])
    }

    @Test func `A mapping that was written is known again by the same command alone`() throws {
        let desk = try Desk()
        do {
            let file = try desk.open()
            #expect(file.published == nil)
            try file.notePublishing("abc", by: "this command")
        }
        do {
            let file = try desk.open()
            #expect(file.published(by: "this command") == "abc" && file.published(by: "this") == nil)
        }
        // Its job is over: another one need not wait for it.
        do {
            let file = try VisitorStore.afresh(desk.rules, at: desk.path)
            #expect(file.published == nil)
            try file.notePublishing("def", by: "an export")
        }
        #expect(try VisitorStore.afresh(desk.rules, at: desk.path).published(by: "an export") == "def")
        let server = try desk.open()
        #expect(server.published == nil)
        try server.remove()
    }

    @Test(arguments: ["text", "link", "folder", "database"])
    func `What is in the way and not ours is not touched`(kind: String) async throws {
        let desk = try Desk()
        switch kind {
        case "text": try desk.folder.write("precious", as: "mapping.csv.suggest.db")
        case "link":
            try desk.folder.write("", as: "target")
            try FileManager.default.createSymbolicLink(atPath: desk.path, withDestinationPath: desk.folder("target"))
        case "folder":
            try FileManager.default.createDirectory(atPath: desk.path, withIntermediateDirectories: false)
        default:
            _ = try await Program("/usr/bin/env", in: desk.folder.path)(
                "python3", "-c",
                "import sqlite3; sqlite3.connect('mapping.csv.suggest.db').execute('create table t(x)')")
        }
        let before = try? Data(contentsOf: URL(filePath: desk.path))
        #expect(throws: SuggestionError.notOurs(path: desk.path)) { try desk.open() }
        #expect(throws: SuggestionError.notOurs(path: desk.path)) { try VisitorStore.afresh(desk.rules, at: desk.path) }
        #expect(try before == (kind == "folder" ? nil : Data(contentsOf: URL(filePath: desk.path))))
    }

    @Test func `A folder that is not there is named`() throws {
        let path = "/nowhere/mapping.csv.suggest.db"
        let error = #expect(throws: SuggestionError.self) { try VisitorStore.resuming(Desk().job(), at: path) }
        #expect(error == .cannotCreate(path: path, why: "No such file or directory"))
    }

    @Test func `An export that asks to stop leaves nothing taken`() async throws {
        let desk = try Desk()
        try desk.folder.write("_id,email\na,a@x.y\n", as: "v.csv")
        let file = try VisitorStore.afresh(desk.rules, at: desk.path)
        let export = Export(try VisitorFileReader(.file(desk.folder("v.csv"))), rules: desk.rules)
        await #expect(throws: Stop.signal) { try await file.load(export) { true } }
    }
}
