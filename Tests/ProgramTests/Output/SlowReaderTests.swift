import Journal
import Model
import TestSupport
import Testing

/// A reader that is not ready is waited for, on both streams and for whatever is written.
struct SlowReaderTests {
    @Test func `The result of a command is whole when its reader is slow`() async throws {
        try await Workspace.with(rooms: 300) { workspace in
            let program = workspace.program()
            try #require(
                try await program("run", "mapping.csv", "--no-progress", "--rate", "unlimited").status == 0)
            let ended = try await program.run(
                ["verify", "mapping.csv.journal.db", "--no-progress", "--rate", "unlimited"], withNarrowErrors: false)
            #expect(ended.status == 0 && ended.errors == "", "\(ended)")
            #expect(ended.lines.count { $0.hasPrefix("= ") } == 300, "\(ended)")
        }
    }

    @Test(arguments: [["run", "--help"], ["--generate-completion-script", "bash"]])
    func `Help and completions are whole when their reader is slow`(arguments: [String]) async throws {
        let folder = try TemporaryDirectory()
        let program = Program(in: folder.path)
        let expected = try await program.run(arguments) { _ in }
        let ended = try await program.run(arguments, withNarrowErrors: false)
        #expect(ended.status == 0 && ended.output.utf8.count > 4096)
        #expect(ended.output == expected.output)
    }

    @Test func `The log is whole when its reader is slow`() async throws {
        try await Workspace.with(rooms: 100) { workspace in
            let ended = try await workspace.program().run(
                [
                    "run", "mapping.csv", "--no-progress", "--rate", "unlimited", "--log-level", "trace",
                    "--log-format", "json",
                ], withNarrowErrors: true)
            #expect(ended.status == 0)
            let lines = ended.errors.split(separator: "\n")
            #expect(ended.errors.utf8.count > 8192)
            #expect(lines.allSatisfy { $0.hasPrefix("{") && $0.hasSuffix("}") }, "\(ended)")
        }
    }

    @Test func `What cannot be printed because the disk is full is a failure, help included`() async throws {
        let folder = try TemporaryDirectory()
        for arguments in ["--help", "--version", "run --help", "--generate-completion-script zsh"] {
            let ended = try await Program("/bin/sh", in: folder.path)(
                "-c", "\"$0\" \(arguments) > /dev/full", Program.path)
            #expect(ended.status == 74 && ended.errors.contains("standard output"), "\(arguments): \(ended)")
        }
    }

    @Test(arguments: ["m.csv", "2024-05-02T10:00:00Z.csv", "m since 2024-05-02T10:00:00Z"])
    func `On a terminal an instant has local time, and the name of a file never`(name: String) async throws {
        let folder = try TemporaryDirectory()
        try folder.write("room,old,new\nr,a,b\n", as: name)
        let holder = LockOwner(
            host: "batch-1", pid: 4711, user: "merge", since: Timestamp(milliseconds: 1_714_661_265_855))
        let lock = try JournalLock(ofJournalAt: folder(name + ".journal.db"), holder: holder)
        let environment = [
            "ROCKETCHAT_URL": "http://127.0.0.1:1", "ROCKETCHAT_USER_ID": "user", "ROCKETCHAT_AUTH_TOKEN": "token",
            "TZ": "UTC-2", "TERM": "xterm",
        ]
        let program = Program(in: folder.path, environment: environment)
        let terminal = try PseudoTerminal(columns: 400)
        let ended = try await program.run(["run", name], on: terminal) { _ in }
        let text = terminal.screen.everything.joined()
        #expect(ended.status == 75)
        #expect(text.contains("since 2024-05-02 16:47:45 +0200. Wait"), "\(text)")
        #expect(text.contains("The journal \(name).journal.db is in use"), "\(text)")
        let status = try #require(text.split(separator: "visitor-merge status ").last)
        #expect(status.contains(name), "\(text)")
        let kept = try await program("run", name)
        #expect(kept.errors.contains("since 2024-05-02T14:47:45.855Z. Wait"), "\(kept)")
        withExtendedLifetime(lock) {}
    }
}
