import Glibc
import Sandbox
import TestSupport
import Testing

/// A terminal that is closed, and `--quiet` when a run is asked to stop.
struct HangupTests {
    private static let arguments = ["run", "mapping.csv", "--rate", "20/s", "--open-rooms", "move", "--no-progress"]

    @Test func `A hangup lets a run finish what is under way, also when it comes twice`() async throws {
        try await Workspace.with(rooms: 200) { workspace in
            let ended = try await workspace.program().run(Self.arguments) { process in
                _ = await eventually { workspace.sandbox.moves.count >= 2 }
                process.send(SIGHUP)
                process.send(SIGHUP)
            }
            #expect(ended.status == 2 && ended.output.contains("Not finished"), "\(ended)")
            let report = try workspace.report()
            #expect(report.operations["moved"] == workspace.puts.count && report.operations["sent"] == 0)
        }
    }

    @Test func `A run that was started not to mind a hangup does not`() async throws {
        try await Workspace.with(rooms: 10) { workspace in
            let program = Program("/bin/sh", in: workspace.folder.path, environment: workspace.login())
            let command = ["-c", "trap '' HUP; exec \"$0\" \"$@\"", Program.path] + Self.arguments
            let ended = try await program.run(command) { process in
                _ = await eventually { workspace.sandbox.moves.count >= 2 }
                process.send(SIGHUP)
            }
            #expect(ended.status == 0 && workspace.puts.count == 10, "\(ended)")
        }
    }

    @Test func `With --quiet a request to stop is not commented on`() async throws {
        try await Workspace.with(rooms: 200) { workspace in
            let ended = try await workspace.program().run(Self.arguments + ["--quiet"]) { process in
                _ = await eventually { workspace.sandbox.moves.count >= 2 }
                process.send(SIGTERM)
            }
            #expect(ended.status == 2 && !ended.errors.contains("Stopping"), "\(ended)")
        }
    }

    @Test func `A terminal that is gone does not turn a stopped run into a failed one`() async throws {
        try await Workspace.with(rooms: 200) { workspace in
            let script = """
                import os, pty, signal, sys, time
                pid, terminal = pty.fork()
                if pid == 0:
                    os.execv(sys.argv[1], sys.argv[1:])
                while b"ooms" not in os.read(terminal, 65536):
                    pass
                os.close(terminal)
                print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
                """
            let python = Program(
                "/usr/bin/env", in: workspace.folder.path,
                environment: workspace.login().merging(["TERM": "xterm"]) { $1 })
            let arguments = Self.arguments.filter { $0 != "--no-progress" }
            let ended = try await python.run(["python3", "-c", script, Program.path] + arguments) { _ in }
            #expect(ended.output == "2\n", "\(ended)")
            #expect(try workspace.report().operations["sent"] == 0)
        }
    }
}
