import FoundationEssentials
import Sandbox
import TestSupport
import Testing

/// Writes and syncs that the disk refuses, put in its place by strace.
@Suite(.enabled(if: InstalledTool.path("strace") != nil, "strace is missing")) struct FailedWriteTests {
    private static let journal = "mapping.csv.journal.db"

    /// Runs the program under strace with its options; what it traced is in the file `trace`.
    private func trace(
        _ options: [String], _ arguments: [String], in workspace: Workspace
    ) async throws -> Program.Ended {
        try await Program(InstalledTool.path("strace") ?? "", in: workspace.folder.path, environment: workspace.login())
            .run(
                ["-f", "-qq", "-o", "trace", "--seccomp-bpf"] + options + [Program.path] + arguments
            ) { _ in }
    }

    private let run = ["run", "mapping.csv", "--no-progress", "--rate", "unlimited"]

    /// A journal that is planned and nothing is moved of.
    private func plan(_ workspace: Workspace) async throws {
        let planned = try await workspace.program(as: "mgr", ["ROCKETCHAT_AUTH_TOKEN": "wrong"]).run(run) { _ in }
        #expect(planned.status == 77 && workspace.sandbox.moves.isEmpty, "\(planned)")
    }

    @Test func `Nothing is sent when the name of the journal's log cannot be made durable`() async throws {
        try await Workspace.with(rooms: 20) { workspace in
            try await plan(workspace)
            let ended = try await trace(
                ["-P", workspace.folder.path, "-P", workspace.folder.path + "/", "-e", "inject=fsync:error=EIO"], run,
                in: workspace)
            #expect(ended.status == 74 && workspace.puts.isEmpty, "\(ended)")
            #expect(ended.errors.contains("its folder cannot be written to the disk, Input/output error"), "\(ended)")
            let resumed = try await workspace.program().run(run) { _ in }
            #expect(resumed.status == 0 && workspace.sandbox.moves.count == 20, "\(resumed)")
        }
    }

    @Test func `A commit that cannot be made durable ends the run with a report, and the same command resumes`()
        async throws
    {
        try await Workspace.with(rooms: 200) { workspace in
            try await plan(workspace)
            let ended = try await trace(
                ["-P", workspace.folder(Self.journal + "-wal"), "-e", "inject=fsync,fdatasync:error=EIO:when=6+"], run,
                in: workspace)
            #expect(ended.status == 74 && ended.errors.contains("Ended early") == false, "\(ended)")
            #expect(ended.output.contains("Ended early: ") && ended.errors.contains("stopped early"), "\(ended)")
            #expect(try workspace.report().balance.balanced)
            let resumed = try await workspace.program().run(run) { _ in }
            #expect(resumed.status == 0, "\(resumed)")
            let moved = workspace.sandbox.moves.map(\.rid)
            #expect(moved.count == 200 && Set(moved).count == 200)
        }
    }

    @Test(arguments: ["", "-wal"])
    func `Nothing is sent when the disk refuses a sync before the first request`(file: String) async throws {
        try await Workspace.with(rooms: 20) { workspace in
            try await plan(workspace)
            let ended = try await trace(
                ["-P", workspace.folder(Self.journal + file), "-e", "inject=fsync,fdatasync:error=EIO"], run,
                in: workspace)
            #expect(ended.status == 74 && workspace.puts.isEmpty, "\(ended)")
            #expect(ended.errors.contains("SQLite met an error of the disk"), "\(ended)")
            let resumed = try await workspace.program().run(run) { _ in }
            #expect(resumed.status == 0 && workspace.sandbox.moves.count == 20, "\(resumed)")
        }
    }

    @Test
    func `The log of a journal that was removed by hand has another name for good before a new one takes its own`()
        async throws
    {
        try await Workspace.with(rooms: 5) { workspace in
            try workspace.folder.write("stale", as: Self.journal + "-wal")
            let ended = try await trace(
                ["-e", "trace=unlink,unlinkat,fsync,rename,renameat,renameat2"], run, in: workspace)
            #expect(ended.status == 0, "\(ended)")
            let calls = try workspace.folder.text("trace").split(separator: "\n").map(String.init)
            let kept = try #require(
                calls.firstIndex {
                    $0.contains("rename") && $0.contains("\(Self.journal)-wal.saved-1\"") && $0.contains("= 0")
                })
            let renamed = try #require(calls.firstIndex { $0.contains("rename") && $0.contains("\"journal.db\"") })
            #expect(kept < renamed && calls[kept..<renamed].contains { $0.contains("fsync") }, "\(calls)")
        }
    }
}
