import FoundationEssentials
import Sandbox
import TestSupport
import Testing

/// `audit` and `verify` of a random part.
@Suite struct RandomSampleTests {
    private static let quiet = ["VISITOR_MERGE_NO_PROGRESS": "true", "VISITOR_MERGE_RATE": "unlimited"]

    private static func with(rooms: Int, _ body: @Sendable (Workspace) async throws -> Void) async throws {
        let seed = Seed(
            visitors: ["old", "new"].map { Seed.Visitor(id: $0) },
            rooms: (0..<rooms).map { Seed.Room(id: "room\($0)", visitorID: "old") })
        try await Workspace.with(seed: seed) { workspace in
            try workspace.folder.write(
                "room,old,new\n" + (0..<rooms).map { "room\($0),old,new\n" }.joined(), as: "m.csv")
            try await body(workspace)
        }
    }

    private struct Report: Decodable {
        struct Sample: Decodable {
            var size: String
            var seed: Int
        }

        var sample: Sample?
        var new_rooms: Int?
        var rooms: [String: Int]?
    }

    private static func report(_ name: String, _ workspace: Workspace) throws -> Report {
        try JSONDecoder().decode(
            Report.self, from: Data(contentsOf: URL(filePath: workspace.folder(name + "/report.json"))))
    }

    private static func rooms(_ workspace: Workspace) throws -> [String] {
        try workspace.table("m.csv.audit-report/operations.csv").compactMap { $0["room_id"] }
    }

    @Test func `An audit looks at as many lines, says which sample it was, and is no plan`() async throws {
        try await Self.with(rooms: 400) { workspace in
            let program = workspace.program(as: "mgr", Self.quiet)
            let audit = try await program("audit", "m.csv", "--sample", "3", "--seed", "7")
            #expect(audit.status == 0, "\(audit)")
            #expect(audit.output.contains("3 lines in, 3 accounted for"), "\(audit)")
            #expect(
                audit.output.contains("a random sample of a mapping of 400 lines (--sample 3 --seed 7), and no plan"),
                "\(audit)")
            #expect(audit.lines.last == "Next: visitor-merge audit m.csv", "\(audit)")
            #expect(workspace.calls["rooms.info"] == 3, "\(workspace.calls)")
            let sample = try Self.report("m.csv.audit-report", workspace).sample
            #expect(sample?.size == "3" && sample?.seed == 7)
            let first = try Self.rooms(workspace)
            #expect(first.count == 3)

            let plan = try await program("run", "m.csv", "--plan", "m.csv.audit.db")
            #expect(plan.status == 65 && plan.errors.contains("random part of the mapping only (--sample)"), "\(plan)")
            let status = try await program("status", "m.csv.audit.db")
            #expect(status.lines.last?.hasPrefix("Next: visitor-merge audit m.csv ") == true, "\(status)")
            _ = try await program("audit", "m.csv", "--sample", "3", "--seed", "7")
            #expect(try Self.rooms(workspace) == first)
            _ = try await program("audit", "m.csv", "--sample", "5%", "--seed", "8")
            let share = try Self.rooms(workspace)
            #expect((5...40).contains(share.count) && Set(share) != Set(first))
        }
    }

    @Test func `An interrupted sample is resumed with the seed that was drawn`() async throws {
        try await Self.with(rooms: 400) { workspace in
            let program = workspace.program(as: "mgr", ["VISITOR_MERGE_NO_PROGRESS": "true"])
            let first = try await program.run(["audit", "m.csv", "--sample", "4", "--rate", "4/s"]) { process in
                _ = await eventually { workspace.calls["rooms.info"] ?? 0 >= 2 }
                try process.interrupt()
            }
            #expect(first.status == 2, "\(first)")
            let seed = try #require(try Self.report("m.csv.audit-report", workspace).sample?.seed)
            let second = try await program("audit", "m.csv", "--sample", "4", "--rate", "unlimited")
            #expect(second.status == 0 && workspace.calls["rooms.info"] == 4, "\(second)")
            #expect(try Self.report("m.csv.audit-report", workspace).sample?.seed == seed)
            let whole = try await program("audit", "m.csv", "--rate", "unlimited")
            #expect(whole.status == 0 && whole.output.contains("400 lines in"), "\(whole)")
        }
    }

    @Test func `A verification reads a part of the moved rooms, and does not claim more`() async throws {
        try await Self.with(rooms: 400) { workspace in
            let program = workspace.program(as: "mgr", Self.quiet)
            #expect(try await program("run", "m.csv").status == 0)
            let before = workspace.sandbox.requestLog.count
            let verified = try await program("verify", "m.csv.journal.db", "--sample", "1%", "--seed", "12")
            #expect(verified.status == 0, "\(verified)")
            let marked = verified.lines.filter { $0.hasPrefix("= ") }
            #expect((1...12).contains(marked.count), "\(verified)")
            #expect(workspace.sandbox.requestLog.count - before <= marked.count + 1)
            #expect(
                verified.output.contains("This is a random sample of 400 moved rooms (--sample 1% --seed 12)."),
                "\(verified)")
            #expect(verified.output.contains("What old visitors have was not read."), "\(verified)")
            let report = try Self.report("m.csv.verify-report", workspace)
            #expect(report.sample?.size == "1%" && report.new_rooms == nil)
            #expect(report.rooms?["left"] == marked.count && report.rooms?["unread"] == 0)
        }
    }

    @Test(arguments: [["--seed", "3"], ["--sample", "0"], ["--sample", "101%"], ["--sample", "some"]])
    func `What is no sample is refused`(_ options: [String]) async throws {
        let folder = try TemporaryDirectory()
        try folder.write("room,old,new\nr1,a,b\n", as: "m.csv")
        let ended = try await Program(in: folder.path).run(["audit", "m.csv"] + options) { _ in }
        #expect(ended.status == 64, "\(ended)")
    }
}
