import FoundationEssentials
import Sandbox
import TestSupport
import Testing

/// A journal, its lock and its log in the hands of other programs while a run goes.
@Suite struct LostJournalProgramTests {
    private static let journal = "job/mapping.csv.journal.db"

    /// Serves 60 rooms, with the mapping in a folder of its own; `body` has the program and the arguments of a run.
    private func with(
        rate: String = "20/s", _ body: @Sendable (Workspace, Program, [String]) async throws -> Void
    ) async throws {
        try await Workspace.with(rooms: 60) { workspace in
            try FileManager.default.createDirectory(
                atPath: workspace.folder("job"), withIntermediateDirectories: false)
            try FileManager.default.moveItem(
                atPath: workspace.folder("mapping.csv"), toPath: workspace.folder("job/mapping.csv"))
            let run = ["run", "job/mapping.csv", "--report", "report", "--no-progress", "--rate", rate]
            try await body(workspace, workspace.program(), run)
        }
    }

    @Test(arguments: [
        "rm \(journal)", "rm \(journal)*", "mv \(journal) elsewhere.db", "rm \(journal); echo other > \(journal)",
        "rm \(journal)-wal", "mv job moved; mkdir job; cp moved/mapping.csv job",
        "cp job/mapping.csv .; rm -r job; mkdir job; mv mapping.csv job",
    ])
    func `A journal that goes away ends the run, and what was saved resumes`(_ accident: String) async throws {
        try await with { workspace, program, run in
            let ended = try await program.run(run) { _ in
                _ = await eventually { workspace.sandbox.moves.count >= 5 }
                let happened = try await workspace.shell(["-c", accident])
                #expect(happened.status == 0, "\(happened)")
            }
            let moved = workspace.sandbox.moves.count
            #expect(ended.status == 74 && (5..<40).contains(moved), "\(moved): \(ended)")
            #expect(ended.errors.contains(" while the run worked on the journal"), "\(ended)")
            #expect(!ended.output.contains("Next: "), "the same command would begin again: \(ended)")
            let report = try workspace.report("report/report.json")
            #expect(report.stopped_because == "journal-failed" && report.operations["moved"] == moved)

            // Without what is printed the next run would not know what can be undone.
            if try FileManager.default.contentsOfDirectory(atPath: workspace.folder("job")).contains(where: {
                $0.contains(".saved-")
            }) {
                let again = try await program.run(run) { _ in }
                #expect(again.status == 65 && again.errors.contains(".saved-1"), "\(again)")
                #expect(workspace.sandbox.moves.count == moved)
            }
            // What is printed can be typed.
            let command = try #require(ended.errors.firstMatch(of: /\((.*mv .*)\) and run the same command/)?.1)
            #expect(try await workspace.shell(["-c", String(command)]).status == 0, "\(command)")
            let resumed = try await program.run(run.dropLast() + ["unlimited"]) { _ in }
            #expect(resumed.status == 0 && resumed.counts["merged"] == 60, "\(resumed)")
            #expect(Set(workspace.sandbox.moves.map(\.rid)).count == 60 && workspace.sandbox.moves.count == 60)
        }
    }

    /// Every command about a journal, and the run itself.
    private static let commands = [
        ["status", journal], ["report", journal, "--report", "again"], ["verify", journal, "--no-progress"],
        ["undo", journal, "--dry-run", "--no-progress"], ["undo", journal, "--no-progress"],
    ]

