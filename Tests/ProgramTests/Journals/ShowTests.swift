import FoundationEssentials
import Sandbox
import TestSupport
import Testing

/// The history of one room, visitor or line.
struct ShowTests {
    private static let journal = "mapping.csv.journal.db"

    private struct Shown: Decodable {
        struct Line: Decodable {
            var line: Int
            var outcome: String
            var repeats: Int?
        }

        struct Operation: Decodable {
            struct Attempt: Decodable {
                var action: String
                var http_status: Int?
                var meaning: String
            }

            var room_id: String
            var state: String
            var in_doubt: Bool
            var attempts: [Attempt]
        }

        struct Undo: Decodable {
            var journal: String
            var operations: [Operation]
        }

        var schema: String
        var lines: [Line]
        var operations: [Operation]
        var undos: [Undo]
    }

    private static func shown(_ ended: Program.Ended) throws -> Shown {
        try JSONDecoder().decode(Shown.self, from: Data(ended.output.utf8))
    }

    @Test func `A room has its lines, its looks and requests, its outcome, and what an undo did`() async throws {
        let trouble = try Fault(.badGatewayBeforeWrite, route: "livechat/room.visitor", after: 1, count: 1)
        try await Workspace.with(rooms: 3, faults: [trouble]) { workspace in
            let program = workspace.program()
            let run = try await program("run", "mapping.csv", "--concurrency", "1", "--no-progress")
            #expect(run.status == 0, "\(run)")
            let before = try Data(contentsOf: URL(filePath: workspace.folder(Self.journal)))
            let room = try await program("show", Self.journal, "--room", "room0")
            #expect(room.status == 0, "\(room)")
            for words in [
                "Lines of the mapping:", "  line 2: room room0 of old0 to new: merged",
                "Room room0 from old0 to new, line 2: moved", "Z  planned",
                "Z  looked at in run 1: answer 200, the room was read",
                "Z  PUT in run 1: answer 502, whether it was applied is not known",
                "Z  PUT in run 1: answer 200, moved", "Z  moved, confirmed by the answer",
            ] {
                #expect(room.output.contains(words), "\(words) in \(room.output)")
            }
            #expect(try Data(contentsOf: URL(filePath: workspace.folder(Self.journal))) == before)
            #expect(try await program("undo", Self.journal, "--room", "room0", "--no-progress").status == 0)
            let undone = try await program("show", Self.journal, "--line", "2")
            #expect(undone.status == 0 && undone.output.contains("Undo "), "\(undone)")
            #expect(undone.output.contains("  Room room0 from new to old0, line 1: moved back"), "\(undone)")
            let json = try Self.shown(try await program("show", Self.journal, "--visitor", "old0", "--json"))
            #expect(json.schema == "visitor-merge/show/1" && json.lines.map(\.line) == [2])
            #expect(json.operations.map(\.room_id) == ["room0"] && json.operations[0].attempts.count >= 3)
            #expect(json.operations[0].attempts.contains { $0.action == "move" && $0.http_status == 502 })
            #expect(json.undos.count == 1 && json.undos[0].operations.map(\.state) == ["moved"])
            let all = try Self.shown(try await program("show", Self.journal, "--visitor", "new", "--json"))
            #expect(all.operations.map(\.room_id) == ["room0", "room1", "room2"] && all.lines.count == 3)
            let back = try await program("show", "mapping.csv.undo.db", "--room", "room0")
            #expect(back.status == 0 && back.output.hasPrefix("Lines of the undo:"), "\(back)")
        }
    }

    @Test func `While a run is going it shows what is in doubt`() async throws {
        let slow = try Fault(.delayAfterWrite, route: "livechat/room.visitor", after: 1, milliseconds: 60_000)
        try await Workspace.with(rooms: 2, faults: [slow]) { workspace in
            let program = workspace.program()
            _ = try await program.run(["run", "mapping.csv", "--open-rooms", "move", "--no-progress"]) { process in
                _ = await eventually { workspace.sandbox.moves.count >= 2 }
                let going = try await program("show", Self.journal, "--room", "room0")
                #expect(going.status == 0 && going.output.contains("now: in doubt: sent"), "\(going)")
                try process.kill()
            }
            let killed = try Self.shown(try await program("show", Self.journal, "--room", "room1", "--json"))
            #expect(killed.operations.map(\.in_doubt) == [true])
        }
    }

