import FoundationEssentials
import Sandbox
import TestSupport
import Testing

/// After a run, `consolidate` makes the merge last, and `undo --contacts` takes that back.
@Suite struct ConsolidateTests {
    /// An old visitor and a survivor of one person, with a room each.
    private static func seed(
        old: Seed.Visitor, new: Seed.Visitor, fields: [Seed.CustomField] = [Seed.CustomField(id: "crm")]
    ) -> Seed {
        Seed(
            visitors: [old, new],
            rooms: [
                Seed.Room(id: "room-old", visitorID: old.id, fname: old.name),
                Seed.Room(id: "room-new", visitorID: new.id, fname: new.name),
            ], customFields: fields)
    }

    private static func merged(
        _ seed: Seed, profile: Profile = .v6_9, _ body: @Sendable (Workspace) async throws -> Void
    ) async throws {
        try await Workspace.with(seed: seed, profile: profile) { workspace in
            try workspace.folder.write("old,new\nold1,new1\n", as: "m.csv")
            let run = try await workspace.program()("run", "m.csv", "--rate", "unlimited", "--no-progress")
            #expect(run.status == 0, "\(run)")
            try await body(workspace)
        }
    }

    static let journal = "m.csv.journal.db"
    private static let consolidate = ["consolidate", journal, "--rate", "unlimited", "--no-progress"]

