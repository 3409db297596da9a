import FoundationEssentials
import Mapping
import Migration
import Model
import RocketChat
import TestSupport
import Testing

@testable import Suggestion

@Suite struct WorkingFileTests {
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
            guard case .success(let first) = page.meaning else { return }
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
        #expect(throws: SuggestionError.locked(path: desk.path)) { try WorkingFile.afresh(desk.rules, at: desk.path) }
        try file.remove()
        _ = try desk.open()
    }

    @Test func `A file that was begun for something else is refused, and says for what`() throws {
        let desk = try Desk()
        _ = try desk.open()
        let jobs = [
            desk.job(server: "http://elsewhere"), desk.job(.oldest),
            SuggestionJob(server: "http://127.0.0.1", rules: EvidenceRules(kinds: [.email]), keep: .latestChat),
            SuggestionJob(
                server: "http://127.0.0.1",
                rules: EvidenceRules(kinds: [.email, .phone], defaultCountry: CallingCode("49")), keep: .latestChat),
        ]
        for job in jobs {
            let error = #expect(throws: SuggestionError.self) { try WorkingFile.resuming(job, at: desk.path) }
            guard case .otherJob(_, let begun, let asked) = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
            #expect(begun == "http://127.0.0.1, --by email,phone" && asked == "\(job.server), \(job.settings)")
        }
        #expect(throws: SuggestionError.self) { try WorkingFile.afresh(desk.rules, at: desk.path) }
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
        #expect(throws: SuggestionError.notOurs(path: desk.path)) { try WorkingFile.afresh(desk.rules, at: desk.path) }
        #expect(try before == (kind == "folder" ? nil : Data(contentsOf: URL(filePath: desk.path))))
    }

    @Test func `A folder that is not there is named`() throws {
        let path = "/nowhere/mapping.csv.suggest.db"
        let error = #expect(throws: SuggestionError.self) { try WorkingFile.resuming(Desk().job(), at: path) }
        #expect(error == .cannotCreate(path: path, why: "No such file or directory"))
    }

    @Test func `An export that asks to stop leaves nothing taken`() async throws {
        let desk = try Desk()
        try desk.folder.write("_id,email\na,a@x.y\n", as: "v.csv")
        let file = try WorkingFile.afresh(desk.rules, at: desk.path)
        let export = Export(try VisitorFileReader(.file(desk.folder("v.csv"))), rules: desk.rules)
        await #expect(throws: Stop.signal) { try await file.load(export) { true } }
    }
}
