import FoundationEssentials
import Sandbox
import TestSupport
import Testing

/// Visitors of the mapping that the server does not have.
@Suite struct MissingVisitorTests {
    private static let seed = Seed(
        visitors: ["idle", "busy", "new"].map { Seed.Visitor(id: $0) },
        rooms: [Seed.Room(id: "room", visitorID: "busy"), Seed.Room(id: "other", visitorID: "new")])

    private func lookups(_ workspace: Workspace) -> Int {
        workspace.sandbox.requestLog.count { $0.path.contains("visitors.info") && !$0.path.contains("probe") }
    }

    @Test func `A visitor without rooms is settled, and one that does not exist needs review`() async throws {
        try await Workspace.with(seed: Self.seed) { workspace in
            try workspace.folder.write("old,new\nidle,new\nbusy,new\nmissing,new\n", as: "mapping.csv")
            let program = workspace.program(as: "mgr", ["VISITOR_MERGE_RATE": "unlimited"])
            let audit = try await program("audit", "mapping.csv", "--no-progress")
            #expect(audit.status == 1, "\(audit)")
            #expect(audit.output.contains("old-visitor-not-found"), "\(audit)")
            let planned = try await program(
                "run", "mapping.csv", "--plan", "mapping.csv.audit.db", "--journal", "planned.db", "--max-duration",
                "0s")
            #expect(planned.status != 65, "\(planned)")
            let run = try await program("run", "mapping.csv", "--no-progress")
            #expect(run.status == 1, "\(run)")
            let lines = try workspace.table("mapping.csv.report/lines.csv")
            #expect(lines.map { $0["outcome"] } == ["no-rooms", "merged", "refused"])
            #expect(lines.map { $0["reason"] } == ["", "", "old-visitor-not-found"])
            #expect(run.output.contains("  no-rooms   the old visitor has no rooms\n"), "\(run)")
            let before = lookups(workspace)
            let again = try await program("run", "mapping.csv", "--no-progress")
            #expect(again.status == 1 && lookups(workspace) == before, "each is asked for once: \(again)")
        }
    }

    @Test func `When the server has none of them that is said first, and another server may be named`() async throws {
        try await Workspace.with(seed: Self.seed) { wrong in
            try wrong.folder.write("old,new\no1,new\no2,new\no3,new\n", as: "mapping.csv")
            let program = wrong.program(as: "mgr", ["VISITOR_MERGE_RATE": "unlimited"])
            for command in ["audit", "run"] {
                let ended = try await program(command, "mapping.csv", "--no-progress")
                #expect(ended.status == 1, "\(ended)")
                #expect(
                    ended.lines.first?.hasPrefix("None of the 3 old visitors exists on \(wrong.address.url)") == true,
                    "\(ended)")
            }
            let page = try String(contentsOfFile: wrong.folder("mapping.csv.report/report.html"), encoding: .utf8)
            #expect(page.contains("None of the 3 old visitors exists on"))
            let seed = Seed(
                visitors: ["o1", "o2", "o3", "new"].map { Seed.Visitor(id: $0) },
                rooms: (1...3).map { Seed.Room(id: "room\($0)", visitorID: "o\($0)") })
            try await Workspace.with(seed: seed) { right in
                let there = Program(
                    in: wrong.folder.path,
                    environment: right.login().merging(["VISITOR_MERGE_RATE": "unlimited"]) { $1 })
                let ended = try await there("run", "mapping.csv")
                #expect(ended.status == 0, "\(ended)")
                #expect(ended.errors.contains("it is planned again for \(right.address.url)"), "\(ended)")
                #expect(right.sandbox.moves.count == 3)
            }
            let back = try await program("run", "mapping.csv", "--no-progress")
            #expect(back.status == 65 && back.errors.contains("belongs to the server"), "\(back)")
        }
    }

    @Test func `Of a room with another visitor it is not claimed that somebody moved it`() async throws {
        try await Workspace.with(seed: Self.seed) { workspace in
            try workspace.folder.write("rid,old,new\nroom,ghost,new\n", as: "mapping.csv")
            let ended = try await workspace.program()("run", "mapping.csv", "--no-progress")
            #expect(ended.status == 1 && ended.output.contains("or the line names the wrong old visitor"), "\(ended)")
            #expect(
                try workspace.folder.rows("mapping.csv.report/lines.csv").map { $0["detail"] } == [
                    "the room is with visitor busy"
                ])
        }
    }

    @Test(arguments: [
        ("gone,new,\n", "The old visitor does not exist on"),
        ("gone,new,\ngone2,new,\n", "None of the 2 old visitors exists on"),
        ("gone,new,\ngone2,new,r1\n", "The old visitor does not exist, and no room of the other line on"),
        ("gone,new,\ngone2,new,r1\nx,new,r2\n", "The old visitor does not exist, and no room of the other lines on"),
        ("gone,new,\ngone2,new,\nx,new,r2\n", "None of the 2 old visitors exists, and no room of the other line on"),
    ])
    func `One and several are told apart`(lines: String, sentence: String) async throws {
        try await Workspace.with(seed: Self.seed) { workspace in
            try workspace.folder.write("old,new,rid\n" + lines, as: "mapping.csv")
            let program = workspace.program(as: "mgr", ["VISITOR_MERGE_RATE": "unlimited"])
            let ended = try await program("run", "mapping.csv", "--no-progress")
            #expect(ended.lines.first?.hasPrefix(sentence) == true, "\(ended)")
        }
    }

    @Test func `A mapping of rooms that the server does not have is told the same way`() async throws {
        try await Workspace.with(seed: Self.seed) { workspace in
            try workspace.folder.write("rid,old,new\nr1,gone,new\nr2,gone,new\n", as: "mapping.csv")
            let program = workspace.program(as: "mgr", ["VISITOR_MERGE_RATE": "unlimited"])
            let ended = try await program("run", "mapping.csv", "--no-progress")
            #expect(ended.status == 1, "\(ended)")
            #expect(ended.lines.first?.hasPrefix("None of the 2 rooms exists on") == true, "\(ended)")
        }
    }
}
