import FoundationEssentials
import Sandbox
import TestSupport
import Testing

/// `jobs`: the journals in a folder.
struct JobsTests {
    private struct Page: Decodable {
        struct Job: Decodable {
            var journal: String
            var state: String
            var kind: String?
            var status: Int?
            var left: Int?
            var review: Int?
            var error: String?
        }

        var schema: String
        var jobs: [Job]
    }

    @Test func `Each journal is listed with its kind and state, and nothing else is`() async throws {
        try await Workspace.with(rooms: 40, open: [1]) { workspace in
            let program = workspace.program()
            let folder = workspace.folder
            let empty = try await program("jobs")
            #expect(empty.status == 0 && empty.output == "No journals in ..\n", "\(empty)")
            #expect(try await program("audit", "mapping.csv", "--no-progress").status == 2)
            try folder.write("room,old,new\nroom0,old0,new\nnone,old0,new\n", as: "small.csv")
            #expect(try await program("run", "small.csv", "--no-progress").status == 1)
            #expect(try await program("rehearse", "mapping.csv", "--no-progress").status == 0)
            try folder.write("not a journal", as: "text.db")
            try FileManager.default.createDirectory(atPath: folder("folder.db"), withIntermediateDirectories: false)
            try FileManager.default.createSymbolicLink(
                atPath: folder("link.db"), withDestinationPath: "small.csv.journal.db")
            let whole = try Data(contentsOf: URL(filePath: folder("small.csv.journal.db")))
            try (whole.prefix(100) + Data(repeating: 7, count: 9000)).write(to: URL(filePath: folder("torn.db")))
            let names = try folder.names
            let run = ["run", "mapping.csv", "--no-progress", "--rate", "20/s"]
            let ended = try await program.run(run) { process in
                _ = await eventually { workspace.sandbox.moves.count >= 3 }
                let listed = try await program("jobs", folder.path, "--json")
                #expect(listed.status == 1, "one is torn: \(listed)")
                let page = try JSONDecoder().decode(Page.self, from: Data(listed.output.utf8))
                #expect(page.schema == "visitor-merge/jobs/1")
                let jobs = page.jobs.map {
                    "\($0.journal.split(separator: "/").last ?? "") \($0.kind ?? "-") \($0.state)"
                }
                #expect(
                    jobs == [
                        "mapping.csv.audit.db audit would-wait", "mapping.csv.journal.db run running",
                        "mapping.csv.rehearsal.db rehearsal settled", "small.csv.journal.db run needs-review",
                        "torn.db - unreadable",
                    ])
                let text = try await program("jobs")
                #expect(text.lines.count == 5 && text.output.contains("process \(process.pid) on "), "\(text)")
                #expect(text.lines[3].hasPrefix("small.csv.journal.db      run        needs-review"), "\(text)")
                #expect(text.lines[3].contains("2 lines, 1 to review · ended"), "\(text)")
            }
            #expect(ended.status == 2, "\(ended)")
            let made = Set(try folder.names).subtracting(names).filter { !$0.hasPrefix("torn.db-") }
            #expect(made == ["mapping.csv.journal.db", "mapping.csv.report"], "nothing is written")
            try await program("jobs", "nowhere").expectRefusal(66, naming: ["nowhere", "no such folder"])
            try await program("jobs", "text.db").expectRefusal(66, naming: ["text.db"])
        }
    }
}
