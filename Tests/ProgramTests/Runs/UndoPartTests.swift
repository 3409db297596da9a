import FoundationEssentials
import Sandbox
import TestSupport
import Testing

/// `undo` of some rooms, visitors or lines, and of the rest later.
struct UndoPartTests {
    private static let undo = ["undo", "mapping.csv.journal.db", "--rate", "unlimited", "--no-progress"]

    /// The rooms that are with their old visitors again.
    private static func back(_ workspace: Workspace) -> [String] {
        workspace.sandbox.roomOwners.filter { $0.value != "new" }.map(\.key).sorted()
    }

    private static func withMovedRooms(_ rooms: Int, _ body: @Sendable (Workspace, Program) async throws -> Void)
        async throws
    {
        try await Workspace.with(rooms: rooms) { workspace in
            let program = workspace.program()
            let run = try await program("run", "mapping.csv", "--rate", "unlimited", "--no-progress")
            #expect(run.status == 0, "\(run)")
            try await body(workspace, program)
        }
    }

    @Test func `Parts go back one after the other, and then the rest, each room once`() async throws {
        try await Self.withMovedRooms(8) { workspace, program in
            let first = try await program.run(Self.undo + ["--room", "room1", "--visitor", "old3", "--line=6"]) { _ in }
            #expect(first.status == 0, "\(first)")
            #expect(Self.back(workspace) == ["room1", "room3", "room4"])
            #expect(first.lines.first == "Every line is settled: 3 rooms moved back.", "\(first)")
            let rest = "5 more moves of that job are not undone: visitor-merge undo mapping.csv.journal.db"
            #expect(first.errors.contains(rest), "\(first)")
            let verified = try await program("verify", "mapping.csv.journal.db", "--no-progress")
            #expect(verified.status == 0 && verified.output.contains("8 as they were left"), "\(verified)")
            let status = try await program("status", "mapping.csv.journal.db")
            #expect(status.status == 1 && status.output.contains("Undone: 3 rooms of this job are back"), "\(status)")

            // One of them again, and another one.
            let second = try await program.run(Self.undo + ["--room", "room1", "--room", "room0"]) { _ in }
            #expect(second.status == 0 && Self.back(workspace) == ["room0", "room1", "room3", "room4"], "\(second)")
            #expect(second.errors.contains("Undone before, and left alone now: room room1."), "\(second)")
            #expect(workspace.puts.count == 12)
            let nothing = try await program.run(Self.undo + ["--line", "3"]) { _ in }
            #expect(nothing.status == 0 && workspace.puts.count == 12, "\(nothing)")
            let redo = try await program("run", "mapping.csv", "--no-progress")
            #expect(redo.status == 65 && redo.errors.contains("was undone by"), "\(redo)")

            let all = try await program.run(Self.undo) { _ in }
            #expect(all.status == 0 && Self.back(workspace).count == 8 && workspace.puts.count == 16, "\(all)")
            #expect(!all.output.contains("than estimated"), "\(all)")
            #expect(try workspace.report("mapping.csv.undo-report/report.json").lines["merged"] == 8)
            #expect(try await workspace.integrity(of: "mapping.csv.undo.db") == "ok\n")
            for words in [["verify", "mapping.csv.journal.db"], ["verify", "mapping.csv.undo.db"]] {
                let ended = try await program.run(words + ["--no-progress"]) { _ in }
                #expect(ended.status == 0 && ended.output.contains("8 as they were left"), "\(ended)")
            }
            // A part of the undo is undone.
            let forward = try await program("undo", "mapping.csv.undo.db", "--room", "room5", "--no-progress")
            #expect(forward.status == 0 && workspace.sandbox.roomOwners["room5"] == "new", "\(forward)")
            let last = try await program("verify", "mapping.csv.journal.db", "--no-progress")
            #expect(last.status == 0 && last.output.contains("8 as they were left"), "\(last)")
        }
    }

