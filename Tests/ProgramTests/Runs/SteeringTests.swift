import Glibc
import Sandbox
import TestSupport
import Testing

/// Steering and asking a run that is going, from outside.
@Suite struct ProgramSteeringTests {
    @Test func `A run is paused, asked, resumed and hurried while it goes, and the report says so`() async throws {
        try await Workspace.with(rooms: 60) { workspace in
            let program = workspace.program()
            let journal = "mapping.csv.journal.db"
            let arguments = ["run", "mapping.csv", "--rate", "20/s", "--no-progress", "--open-rooms", "move"]
            let ended = try await program.run(arguments) { process in
                _ = await eventually { workspace.sandbox.moves.count >= 3 }
                let paused = try await program("pace", journal, "pause")
                #expect(paused.status == 0 && paused.output == "The run follows: pause\n", "\(paused)")
                let status = try await program("status", journal)
                #expect(status.output.contains("Paused by ") && status.output.contains("pace \(journal) resume"))
                // What was in flight at the pause arrives first.
                var before = -1
                while before != workspace.sandbox.moves.count {
                    before = workspace.sandbox.moves.count
                    _ = await eventually(within: .milliseconds(300)) { workspace.sandbox.moves.count > before }
                }
                kill(process.pid, SIGUSR1)
                _ = await eventually(within: .milliseconds(700)) { workspace.sandbox.moves.count > before }
                #expect(workspace.sandbox.moves.count == before)
                let hurried = try await program("pace", journal, "unlimited")
                #expect(hurried.status == 0)
                #expect(workspace.sandbox.moves.count == before, "a new rate ends no pause")
                #expect(try await program("pace", journal, "resume").status == 0)
            }
            #expect(ended.status == 0, "\(ended)")
            #expect(
                ended.errors.contains(" of 60 (")
                    && ended.errors.contains("Paused, go on with: visitor-merge pace \(journal) resume"),
                "\(ended.errors)")
            let steered = try workspace.report().runs.flatMap(\.steered)
            #expect(steered.map(\.command) == ["pause", "unlimited", "resume"])
            #expect(steered.allSatisfy { $0.followed != nil && $0.by.contains(" on ") })
            let late = try await program("pace", journal, "pause")
            #expect(late.status == 66 && late.errors.contains("No run is going"), "\(late)")
        }
    }

    @Test func `A pace that no run can follow is a usage error`() async throws {
        let folder = try TemporaryDirectory()
        let ended = try await Program(in: folder.path)("pace", "some.db", "faster")
        #expect(ended.status == 64 && ended.errors.contains("'faster' is nothing a run can follow"), "\(ended)")
    }
}
