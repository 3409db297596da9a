import FoundationEssentials
import Sandbox
import TestSupport
import Testing

/// Several processes at one journal, and copies that are taken while one of them writes.
struct JournalCopyTests {
    private static let journal = "mapping.csv.journal.db"

    /// Ways to take a copy: of all that is there, or of the journal without its log.
    @Test(arguments: ["for f in \(journal)*; do cp $f copy/$n.db${f#\(journal)}; done", "cp \(journal) copy/$n.db"])
    func `Copies taken during a run can be read or say why not, and harm neither the run nor its journal`(
        copying: String
    ) async throws {
        try await Workspace.with(rooms: 120) { workspace in
            let program = workspace.program()
            let ended = try await program.run(["run", "mapping.csv", "--rate", "200/s", "--no-progress"]) { process in
                _ = await eventually { workspace.sandbox.moves.count >= 10 }
                let copies = try await workspace.shell(
                    ["-c", "mkdir copy; n=0; while [ $n -lt 12 ]; do n=$((n + 1)); \(copying); done"])
                #expect(copies.status == 0, "\(copies)")
                for number in 1...12 {
                    let status = try await program("status", "copy/\(number).db")
                    switch status.status {
                    case 0, 2:
                        #expect(status.counts.values.reduce(0, +) == 120, "\(status)")
                        #expect(!status.output.contains("A run is going"), "the lock is not copied")
                    default: status.expectRefusal(74, naming: ["copy/\(number).db", "damaged"])
                    }
                }
                let original = try await program("status", Self.journal)
                #expect([0, 2].contains(original.status), "\(original)")
            }
            #expect(ended.status == 0 && workspace.sandbox.moves.count == 120, "\(ended)")
            #expect(try await workspace.integrity() == "ok\n")

            // A copy is a journal of the same job: what it does not know yet is found out and not done again.
            let copy = try await program(
                "run", "mapping.csv", "--journal", "copy/1.db", "--report", "copied", "--no-progress", "--rate",
                "unlimited")
            #expect(copy.status == 0 || (copy.status == 74 && copy.errors.contains("damaged")), "\(copy)")
            #expect(workspace.sandbox.moves.count == 120)
        }
    }

    @Test func `While a run goes its journal can be verified, and cannot be undone or run a second time`() async throws
    {
        // It takes longer than the commands below, however slow the machine is.
        try await Workspace.with(rooms: 1000) { workspace in
            let program = workspace.program()
            let ended = try await program.run(["run", "mapping.csv", "--rate", "10/s", "--no-progress"]) { process in
                _ = await eventually { workspace.sandbox.moves.count >= 5 }
                let verify = try await program("verify", Self.journal, "--rate", "unlimited", "--no-progress")
                #expect(verify.status == 0 && verify.lines.contains { $0.hasPrefix("= room") }, "\(verify)")
                for command in [["undo", Self.journal], ["run", "mapping.csv"]] {
                    let second = try await program.run(command + ["--no-progress"]) { _ in }
                    second.expectRefusal(75, naming: ["process \(process.pid) on ", "visitor-merge status"])
                }
                let dry = try await program("undo", Self.journal, "--dry-run", "--rate", "unlimited", "--no-progress")
                #expect(dry.status == 0, "\(dry)")
                try process.interrupt()
            }
            #expect(ended.status == 2, "\(ended)")
            #expect(Set(workspace.sandbox.moves.map(\.to)) == ["new"], "nothing was moved back")
            #expect(try await workspace.integrity() == "ok\n")
        }
    }

    @Test func `While a journal is undone it is not run`() async throws {
        try await Workspace.with(rooms: 60) { workspace in
            let program = workspace.program()
            #expect(try await program("run", "mapping.csv", "--rate", "unlimited", "--no-progress").status == 0)
            let undone = try await program.run(["undo", Self.journal, "--rate", "50/s", "--no-progress"]) { process in
                _ = await eventually { workspace.sandbox.moves.count >= 65 }
                let run = try await program("run", "mapping.csv", "--no-progress")
                run.expectRefusal(75, naming: [Self.journal, "process \(process.pid) on "])
            }
            #expect(undone.status == 0, "\(undone)")
            #expect(workspace.sandbox.moves.count == 120)
        }
    }
}