    @Test func `Lines without a room of their own are shown with what they came to`() async throws {
        try await Workspace.with(rooms: 2) { workspace in
            try workspace.folder.write("old,new\nold0,new\nold0,new\nnew,new\nold1,\n", as: "mapping.csv")
            let program = workspace.program()
            #expect(try await program("run", "mapping.csv", "--no-progress").status == 1)
            let repeated = try Self.shown(try await program("show", Self.journal, "--line", "3", "--json"))
            #expect(repeated.lines.map(\.line) == [2, 3] && repeated.lines[1].repeats == 2)
            #expect(repeated.operations.map(\.room_id) == ["room0"])
            let found = try await program("show", Self.journal, "--line", "2")
            #expect(found.output.contains("line 2: all rooms of old0 to new: merged"), "\(found)")
            #expect(found.output.contains("found and planned"), "\(found)")
            let rejected = try await program("show", Self.journal, "--line", "5")
            #expect(
                rejected.status == 0 && rejected.output.contains("all rooms of old1 to '': rejected"), "\(rejected)")
            #expect(rejected.output.contains("The journal has no room of it."), "\(rejected)")
            let audit = try await program("audit", "mapping.csv", "--no-progress")
            #expect(audit.status == 1, "\(audit)")
            let seen = try await program("show", "mapping.csv.audit.db", "--visitor", "old0")
            #expect(seen.status == 0 && seen.output.contains("no rooms"), "\(seen)")
        }
    }

    @Test func `Ids that look like options or steer a terminal are ids, and printed harmlessly`() async throws {
        let folder = try TemporaryDirectory()
        try folder.write("room,old,new\n--json,-x,=b\nr\u{202E}1,a,b\n\"r\n2\",a,b\n", as: "m.csv")
        let program = Program(in: folder.path)
        let rehearsal = try await program("rehearse", "m.csv", "--no-progress", "--rate-limit", "off")
        #expect(rehearsal.status <= 1, "\(rehearsal)")
        let journal = "m.csv.rehearsal.db"
        for words in [["--room", "--json"], ["--visitor", "-x"], ["--visitor", "=b"], ["--room=--json"]] {
            let ended = try await program.run(["show", journal] + words) { _ in }
            #expect(ended.status == 0 && ended.output.contains("room --json of -x to =b"), "\(ended)")
        }
        let hidden = try await program("show", journal, "--line", "3")
        #expect(
            hidden.status == 0 && hidden.output.contains("\\u{202E}") && !hidden.output.contains("\u{202E}"),
            "\(hidden)")
        for (words, sentence) in [
            (["--room", "\u{1B}[2Jx"], "knows nothing of the room \\u{1B}[2Jx."),
            (["--room", ""], "knows nothing of the room ''."),
            (["--visitor", "nobody"], "knows nothing of the visitor nobody."),
            (["--line", "99"], "knows nothing of line 99 of the mapping."),
        ] {
            let ended = try await program.run(["show", journal] + words) { _ in }
            #expect(ended.status == 65 && ended.errors.contains(sentence) && ended.output == "", "\(ended)")
        }
        for words in [[], ["--room", "a", "--line", "2"], ["--line", "-1"], ["--line", "x"]] {
            let ended = try await program.run(["show", journal] + words) { _ in }
            #expect(ended.status == 64, "\(ended)")
        }
        let named = Program(in: folder.path, environment: ["VISITOR_MERGE_LINE": "2"])
        let line = try await named("show", journal)
        #expect(line.status == 0 && line.output.contains("room --json of -x to =b"), "\(line)")
        let room = try await named("show", journal, "--visitor", "a")
        #expect(room.status == 0 && !room.output.contains("--json"), "\(room)")
        #expect(try await program("show", "none.db", "--line", "2").status == 66)
        #expect(try await program("show", "m.csv", "--line", "2").status == 65)
    }

    @Test func `So many rooms are left to the report`() async throws {
        let folder = try TemporaryDirectory()
        try folder.write("room,old,new\n" + (0..<120).map { "r\($0),a,b\n" }.joined(), as: "m.csv")
        let program = Program(in: folder.path)
        #expect(try await program("rehearse", "m.csv", "--no-progress", "--rate-limit", "off").status == 0)
        let shown = try await program("show", "m.csv.rehearsal.db", "--visitor", "b")
        #expect(shown.output.contains("and 70 more operations, all in the report"), "\(shown.status)")
        let json = try Self.shown(try await program("show", "m.csv.rehearsal.db", "--visitor", "b", "--json"))
        #expect(json.operations.count == 120)
    }
}
