import FoundationEssentials
import Sandbox
import TestSupport
import Testing

/// A first few moves, and the rest later: `--max-moves`.
struct MoveLimitTests {
    private static let run = ["run", "mapping.csv", "--rate", "unlimited", "--no-progress"]

    @Test(arguments: [(1, "1", "move"), (5, "8", "defer"), (7, "256", "move"), (7, "256", "defer")])
    func `Just so many moves leave, whatever is in flight, and the same command without the option moves the rest`(
        limit: Int, concurrency: String, openRooms: String
    ) async throws {
        try await Workspace.with(rooms: 60) { workspace in
            let program = workspace.program()
            let arguments = Self.run + ["--concurrency", concurrency, "--open-rooms", openRooms]
            for invocation in 1...2 {
                let ended = try await program.run(arguments + ["--max-moves", "\(limit)"]) { _ in }
                #expect(ended.status == 2, "\(ended)")
                #expect(workspace.puts.count == limit * invocation && Set(workspace.puts).count == limit * invocation)
                let report = try workspace.report()
                #expect(report.stopped_because == "max-moves-reached" && report.balance.balanced)
                #expect(report.operations["moved"] == limit * invocation && report.operations["sent"] == 0)
                #expect(ended.output.contains("sent, the limit of --max-moves."), "\(ended)")
                #expect(ended.output.contains("  room room\(limit * (invocation - 1)) of line "), "\(ended)")
                #expect(ended.output.contains("\n  visitor-merge verify mapping.csv.journal.db\n"), "\(ended)")
                let rest = "Next: visitor-merge run mapping.csv --rate unlimited --no-progress --concurrency"
                #expect(ended.lines.last?.hasPrefix(rest) == true, "\(ended)")
                #expect(ended.lines.last?.contains("max-moves") == false, "\(ended)")
            }
            let last = try await program.run(arguments) { _ in }
            #expect(last.status == 0 && workspace.puts.count == 60, "\(last)")
        }
    }

    @Test(arguments: [3, 4]) func `A job that is done before the limit ends as usual`(limit: Int) async throws {
        try await Workspace.with(rooms: 4, open: [2]) { workspace in
            let program = workspace.program(as: "mgr", ["VISITOR_MERGE_MAX_MOVES": "\(limit)"])
            let ended = try await program.run(Self.run) { _ in }
            // The room with a live conversation is no move, and it is all that is left.
            #expect(ended.status == 2 && workspace.puts.count == 3, "\(ended)")
            #expect(try workspace.report().stopped_because == nil)
            let all = try await program.run(Self.run + ["--open-rooms", "move", "--max-moves", "1"]) { _ in }
            #expect(all.status == 0 && workspace.puts.count == 4, "\(all)")
            #expect(try workspace.report().stopped_because == nil)
        }
    }

    @Test func `A move that has to be sent again counts once`() async throws {
        let trouble = try Fault(.badGatewayBeforeWrite, route: "livechat/room.visitor", after: 1, count: 3)
        try await Workspace.with(rooms: 10, faults: [trouble]) { workspace in
            let ended = try await workspace.program().run(Self.run + ["--max-moves", "4"]) { _ in }
            #expect(ended.status == 2, "\(ended)")
            #expect(Set(workspace.puts).count == 4 && workspace.puts.count > 4)
            #expect(workspace.sandbox.moves.count == 4)
        }
    }

    @Test func `What a killed run left in doubt is settled first, and counts only if it is sent`() async throws {
        let slow = try Fault(.delayAfterWrite, route: "livechat/room.visitor", milliseconds: 60_000)
        try await Workspace.with(rooms: 20, faults: [slow]) { workspace in
            let arguments = Self.run + ["--concurrency", "4", "--open-rooms", "move"]
            let killed = try await workspace.program().run(arguments) { process in
                _ = await eventually { workspace.sandbox.moves.count >= 4 }
                try process.kill()
            }
            #expect(killed.status == -9)
            try await workspace.control("PUT", "faults", "{}")
            let before = workspace.sandbox.moves.count
            let ended = try await workspace.program().run(arguments + ["--max-moves", "3"]) { _ in }
            #expect(ended.status == 2, "\(ended)")
            #expect(workspace.sandbox.moves.count == before + 3 && Set(workspace.puts).count == before + 3)
            let report = try workspace.report()
            #expect(report.operations["moved"] == before + 3 && report.operations["sent"] == 0, "\(report)")
        }
    }

    @Test func `The rooms of visitor lines count like others, and an undo has the limit too`() async throws {
        try await Workspace.with(rooms: 12) { workspace in
            try workspace.folder.write(
                "old,new\n" + (0..<12).map { "old\($0),new\n" }.joined(), as: "visitors.csv")
            let program = workspace.program()
            let run = ["run", "visitors.csv", "--rate", "unlimited", "--no-progress"]
            let first = try await program.run(run + ["--max-moves", "2"]) { _ in }
            #expect(first.status == 2 && workspace.puts.count == 2, "\(first)")
            #expect(try workspace.report("visitors.csv.report/report.json").stopped_because == "max-moves-reached")
            let rest = try await program.run(run) { _ in }
            #expect(rest.status == 0 && workspace.puts.count == 12, "\(rest)")
            let undo = ["undo", "visitors.csv.journal.db", "--rate", "unlimited", "--no-progress"]
            let back = try await program.run(undo + ["--max-moves", "5"]) { _ in }
            #expect(back.status == 2 && workspace.sandbox.moves.count == 17, "\(back)")
            #expect(back.lines.last == "Next: visitor-merge " + undo.joined(separator: " "), "\(back)")
            let all = try await program.run(undo) { _ in }
            #expect(all.status == 0 && workspace.sandbox.moves.count == 24, "\(all)")
        }
    }

    @Test(arguments: ["0", "-5", "x", "1.5", "", "99999999999999999999"])
    func `Another number is refused with the option`(value: String) async throws {
        let folder = try TemporaryDirectory()
        try folder.write("room,old,new\nr,a,b\n", as: "mapping.csv")
        let ended = try await Program(in: folder.path)("run", "mapping.csv", "--max-moves", value)
        #expect(ended.status == 64 && ended.errors.contains("--max-moves"), "\(ended)")
        #expect(ended.errors.contains("it has to be a number from 1 to 1000000000."), "\(ended)")
        let variable = Program(in: folder.path, environment: ["VISITOR_MERGE_MAX_MOVES": value])
        guard !value.isEmpty else { return }
        let refused = try await variable("run", "mapping.csv", "--url", "http://127.0.0.1:9")
        #expect(refused.status == 78 && refused.errors.contains("VISITOR_MERGE_MAX_MOVES is '\(value)'"), "\(refused)")
    }

    @Test func `An audit sends nothing that could be limited`() async throws {
        try await Workspace.with(rooms: 2) { workspace in
            let refused = try await workspace.program()("run", "mapping.csv", "--dry-run", "--max-moves", "1")
            #expect(refused.status == 64 && refused.errors.contains("use one of them"), "\(refused)")
            let program = workspace.program(as: "mgr", ["VISITOR_MERGE_MAX_MOVES": "1"])
            for words in [["run", "mapping.csv", "--dry-run"], ["audit", "mapping.csv"]] {
                let ended = try await program.run(words + ["--no-progress"]) { _ in }
                #expect(ended.status == 0 && workspace.puts.isEmpty, "\(ended)")
            }
        }
    }
}
