import FoundationEssentials
import Sandbox
import TestSupport
import Testing

/// The samples that carry out the parts of one mapping side by side.
struct ShardedSampleTests {
    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/parallel"), "needs GNU parallel"))
    func `GNU parallel carries out all parts, and the same command goes on`() async throws {
        try await Workspace.with(rooms: 60, open: [7]) { workspace in
            try workspace.folder.copySample("parallel/visitor-merge-parallel", as: "visitor-merge-parallel")
            let command = try workspace.commandFindingProgram("./visitor-merge-parallel mapping.csv 8 8000/s")
            let ended = try await workspace.shell(["-c", command])
            #expect(ended.status == 2, "a conversation is open: \(ended)")
            #expect(ended.output.contains("60 lines in, 60 accounted for; 60 operations, 60 accounted for"))
            #expect(try workspace.report().lines["deferred"] == 1)

            let again = try await workspace.shell(["-c", command])
            #expect(again.status == 2, "\(again)")
            #expect(workspace.puts.count == 59 && Set(workspace.puts).count == 59)
        }
    }

    @Test(
        .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/parallel"), "needs GNU parallel"),
        arguments: ["a;touch PWNED;b.csv", "my rooms $(touch PWNED).csv", "`touch PWNED`\\\"'.csv", "-x.csv", "{}.csv"])
    func `A mapping's name is no command to GNU parallel`(name: String) async throws {
        try await Workspace.with(rooms: 4) { workspace in
            try workspace.folder.copySample("parallel/visitor-merge-parallel", as: "visitor-merge-parallel")
            try FileManager.default.moveItem(atPath: workspace.folder("mapping.csv"), toPath: workspace.folder(name))
            let command = try workspace.commandFindingProgram("./visitor-merge-parallel \"$0\" 2 800/s")
            let ended = try await workspace.shell(["-c", command, name])
            #expect(ended.status == 0 && workspace.puts.count == 4, "\(ended)")
            #expect(try !workspace.folder.names.contains("PWNED"))
        }
    }

    /// The commands at the head of the sample, with the tasks that Slurm would start.
    @Test func `A job array of Slurm carries out all parts`() async throws {
        try await Workspace.with(rooms: 60) { workspace in
            try workspace.folder.copySample("slurm/visitor-merge.sbatch", as: "visitor-merge.sbatch")
            let array = """
                for part in 1 2 3 4 5 6 7 8; do
                    SLURM_ARRAY_TASK_ID=$part SLURM_ARRAY_TASK_COUNT=8 bash visitor-merge.sbatch mapping.csv || exit
                done
                visitor-merge report mapping.csv.*-of-8.journal.db
                """
            let ended = try await workspace.shell(["-c", try workspace.commandFindingProgram(array)])
            #expect(ended.status == 0, "\(ended)")
            #expect(ended.output.contains("60 lines in, 60 accounted for; 60 operations, 60 accounted for"))
            #expect(workspace.puts.count == 60 && Set(workspace.puts).count == 60)
            let sample = try workspace.folder.text("visitor-merge.sbatch")
            #expect(sample.contains("#SBATCH --array=1-8\n"))
        }
    }
}

extension Workspace {
    /// A command for the shell that finds the program under its name.
    fileprivate func commandFindingProgram(_ command: String) throws -> String {
        try FileManager.default.createDirectory(atPath: folder("bin"), withIntermediateDirectories: false)
        try FileManager.default.createSymbolicLink(
            atPath: folder("bin/visitor-merge"), withDestinationPath: Program.path)
        return "PATH=\"$PWD/bin:$PATH\"; \(command)"
    }
}
