import FoundationEssentials
import Sandbox
import TestSupport
import Testing

/// Journals that somebody sends: whoever types what is printed must not send the token where the journal says.
struct ForeignJournalTests {
    /// A journal of a job that is not through, and one of a job that is.
    private func withJournals(
        _ body: @Sendable (Workspace, [String]) async throws -> Void
    ) async throws {
        try await Workspace.with(rooms: 3, open: [1]) { workspace in
            let program = workspace.program(as: "mgr", ["VISITOR_MERGE_RATE": "unlimited"])
            #expect(try await program("audit", "mapping.csv", "--no-progress").status == 2)
            #expect(try await program("run", "mapping.csv", "--no-progress").status == 2)
            try await body(workspace, ["mapping.csv.journal.db", "mapping.csv.audit.db"])
        }
    }

    @Test(arguments: ["", "https://chat.example.org", "nonsense"])
    func `A command for a server that is not the configured one does not name it`(configured: String) async throws {
        try await withJournals { workspace, journals in
            let program = Program(in: workspace.folder.path, environment: ["ROCKETCHAT_URL": configured])
            for journal in journals {
                for command in ["status", "report"] {
                    let ended = try await program(command, journal)
                    let lines = ended.lines.suffix(2)
                    #expect(lines.last?.hasPrefix("Next: visitor-merge run mapping.csv") == true, "\(ended)")
                    #expect(lines.last?.contains("--url") == false, "\(ended)")
                    let remark = "The journal says that its server is \(workspace.address.url), and "
                    #expect(lines.first?.hasPrefix(remark) == true, "\(ended)")
                    #expect(lines.first?.contains("add --url with the one that you know is yours") == true)
                }
            }
        }
    }

    @Test func `A command for the configured server names it`() async throws {
        try await withJournals { workspace, journals in
            let url = workspace.address.url
            try workspace.folder.write(#"{"url": "\#(url)/"}"#, as: "c.json")
            let folder = workspace.folder.path
            for (program, option) in [
                (Program(in: folder, environment: ["ROCKETCHAT_URL": url + "/"]), []),
                (Program(in: folder, environment: ["VISITOR_MERGE_CONFIG": "c.json"]), []),
                (Program(in: folder), ["--config", "c.json"]),
            ] {
                let ended = try await program.run(["status", journals[0]] + option) { _ in }
                let words = (["--url", url, "--rate", "unlimited"] + option).joined(separator: " ")
                #expect(ended.lines.last == "Next: visitor-merge run mapping.csv \(words)", "\(ended)")
                #expect(!ended.output.contains("The journal says"), "\(ended)")
            }
        }
    }

    @Test func `A run with the journal of another server does not print an option that leads there`() async throws {
        try await withJournals { workspace, journals in
            let other = workspace.program(as: "mgr", ["ROCKETCHAT_URL": "https://chat.example.org"])
            for command in ["verify", "undo"] {
                let ended = try await other(command, journals[0])
                ended.expectRefusal(65, naming: ["the server \(workspace.address.url), not"])
                #expect(!ended.errors.contains("--url http"), "\(ended)")
            }
        }
    }
}
