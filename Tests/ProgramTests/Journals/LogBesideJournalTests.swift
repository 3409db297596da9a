import Foundation
import Sandbox
import TestSupport
import Testing

/// Journals and logs that copies and restored files have brought together.
struct LogBesideJournalTests {
    private static let journal = "mapping.csv.journal.db"

    /// Two copies of one workspace's journal: as a kill left it, with its log, and after the end.
    private func with(
        _ body: @Sendable (Workspace, Program) async throws -> Void
    ) async throws {
        try await Workspace.with(rooms: 60) { workspace in
            let program = workspace.program()
            let run = ["run", "mapping.csv", "--no-progress", "--rate"]
            let killed = try await program.run(run + ["40/s"]) { process in
                _ = await eventually { workspace.sandbox.moves.count >= 5 }
                try process.kill()
            }
            #expect(killed.status == -9, "\(killed)")
            let copied = try await workspace.shell(
                ["-c", "mkdir killed && cp \(Self.journal) \(Self.journal)-wal killed"])
            #expect(copied.status == 0, "\(copied)")
            let ended = try await program.run(run + ["unlimited"]) { _ in }
            #expect(ended.status == 0, "\(ended)")
            try await body(workspace, program)
        }
    }

    @Test func `A finished journal beside the log of a killed run is refused with the command that parts them`()
        async throws
    {
        try await with { workspace, program in
            let other = try await workspace.shell(
                ["-c", "rm -r mapping.csv.report && mv \(Self.journal) finished.db && mv killed/* ."])
            #expect(other.status == 0)
            // Made by another job, so that its log is strange to this one.
            let fresh = try await program("run", "mapping.csv", "--journal", "j.db", "--report", "r", "--no-progress")
            #expect(fresh.status == 0, "\(fresh)")
            #expect(try await workspace.shell(["-c", "mv j.db \(Self.journal)"]).status == 0)
            for command in [
                ["status", Self.journal], ["report", Self.journal, "--report", "again"], ["undo", Self.journal],
                ["verify", Self.journal], ["run", "mapping.csv", "--no-progress"],
            ] {
                let refused = try await program.run(command) { _ in }
                refused.expectRefusal(65, naming: ["\(Self.journal)-wal does not belong to the journal"])
            }
            let refused = try await program("status", Self.journal)
            let command = try #require(refused.errors.firstMatch(of: /mv \S+ \S+/)).output
            #expect(try await workspace.shell(["-c", String(command)]).status == 0, "\(command)")
            let status = try await program("status", Self.journal)
            #expect(status.status == 0 && status.counts["already"] == 60 && status.errors.isEmpty, "\(status)")
        }
    }

    @Test func `A copy of a killed run without its log is said`() async throws {
        try await with { workspace, program in
            #expect(
                try await workspace.shell(["-c", "rm killed/*-wal; mv killed/\(Self.journal) copy.db"]).status == 0)
            for command in [["status", "copy.db"], ["verify", "copy.db"], ["report", "copy.db", "--report", "r"]] {
                let answer = try await program.run(command) { _ in }
                #expect(answer.errors.contains("The last run on copy.db did not end, and "), "\(answer)")
                #expect(answer.errors.contains("copy the log too"), "\(answer)")
                #expect(!answer.output.contains("Next:"), "\(answer)")
            }
            let run = try await program(
                "run", "mapping.csv", "--journal", "copy.db", "--report", "r", "--no-progress", "--rate", "unlimited")
            #expect(run.status == 0 && run.errors.contains("copy.db-wal, is not there"), "\(run)")
            let status = try await program("status", "copy.db")
            #expect(status.status == 0 && status.errors.isEmpty, "\(status)")
        }
    }

    @Test func `A log without its journal is kept and said when the mapping is planned again`() async throws {
        try await with { workspace, program in
            let log = "\(Self.journal)-wal"
            #expect(try await workspace.shell(["-c", "cp -r killed copy"]).status == 0)
            let killed = try await program("status", "copy/\(Self.journal)")
            let kept = try await workspace.shell(["-c", "rm \(Self.journal)* && mv killed/\(log) ."])
            #expect(kept.status == 0)
            let before = try Data(contentsOf: URL(filePath: workspace.folder(log)))
            let run = try await program("run", "mapping.csv", "--no-progress", "--rate", "unlimited")
            #expect(run.status == 0 && run.counts["already"] == 60, "\(run)")
            #expect(
                run.errors.contains("There was a log without its journal: \(log), kept as \(log).saved-1"), "\(run)")
            #expect(try Data(contentsOf: URL(filePath: workspace.folder(log + ".saved-1"))) == before)
            // What is said can be done.
            let restored = try await workspace.shell(
                [
                    "-c",
                    "mv \(log).saved-1 saved && rm \(Self.journal)* && mv killed/\(Self.journal) . && mv saved \(log)",
                ])
            #expect(restored.status == 0, "\(restored)")
            let status = try await program("status", Self.journal)
            #expect(status.status == 2 && status.counts == killed.counts, "\(status), \(killed)")
        }
    }
}
