import FoundationEssentials
import Sandbox
import TestSupport
import Testing

/// What stands beside a journal after somebody has looked at it.
struct LookedAtJournalTests {
    private static let journal = "mapping.csv.journal.db"
    private static let looks = [
        ["status", journal], ["report", journal], ["verify", journal, "--no-progress"],
        ["undo", journal, "--dry-run", "--no-progress"], ["undo", journal, "--undo-journal", "no-folder/u.db"],
        ["run", "mapping.csv", "--plan", journal, "--journal", "other.db"],
    ]

    private func besides(_ workspace: Workspace, _ journal: String = journal) throws -> [String] {
        try workspace.folder.names.filter { $0.hasPrefix(journal + "-") }
    }

    @Test func `A look at a journal that was closed leaves nothing beside it`() async throws {
        try await Workspace.with(rooms: 2) { workspace in
            let program = workspace.program()
            #expect(try await program("run", "mapping.csv", "--no-progress").status == 0)
            for look in Self.looks {
                let ended = try await program.run(look) { _ in }
                #expect(try besides(workspace) == [], "\(look): \(ended)")
            }
            let made = try await workspace.shell([
                "-c", "sqlite3 foreign.db 'PRAGMA journal_mode = WAL; CREATE TABLE mine (a)'",
            ])
            #expect(made.status == 0, "\(made)")
            try await program("status", "foreign.db").expectRefusal(65, naming: ["foreign.db"])
            #expect(try besides(workspace, "foreign.db") == [])
        }
    }

    @Test func `A look at a journal in a folder for everybody leaves nothing beside it`() async throws {
        try await Workspace.with(rooms: 2) { workspace in
            let program = workspace.program()
            #expect(try await program("run", "mapping.csv", "--no-progress").status == 0)
            let moved = try await workspace.shell(
                ["-c", "mkdir all && chmod 1777 all && cp \(Self.journal) all"])
            #expect(moved.status == 0, "\(moved)")
            #expect(try await program("status", "all/\(Self.journal)").status == 0)
            #expect(try FileManager.default.contentsOfDirectory(atPath: workspace.folder("all")) == [Self.journal])
        }
    }

    @Test func `A look at the journal of a killed run leaves its log as it is`() async throws {
        try await Workspace.with(rooms: 40) { workspace in
            let program = workspace.program()
            let killed = try await program.run(["run", "mapping.csv", "--no-progress", "--rate", "20/s"]) { process in
                _ = await eventually { workspace.sandbox.moves.count >= 3 }
                try process.kill()
            }
            #expect(killed.status == -9)
            let paths = ["", "-wal"].map { workspace.folder(Self.journal + $0) }
            let before = try paths.map { try Data(contentsOf: URL(filePath: $0)) }
            for command in ["status", "report"] {
                #expect(try await program(command, Self.journal).status == 2)
            }
            #expect(try paths.map { try Data(contentsOf: URL(filePath: $0)) } == before)
        }
    }

    /// What is open elsewhere loses neither its log nor the index of that, also before it has written anything.
    @Test func `A look beside another program removes nothing`() async throws {
        try await Workspace.with(rooms: 2) { workspace in
            let program = workspace.program()
            #expect(try await program("run", "mapping.csv", "--no-progress").status == 0)
            let reader = """
                import os, sqlite3, subprocess, sys
                database = sqlite3.connect(sys.argv[1])
                database.execute("SELECT count(*) FROM line").fetchone()
                def files(): return [os.stat(sys.argv[1] + ending).st_ino for ending in ("-wal", "-shm")]
                before = files()
                for command in ("status", "report"):
                    assert subprocess.run([sys.argv[2], command, sys.argv[1]]).returncode == 0
                assert files() == before
                database.execute("UPDATE job SET undoneBy = NULL")
                database.commit()
                assert subprocess.run([sys.argv[2], "status", sys.argv[1]]).returncode == 0
                assert files() == before
                """
            let ended = try await Program("/usr/bin/env", in: workspace.folder.path)(
                "python3", "-c", reader, Self.journal, Program.path)
            #expect(ended.status == 0, "\(ended)")
            #expect(try besides(workspace) == [])
        }
    }
}