    @Test func `The survivor gets what it lacks, the old visitor loses the addresses, and the next message arrives`()
        async throws
    {
        let seed = Self.seed(
            old: Seed.Visitor(
                id: "old1", name: "A. Example", emails: ["ann@example.org"], phones: ["+491"],
                livechatData: ["crm": "7"]),
            new: Seed.Visitor(id: "new1", name: "Ann Example", phones: ["+491"], contactManager: "agt"))
        try await Self.merged(seed) { workspace in
            #expect(try await workspace.writesAgain(phone: "+491") == "old1")
            let dry = try await workspace.program().run(Self.consolidate + ["--dry-run"]) { _ in }
            #expect(dry.status == 0, "\(dry)")
            #expect(
                dry.output.contains("+ old1 → new1 (line 2): the survivor would get email, field:crm; name differs"))
            #expect(try await workspace.contactWrites() == 0)
            let ended = try await workspace.program().run(Self.consolidate) { _ in }
            #expect(ended.status == 0, "\(ended)")
            #expect(ended.output.contains("+ old1 → new1 (line 2): the survivor got email, field:crm; name differs"))
            #expect(try await workspace.contactWrites() == 2)
            let new = try await workspace.visitor("new1")
            #expect(new.emails == ["ann@example.org"] && new.phones == ["+491"] && new.fields == ["crm": "7"])
            #expect(new.name == "Ann Example" && new.manager == "agt")
            let old = try await workspace.visitor("old1")
            #expect(old.emails.isEmpty && old.phones.isEmpty && old.fields == ["crm": "7"] && old.name == "A. Example")
            #expect(try await workspace.roomName("room-old") == "Ann Example")
            #expect(try await workspace.writesAgain(phone: "+491") == "new1")
            #expect(try await workspace.writesAgain(email: "ann@example.org") == "new1")
            let again = try await workspace.program().run(Self.consolidate) { _ in }
            #expect(again.status == 0, "\(again)")
            #expect(try await workspace.contactWrites() == 2)
            let table = try workspace.table("m.csv.report/contacts.csv")
            #expect(table.map { $0["outcome"] } == ["consolidated"])
            #expect(table.first?["copied"] == "email field:crm")
        }
    }

    @Test func `What was written is taken back exactly`() async throws {
        let seed = Self.seed(
            old: Seed.Visitor(
                id: "old1", name: "A. Example", emails: ["ann@example.org"], phones: ["+491"],
                livechatData: ["crm": "7"]),
            new: Seed.Visitor(id: "new1", name: "Ann Example", phones: ["+491"]))
        try await Self.merged(seed) { workspace in
            let before = (try await workspace.visitor("old1"), try await workspace.visitor("new1"))
            #expect(try await workspace.program().run(Self.consolidate) { _ in }.status == 0)
            let undo = ["undo", Self.journal, "--rate", "unlimited", "--no-progress"]
            let contacts = try await workspace.program().run(undo + ["--contacts"]) { _ in }
            #expect(contacts.status == 0, "\(contacts)")
            #expect(contacts.output.contains("2 records restored"), "\(contacts)")
            #expect(try await workspace.visitor("old1") == before.0)
            #expect(try await workspace.visitor("new1") == before.1)
            let rooms = try await workspace.program().run(undo) { _ in }
            #expect(rooms.status == 0, "\(rooms)")
            let names = try await workspace.program().run(undo + ["--contacts"]) { _ in }
            #expect(names.status == 0, "\(names)")
            #expect(try await workspace.roomName("room-old") == "A. Example")
            #expect(try await workspace.roomName("room-new") == "Ann Example")
            #expect(try await workspace.visitor("old1") == before.0)
        }
    }

    struct Refused: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var old: Seed.Visitor
        var new: Seed.Visitor
        var reason: String
        var writes = 0
    }

    static let refused: [Refused] = [
        Refused(
            testDescription: "two e-mail addresses",
            old: Seed.Visitor(id: "old1", name: "A", emails: ["a@x.org", "b@x.org"]),
            new: Seed.Visitor(id: "new1", name: "A"), reason: "several-emails"),
        Refused(
            testDescription: "a field that is no longer defined",
            old: Seed.Visitor(id: "old1", name: "A", emails: ["a@x.org"]),
            new: Seed.Visitor(id: "new1", name: "A", livechatData: ["former": "1"]), reason: "field-not-defined"),
        Refused(
            testDescription: "a value that does not match",
            old: Seed.Visitor(id: "old1", name: "A", emails: ["a@x.org"], livechatData: ["crm": "seven"]),
            new: Seed.Visitor(id: "new1", name: "A"), reason: "refused"),
        Refused(
            testDescription: "one token for both",
            old: Seed.Visitor(id: "old1", token: "same", name: "A", emails: ["a@x.org"]),
            new: Seed.Visitor(id: "new1", token: "same", name: "A"), reason: "shared-token"),
        Refused(
            testDescription: "another e-mail address, whose owner keeps it",
            old: Seed.Visitor(id: "old1", name: "A", emails: ["a@x.org"], phones: ["+491"]),
            new: Seed.Visitor(id: "new1", name: "A", emails: ["b@x.org"]), reason: "email-differs", writes: 2),
    ]

    @Test(arguments: refused) func `What the server would lose is left to a person, by name and reason`(
        _ one: Refused
    ) async throws {
        let seed = Self.seed(old: one.old, new: one.new, fields: [Seed.CustomField(id: "crm", regexp: "^[0-9]+$")])
        try await Self.merged(seed) { workspace in
            let ended = try await workspace.program().run(Self.consolidate) { _ in }
            #expect(ended.status == 1, "\(ended)")
            let rows = try workspace.table("m.csv.report/contacts.csv")
            #expect(rows.map { $0["reason"] } == [one.reason], "\(ended)")
            #expect(try await workspace.contactWrites() == one.writes)
            #expect(ended.lines.contains { $0.hasPrefix("! old1 → new1") }, "\(ended)")
        }
    }

    @Test(arguments: [("6.4", 0), ("7.0", 76)]) func `Only a server that can do it is written to`(
        _ profile: String, _ status: Int32
    ) async throws {
        let seed = Self.seed(
            old: Seed.Visitor(id: "old1", name: "A", emails: ["a@x.org"]), new: Seed.Visitor(id: "new1", name: "A"))
        try await Self.merged(seed) { workspace in
            try await workspace.control("PUT", "profile", #"{"profile":"\#(profile)"}"#)
            let ended = try await workspace.program().run(Self.consolidate) { _ in }
            #expect(ended.status == status, "\(ended)")
            #expect(try await workspace.contactWrites() == (status == 0 ? 2 : 0))
        }
    }

    /// At each place of a write, a kill leaves what the next invocation settles.
    @Test(arguments: ["after-intent:1", "after-intent:2", "after-send:1", "after-send:2"])
    func `Killed at any place of a write, the same command ends where it would have ended`(_ place: String) async throws
    {
        let seed = Self.seed(
            old: Seed.Visitor(id: "old1", name: "Ann", emails: ["a@x.org"], phones: ["+491"]),
            new: Seed.Visitor(id: "new1", name: "Ann E."))
        try await Self.merged(seed) { workspace in
            let killed = try await workspace.program(as: "mgr", ["VISITOR_MERGE_CRASH_AT": place]).run(
                Self.consolidate
            ) { _ in }
            #expect(killed.status == -9, "\(killed)")
            let ended = try await workspace.program().run(Self.consolidate) { _ in }
            #expect(ended.status == 0, "\(ended)")
            #expect(try await workspace.visitor("new1").emails == ["a@x.org"])
            #expect(try await workspace.visitor("old1").emails.isEmpty)
            #expect(try await workspace.contactWrites() == 2)
            let undo = ["undo", Self.journal, "--contacts", "--rate", "unlimited", "--no-progress"]
            #expect(try await workspace.program().run(undo) { _ in }.status == 0)
            #expect(try await workspace.visitor("old1").phones == ["+491"])
            #expect(try await workspace.visitor("new1").emails.isEmpty)
        }
    }

    @Test func `A record that others changed between intent and write is not written over`() async throws {
        let seed = Self.seed(
            old: Seed.Visitor(id: "old1", name: "Ann", emails: ["a@x.org"]), new: Seed.Visitor(id: "new1", name: "Ann"))
        try await Self.merged(seed) { workspace in
            let killed = try await workspace.program(as: "mgr", ["VISITOR_MERGE_CRASH_AT": "after-intent"]).run(
                Self.consolidate
            ) { _ in }
            #expect(killed.status == -9)
            try await workspace.control("POST", "visitors", #"{"_id":"new1","name":"Ann","phones":["+499"]}"#)
            let ended = try await workspace.program().run(Self.consolidate) { _ in }
            #expect(ended.status == 1, "\(ended)")
            #expect(ended.output.contains("the record was changed by others (new1)"), "\(ended)")
            #expect(try await workspace.contactWrites() == 0)
            #expect(try await workspace.visitor("new1").phones == ["+499"])
            // A person has looked: what is there now is what counts.
            let again = try await workspace.program().run(Self.consolidate) { _ in }
            #expect(again.status == 0, "\(again)")
            #expect(try await workspace.visitor("new1").phones == ["+499"])
            #expect(try await workspace.visitor("new1").emails == ["a@x.org"])
        }
    }

    @Test func `A record that was changed since is not restored over`() async throws {
        let seed = Self.seed(
            old: Seed.Visitor(id: "old1", name: "Ann", emails: ["a@x.org"]), new: Seed.Visitor(id: "new1", name: "Ann"))
        try await Self.merged(seed) { workspace in
            #expect(try await workspace.program().run(Self.consolidate) { _ in }.status == 0)
            try await workspace.control(
                "POST", "visitors", #"{"_id":"new1","name":"Ann","emails":["a@x.org"],"phones":["+499"]}"#)
            let undo = ["undo", Self.journal, "--contacts", "--rate", "unlimited", "--no-progress"]
            let ended = try await workspace.program().run(undo) { _ in }
            #expect(ended.status == 1, "\(ended)")
            #expect(ended.output.contains("! new1: the record was changed by others"), "\(ended)")
            #expect(try await workspace.visitor("new1").phones == ["+499"])
            #expect(try await workspace.visitor("old1").emails == ["a@x.org"])
        }
    }

    @Test func `An old visitor that has rooms again is left alone`() async throws {
        let seed = Self.seed(
            old: Seed.Visitor(id: "old1", name: "Ann", emails: ["a@x.org"]), new: Seed.Visitor(id: "new1", name: "Ann"))
        try await Self.merged(seed) { workspace in
            try await workspace.control("POST", "rooms", #"{"_id":"late","visitorId":"old1"}"#)
            let ended = try await workspace.program().run(Self.consolidate) { _ in }
            #expect(ended.status == 1 && ended.output.contains("the old visitor has rooms now (1 room)"), "\(ended)")
            #expect(try await workspace.contactWrites() == 0)
        }
    }

    @Test func `Personal data and tokens stand in the private file alone, and tokens not even there`() async throws {
        let seed = Self.seed(
            old: Seed.Visitor(id: "old1", token: "tok-secret-old", name: "Ann", emails: ["ann@private.example"]),
            new: Seed.Visitor(id: "new1", token: "tok-secret-new", name: "Ann"))
        try await Self.merged(seed) { workspace in
            let ended = try await workspace.program().run(Self.consolidate + ["--log-level", "trace"]) { _ in }
            #expect(ended.status == 0, "\(ended)")
            let file = workspace.folder(Self.journal + ".contacts.db")
            let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            let files = try FileManager.default.subpathsOfDirectory(atPath: workspace.folder.path)
            for name in files {
                guard let data = FileManager.default.contents(atPath: workspace.folder(name)) else { continue }
                let text = String(decoding: data, as: UTF8.self)
                #expect(!text.contains("tok-secret"), "\(name)")
                #expect(
                    !text.contains("ann@private.example") || name.hasPrefix(Self.journal + ".contacts.db"), "\(name)")
            }
            #expect(!"\(ended)".contains("tok-secret") && !"\(ended)".contains("private.example"))
        }
    }

    @Test func `A journal without a consolidation has no contacts to restore`() async throws {
        let seed = Self.seed(old: Seed.Visitor(id: "old1", name: "Ann"), new: Seed.Visitor(id: "new1", name: "Ann"))
        try await Self.merged(seed) { workspace in
            let ended = try await workspace.program()("undo", Self.journal, "--contacts", "--no-progress")
            #expect(
                ended.status == 66 && ended.errors.contains("consolidate was never run on this journal"), "\(ended)")
            let denied = try await workspace.program(as: "usr").run(Self.consolidate) { _ in }
            #expect(denied.status == 77, "\(denied)")
            #expect(try await workspace.contactWrites() == 0)
        }
    }
}