    @Test(arguments: ["cp two.db \(journal)", "cp job/mapping.csv \(journal)", ": > \(journal)"])
    func `A journal that was overwritten under a run is damaged for every command`(_ accident: String) async throws {
        try await with { workspace, program, run in
            try workspace.folder.write("room,old,new\nroom58,old58,new\nroom59,old59,new\n", as: "two.csv")
            let other = try await program("run", "two.csv", "--journal", "two.db", "--no-progress")
            #expect(other.status == 0, "\(other)")
            let ended = try await program.run(run) { _ in
                _ = await eventually { workspace.sandbox.moves.count >= 7 }
                let happened = try await workspace.shell(["-c", accident])
                #expect(happened.status == 0, "\(happened)")
            }
            #expect(ended.status == 74 && ended.errors.contains("was overwritten while the run"), "\(ended)")
            let moved = workspace.sandbox.moves.count
            for command in Self.commands + [run] {
                let refused = try await program.run(command) { _ in }
                refused.expectRefusal(74, naming: ["The journal \(Self.journal) is damaged (", "Keep it for evidence"])
            }
            #expect(workspace.sandbox.moves.count == moved)
            #expect(!FileManager.default.fileExists(atPath: workspace.folder("again")))
        }
    }

    @Test(arguments: ["rm \(journal)*", ": > \(journal)-wal"])
    func `What a run has saved is named by every command about its journal`(_ accident: String) async throws {
        try await with { workspace, program, run in
            let ended = try await program.run(run) { _ in
                _ = await eventually { workspace.sandbox.moves.count >= 5 }
                let happened = try await workspace.shell(["-c", accident])
                #expect(happened.status == 0, "\(happened)")
            }
            #expect(ended.status == 74 && ended.errors.contains("saved as \(Self.journal).saved-1"), "\(ended)")
            for command in Self.commands + [run] {
                let refused = try await program.run(command) { _ in }
                refused.expectRefusal(65, naming: ["saved all that it knew as \(Self.journal).saved-1"])
            }
        }
    }

    @Test(arguments: [
        ("rm \(journal)", "it was removed while"), ("mv \(journal) elsewhere.db", "it was removed while"),
        ("cp \(journal) b.db; mv b.db \(journal)", "another file took its place while"),
        ("rm -r job", "it was removed while"), ("cp job/mapping.csv \(journal)", "it was overwritten while"),
    ])
    func `A verification whose journal goes away ends, and writes no report`(_ accident: String, _ why: String)
        async throws
    {
        try await with(rate: "unlimited") { workspace, program, run in
            #expect(try await program.run(run) { _ in }.status == 0)
            let before = workspace.sandbox.requestLog.count
            let verify = ["verify", Self.journal, "--report", "verified", "--no-progress", "--rate", "20/s"]
            let ended = try await program.run(verify) { _ in
                _ = await eventually { workspace.sandbox.requestLog.count >= before + 5 }
                let happened = try await workspace.shell(["-c", accident])
                #expect(happened.status == 0, "\(happened)")
            }
            #expect(ended.status == 74 && ended.errors.contains("journal \(Self.journal) "), "\(ended)")
            #expect(ended.errors.contains(why), "\(ended)")
            #expect(workspace.sandbox.requestLog.count < before + 55, "it reads on in vain")
            #expect(!FileManager.default.fileExists(atPath: workspace.folder("verified")))
        }
    }

    @Test func `A lock file that is removed lets no second run in, and comes back`() async throws {
        try await with { workspace, program, run in
            let ended = try await program.run(run) { process in
                _ = await eventually { workspace.sandbox.moves.count >= 5 }
                try process.suspend()
                try FileManager.default.removeItem(atPath: workspace.folder(Self.journal + ".lock"))
                let second = try await program.run(run) { _ in }
                second.expectRefusal(75, naming: ["process \(process.pid) on ", "visitor-merge status"])
                try process.resume()
                let isBack = await eventually {
                    FileManager.default.fileExists(atPath: workspace.folder(Self.journal + ".lock"))
                }
                #expect(isBack)
            }
            #expect(ended.status == 0 && ended.errors.contains("lock file of the journal was removed"), "\(ended)")
            #expect(ended.errors.contains(Self.journal + ".lock"), "\(ended)")
            #expect(workspace.sandbox.moves.count == 60)
        }
    }
}
