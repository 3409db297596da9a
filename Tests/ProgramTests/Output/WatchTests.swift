import FoundationEssentials
import Glibc
import Sandbox
import TestSupport
import Testing

/// `status --watch`.
struct WatchTests {
    private static let journal = "mapping.csv.journal.db"
    private static let run = ["run", "mapping.csv", "--open-rooms", "move", "--no-progress", "--rate", "20/s"]

    @Test(arguments: [["--watch", "1s"], ["--watch=1s"], ["--watch"]])
    func `A line now and then says how far the run is, and the end is the status of the job`(
        option: [String]
    ) async throws {
        try await Workspace.with(rooms: 60) { workspace in
            let program = workspace.program()
            let ended = try await program.run(Self.run) { process in
                _ = await eventually { workspace.sandbox.moves.count >= 2 }
                let words = option.count == 1 ? option + [Self.journal] : [Self.journal] + option
                let watch = try await program.run(["status"] + words) { _ in }
                #expect(watch.status == 0 && process.isOver, "\(watch)")
                let lines = watch.lines.filter { $0.contains(#/^\d{4}-.*Z \d+ of 60 rooms left/#) }
                #expect(lines.count >= 1 && lines.count <= 20, "\(watch)")
                #expect(watch.output.contains("Every line is settled"), "\(watch)")
            }
            #expect(ended.status == 0, "\(ended)")
        }
    }

    @Test func `Where no run is going it says the status once`() async throws {
        try await Workspace.with(rooms: 1) { workspace in
            let program = workspace.program()
            #expect(try await program.run(Self.run) { _ in }.status == 0)
            let once = try await program("status", Self.journal)
            let watch = try await program("status", Self.journal, "--watch")
            #expect(watch.status == 0 && watch.output == once.output, "\(watch)")
            for text in ["x", "5", "-1s"] {
                try await program("status", Self.journal, "--watch=\(text)").expectRefusal(64, naming: ["--watch"])
            }
            let variable = try await workspace.program(as: "mgr", ["VISITOR_MERGE_WATCH": "often"])(
                "status", Self.journal)
            variable.expectRefusal(78, naming: ["VISITOR_MERGE_WATCH is 'often'"])
            try await program("status", "none.db", "--watch").expectRefusal(66, naming: ["none.db"])
        }
    }

    @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
    func `A signal ends it and not the run`(signal: Int32) async throws {
        try await Workspace.with(rooms: 60) { workspace in
            let program = workspace.program()
            let ended = try await program.run(Self.run) { process in
                _ = await eventually { workspace.sandbox.moves.count >= 2 }
                let watch = try await program.run(["status", Self.journal, "--watch", "1h"]) { watching in
                    _ = await eventually { watching.heeds(signal) }
                    watching.send(signal)
                }
                #expect(watch.status == 128 + signal && !process.isOver, "\(watch)")
            }
            #expect(ended.status == 0 && workspace.puts.count == 60, "\(ended)")
        }
    }

    @Test func `Each JSON is on a line of its own, and a reader that goes away ends it`() async throws {
        try await Workspace.with(rooms: 60) { workspace in
            let program = workspace.program()
            let ended = try await program.run(Self.run) { process in
                _ = await eventually { workspace.sandbox.moves.count >= 2 }
                let shell = Program("/bin/sh", in: workspace.folder.path)
                let first = try await shell(
                    "-c", "'\(Program.path)' status \(Self.journal) --watch 1s --json | head -n 1")
                #expect(first.lines.count == 1 && first.output.contains("\"running\":true"), "\(first)")
                #expect(!process.isOver)
            }
            #expect(ended.status == 0, "\(ended)")
        }
    }

    @Test func `On a terminal it is drawn in one place`() async throws {
        try await Workspace.with(rooms: 60) { workspace in
            let program = workspace.program()
            _ = try await program.run(Self.run) { _ in
                _ = await eventually { workspace.sandbox.moves.count >= 2 }
                let terminal = try PseudoTerminal(columns: 100)
                let ended = try await program.run(["status", Self.journal, "--watch", "1s"], on: terminal) { _ in }
                #expect(ended.status == 0)
                let rows = terminal.screen.everything
                #expect(rows.count { $0.contains("Every line is settled") } == 1, "\(rows)")
                #expect(rows.count { $0.contains("A run is going") } == 0, "what was drawn is gone: \(rows)")
            }
        }
    }
}