    @Test func `A part that is only looked at moves nothing, and another part is looked at afresh`() async throws {
        try await Self.withMovedRooms(3) { workspace, program in
            for (room, count) in [(["--room", "room1"], 1), (["--room", "room2", "--room", "room0"], 2), ([], 3)] {
                let dry = try await program.run(Self.undo + ["--dry-run"] + room) { _ in }
                #expect(dry.status == 0 && workspace.puts.count == 3, "\(dry)")
                #expect(
                    dry.output.contains("\(count == 1 ? "1 room" : "\(count) rooms") would be moved back."), "\(dry)")
            }
            let done = try await program.run(Self.undo + ["--room", "room1"]) { _ in }
            #expect(done.status == 0)
            let dry = try await program.run(Self.undo + ["--dry-run", "--room", "room1"]) { _ in }
            #expect(dry.status == 0 && dry.output.contains("already"), "\(dry)")
        }
    }

    /// What was begun for all does not move more when a part is asked for.
    @Test func `A part of an undo that was begun for everything leaves the rest for another time`() async throws {
        try await Self.withMovedRooms(6) { workspace, program in
            let begun = try await program.run(Self.undo + ["--max-moves", "1"]) { _ in }
            #expect(begun.status == 2 && Self.back(workspace) == ["room0"], "\(begun)")
            let part = try await program.run(Self.undo + ["--room", "room4"]) { _ in }
            #expect(part.status == 2 && Self.back(workspace) == ["room0", "room4"], "\(part)")
            #expect(part.lines.last == "Next: visitor-merge " + Self.undo.joined(separator: " "), "\(part)")
            #expect(part.output.contains("left by this undo, which names others"), "\(part)")
            let all = try await program.run(Self.undo) { _ in }
            #expect(all.status == 0 && Self.back(workspace).count == 6 && workspace.puts.count == 12, "\(all)")
        }
    }

    @Test(arguments: ["lines.csv", "operations.csv", "list", "semicolons"])
    func `A report that was cut down says what goes back`(kind: String) async throws {
        try await Self.withMovedRooms(5) { workspace, program in
            let report = "mapping.csv.report/"
            switch kind {
            case "list": try workspace.folder.write("\u{FEFF}Room ID\r\n room1 \r\n\r\nroom3\r\n", as: "only.csv")
            case "semicolons": try workspace.folder.write("line;note\n3;x\n5;\"y;\nz\"\n", as: "only.csv")
            default:
                let rows = try workspace.folder.text(report + kind).split(
                    separator: "\n", omittingEmptySubsequences: true)
                try workspace.folder.write(
                    ([rows[0]] + rows.dropFirst().filter { $0.contains("room1") || $0.contains("room3") })
                        .joined(separator: "\n"), as: "only.csv")
            }
            let undo = try await program.run(Self.undo + ["--only", "only.csv"]) { _ in }
            #expect(undo.status == 0 && Self.back(workspace) == ["room1", "room3"], "\(undo)")
        }
    }

    @Test func `What cannot be undone is named, and nothing is moved`() async throws {
        try await Workspace.with(rooms: 4) { workspace in
            let lines = "room0,old0,new\nroom1,old1,new\nroom2,old3,new\nbad line\n"
            try workspace.folder.write("room_id,old_visitor_id,new_visitor_id\n" + lines, as: "mapping.csv")
            let program = workspace.program()
            let run = try await program("run", "mapping.csv", "--rate", "unlimited", "--no-progress")
            #expect(run.status == 1 && workspace.puts.count == 2, "\(run)")
            try workspace.folder.write("room_id\n", as: "empty.csv")
            try workspace.folder.write("", as: "nothing.csv")
            try workspace.folder.write("room0\nroom1\n", as: "headless.csv")
            try workspace.folder.write("room_id\nroom0\nroom9\n", as: "unknown.csv")
            try workspace.folder.write("room_id,line\n,\"\"\nroom0,2\n,x\n", as: "bad.csv")
            try workspace.folder.write(
                "line,old_visitor_id,new_visitor_id,room_id\n2,oldX,new,room0\n", as: "other.csv")
            try workspace.folder.write("line,room_id\n2,room1\n", as: "crossed.csv")
            for (words, sentence) in [
                (["--room", "room9"], "knows nothing of the room room9."),
                (["--room", "room0", "--room", "room2"], "has moved nothing of the room room2."),
                (["--room", "--json"], "knows nothing of the room --json."),
                (["--room", "\u{1B}[2J"], "knows nothing of the room \\u{1B}[2J."),
                (["--room", ""], "knows nothing of the room ''."),
                (["--visitor", "old9"], "knows nothing of the visitor old9."),
                (["--visitor", "old3"], "has moved nothing of the visitor old3."),
                (["--line", "99"], "knows nothing of line 99 of the mapping."),
                (["--line", "5"], "has moved nothing of line 5 of the mapping."),
                (["--line", "1"], "knows nothing of line 1 of the mapping."),
                (["--only", "empty.csv"], "empty.csv names no room: it has a header and no rows."),
                (["--only", "nothing.csv"], "nothing.csv is empty"),
                (
                    ["--only", "headless.csv"],
                    "headless.csv has no column for the room (room_id) or the line (line). It has room0."
                ),
                (["--only", "unknown.csv"], "knows nothing of line 3 of unknown.csv."),
                (["--only", "bad.csv"], "Line 4 of bad.csv cannot be used: its line is “x”"),
                (
                    ["--only", "other.csv"],
                    "says something else than line 2 of other.csv: is it a list of another job?"
                ),
                (["--only", "crossed.csv"], "says something else than line 2 of crossed.csv"),
            ] {
                for dry in [[], ["--dry-run"]] {
                    let ended = try await program.run(Self.undo + words + dry) { _ in }
                    #expect(ended.status == 65 && ended.errors.contains(sentence), "\(words): \(ended)")
                }
            }
            for line in ["-1", "0", "x"] {
                let ended = try await program.run(Self.undo + ["--line", line]) { _ in }
                #expect(ended.status == 64 && ended.errors.contains("it has to be a number from 1"), "\(ended)")
            }
            let missing = try await program.run(Self.undo + ["--only", "none.csv"]) { _ in }
            #expect(missing.status == 66 && missing.errors.contains("There is no file none.csv."), "\(missing)")
            #expect(workspace.puts.count == 2)
            #expect(try !workspace.folder.names.contains("mapping.csv.undo.db"))
        }
    }

    @Test func `Of a chain the last steps go back alone, and no step from under another one`() async throws {
        try await Workspace.with(rooms: 3) { workspace in
            try workspace.folder.write(
                "room,old,new\nroom0,old0,old1\nroom0,old1,old2\nroom1,old1,new\n", as: "mapping.csv")
            let program = workspace.program()
            let run = try await program("run", "mapping.csv", "--rate", "unlimited", "--no-progress")
            #expect(run.status == 0 && workspace.sandbox.roomOwners["room0"] == "old2", "\(run)")
            for words in [["--line", "2"], ["--visitor", "old0"]] {
                let refused = try await program.run(Self.undo + words) { _ in }
                #expect(refused.status == 65, "\(refused)")
                let sentence =
                    "Line 3 moved the room room0 on after line 2, and goes back first: name it too, with --line 3"
                #expect(refused.errors.contains(sentence), "\(refused)")
            }
            let middle = try await program.run(Self.undo + ["--line", "3"]) { _ in }
            #expect(middle.status == 0 && workspace.sandbox.roomOwners["room0"] == "old1", "\(middle)")
            let verified = try await program("verify", "mapping.csv.journal.db", "--no-progress")
            #expect(verified.status == 0, "\(verified)")
            let first = try await program.run(Self.undo + ["--line", "2"]) { _ in }
            #expect(first.status == 0 && workspace.sandbox.roomOwners["room0"] == "old0", "\(first)")
            #expect(workspace.sandbox.roomOwners["room1"] == "new")
            let rest = try await program.run(Self.undo + ["--room", "room0", "--room", "room1"]) { _ in }
            #expect(rest.status == 0 && workspace.sandbox.roomOwners["room1"] == "old1", "\(rest)")
            #expect(try await program("verify", "mapping.csv.journal.db", "--no-progress").status == 0)
        }
    }

    @Test func `All steps of a chain go back in order when the room is named`() async throws {
        try await Workspace.with(rooms: 3) { workspace in
            try workspace.folder.write("room,old,new\nroom0,old0,old1\nroom0,old1,old2\n", as: "mapping.csv")
            let program = workspace.program()
            #expect(try await program("run", "mapping.csv", "--rate", "unlimited", "--no-progress").status == 0)
            let back = try await program.run(Self.undo + ["--room", "room0"]) { _ in }
            #expect(back.status == 0 && workspace.sandbox.roomOwners["room0"] == "old0", "\(back)")
        }
    }

    @Test func `Visitor lines, their repetitions and what they share go back by their numbers`() async throws {
        try await Workspace.with(rooms: 4) { workspace in
            try workspace.folder.write("old,new\nold0,old1\nold1,new\nold1,new\nold2,new\n", as: "mapping.csv")
            let program = workspace.program()
            let run = try await program("run", "mapping.csv", "--rate", "unlimited", "--no-progress")
            #expect(run.status == 0 && Self.back(workspace) == ["room3"], "\(run)")
            // Line 4 repeats line 3, and line 2 leads to the end of the chain.
            let repeated = try await program.run(Self.undo + ["--line", "4"]) { _ in }
            #expect(repeated.status == 0 && Self.back(workspace) == ["room1", "room3"], "\(repeated)")
            let rows = try workspace.folder.text("mapping.csv.report/lines.csv").split(separator: "\n")
            try workspace.folder.write(rows[0] + "\n" + rows[1] + "\n", as: "only.csv")
            let chain = try await program.run(Self.undo + ["--only", "only.csv"]) { _ in }
            #expect(chain.status == 0 && Self.back(workspace) == ["room0", "room1", "room3"], "\(chain)")
            let visitor = try await program.run(Self.undo + ["--visitor", "old2"]) { _ in }
            #expect(visitor.status == 0 && Self.back(workspace).count == 4, "\(visitor)")
            let verified = try await program("verify", "mapping.csv.journal.db", "--no-progress")
            #expect(verified.status == 0, "\(verified)")
        }
    }

    @Test func `A part that was killed is settled by the next one`() async throws {
        try await Self.withMovedRooms(4) { workspace, program in
            try await workspace.control(
                "PUT", "faults",
                #"{"delay-after-write":{"share":1,"route":"livechat/room.visitor","after":1,"milliseconds":60000}}"#)
            let killed = try await program.run(Self.undo + ["--room", "room1"]) { process in
                _ = await eventually { workspace.sandbox.moves.count >= 5 }
                try process.kill()
            }
            #expect(killed.status == -9)
            try await workspace.control("PUT", "faults", "{}")
            let next = try await program.run(Self.undo + ["--room", "room2"]) { _ in }
            #expect(next.status == 0 && Self.back(workspace) == ["room1", "room2"], "\(next)")
            #expect(
                workspace.puts.count == 6 && next.errors.contains("sent without an answer before is settled too"),
                "\(next)")
        }
    }

    @Test func `The rest is undone with the journal that knows what is back`() async throws {
        try await Self.withMovedRooms(3) { workspace, program in
            let first = try await program.run(Self.undo + ["--room", "room1", "--undo-journal", "mine.db"]) { _ in }
            #expect(first.status == 0, "\(first)")
            for words in [[], ["--room", "room2"]] {
                let refused = try await program.run(Self.undo + words) { _ in }
                #expect(refused.status == 65 && refused.errors.contains("--undo-journal "), "\(refused)")
            }
            let rest = try await program.run(Self.undo + ["--undo-journal", "mine.db"]) { _ in }
            #expect(rest.status == 0 && Self.back(workspace).count == 3, "\(rest)")
        }
    }
}
