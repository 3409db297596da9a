import Sandbox
import TestSupport
import Testing

/// One mapping, carried out by several processes that know nothing of each other.
struct ShardedJobTests {
    @Test func `The parts of a job are carried out at once, and reported with one balance`() async throws {
        // Room lines, visitor lines, a chain of visitors, and rooms that both kinds of lines name.
        let seed = Seed(
            visitors: [Seed.Visitor(id: "new")] + (0..<30).map { Seed.Visitor(id: "old\($0)") },
            rooms: (0..<60).map { Seed.Room(id: "room\($0)", visitorID: "old\($0 / 2)") })
        try await Workspace.with(seed: seed) { workspace in
            let named = (0..<20).map { "room\($0),old\($0 / 2),new\n" }.joined()
            let visitors = (5..<29).map { ",old\($0),new\n" }.joined()
            try workspace.folder.write(
                "room_id,old_visitor_id,new_visitor_id\n" + named + visitors
                    + ",old29,old28\nbroken\nroom1,old0,old0\n",
                as: "mapping.csv")
            let program = workspace.program()
            let statuses = try await withThrowingTaskGroup(of: Int32.self) { group in
                for index in 1...4 {
                    group.addTask {
                        let ended = try await program(
                            "run", "mapping.csv", "--shard", "\(index)/4", "--rate", "unlimited", "--no-progress")
                        #expect(ended.output.contains("This is part \(index) of 4"), "\(ended)")
                        #expect(
                            ended.output.contains(
                                "When all are through: visitor-merge report mapping.csv.*-of-4.journal.db\n"),
                            "\(ended)")
                        return ended.status
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.sorted() == [0, 0, 0, 1], "one of the parts has the broken line")

            let ended = try await Program("/bin/sh", in: workspace.folder.path)(
                "-c", "\"$0\" report mapping.csv.*-of-4.journal.db", Program.path)
            #expect(ended.status == 1, "\(ended)")
            #expect(ended.output.contains("47 lines in, 47 accounted for; 60 operations, 60 accounted for"))
            let report = try workspace.report()
            #expect(report.operations["moved"] == 60)
            // A visitor has no rooms any more where another part was quicker with those that lines name.
            #expect((report.lines["merged"] ?? 0) + (report.lines["no-rooms"] ?? 0) == 45)
            #expect(report.lines["rejected"] == 1 && report.lines["noop"] == 1)
            #expect(report.runs.count == 4)
            let lines = try workspace.table("mapping.csv.report/lines.csv").compactMap {
                $0["line"].flatMap { Int($0) }
            }
            #expect(lines == Array(2...48))
            #expect(Set(workspace.sandbox.roomOwners.values) == ["new"])
            #expect(workspace.puts.count == 60 && Set(workspace.puts).count == 60, "no room was asked for twice")
        }
    }

    @Test func `A part goes on where it was, with its own journal and no other`() async throws {
        try await Workspace.with(rooms: 12) { workspace in
            let program = workspace.program()
            func run(_ arguments: String...) async throws -> Program.Ended {
                try await program.run(["run", "mapping.csv", "--rate", "unlimited", "--no-progress"] + arguments) { _ in
                }
            }
            #expect(try await run("--shard", "1/2").status == 0)
            let first = workspace.puts.count
            #expect((1...11).contains(first))
            #expect(try await run("--shard", "1/2").status == 0)
            #expect(workspace.puts.count == first, "nothing is done twice")
            let other = try await run("--shard", "2/2", "--journal", "mapping.csv.1-of-2.journal.db")
            other.expectRefusal(65, naming: ["part 1 of 2", "part 2 of 2", "--shard"])
            let whole = try await run("--journal", "mapping.csv.1-of-2.journal.db")
            whole.expectRefusal(65, naming: ["part 1 of 2", "the whole mapping"])
            let incomplete = try await program(
                "report", "mapping.csv.1-of-2.journal.db", "mapping.csv.1-of-2.journal.db")
            incomplete.expectRefusal(65, naming: ["same part, 1/2"])
            #expect(try !workspace.folder.names.contains { $0.contains("parts") })
        }
    }

    @Test func `An audit of a part is carried out by a run of that part`() async throws {
        try await Workspace.with(rooms: 12) { workspace in
            let program = workspace.program()
            let audit = try await program(
                "audit", "mapping.csv", "--shard", "2/2", "--rate", "unlimited", "--no-progress")
            #expect(
                audit.status == 0 && audit.output.contains("--plan mapping.csv.2-of-2.audit.db --shard 2/2"), "\(audit)"
            )
            #expect(workspace.puts.isEmpty)
            let wrong = try await program(
                "run", "mapping.csv", "--plan", "mapping.csv.2-of-2.audit.db", "--shard", "1/2", "--no-progress")
            wrong.expectRefusal(65, naming: ["part 2 of 2"])
            let run = try await program(
                "run", "mapping.csv", "--plan", "mapping.csv.2-of-2.audit.db", "--shard", "2/2", "--rate", "unlimited",
                "--no-progress")
            #expect(run.status == 0, "\(run)")
            #expect((1...11).contains(workspace.puts.count))
        }
    }

    @Test(arguments: [
        (["VISITOR_MERGE_SHARD": "2/3"], "2-of-3"),
        (["VISITOR_MERGE_SHARDS": "3", "JOB_COMPLETION_INDEX": "1"], "2-of-3"),
        (["JOB_COMPLETION_INDEX": "1"], ""),
    ])
    func `The environment names the part, as the pods of an indexed job are numbered`(
        environment: [String: String], part: String
    ) async throws {
        try await Workspace.with(rooms: 3) { workspace in
            let ended = try await workspace.program(as: "mgr", environment)("run", "mapping.csv", "--rate", "unlimited")
            #expect(ended.status == 0, "\(ended)")
            let name = part.isEmpty ? "mapping.csv.journal.db" : "mapping.csv.\(part).journal.db"
            #expect(try workspace.folder.names.contains(name))
        }
    }

    @Test(arguments: [
        (["VISITOR_MERGE_SHARDS": "3"], "JOB_COMPLETION_INDEX"),
        (["VISITOR_MERGE_SHARDS": "3", "JOB_COMPLETION_INDEX": "3"], "from 0 to 2"),
        (["VISITOR_MERGE_SHARDS": "3", "JOB_COMPLETION_INDEX": "x"], "from 0 to 2"),
        (["VISITOR_MERGE_SHARDS": "0", "JOB_COMPLETION_INDEX": "0"], "from 1 to 1024"),
        (["VISITOR_MERGE_SHARD": "4/3"], "VISITOR_MERGE_SHARD"),
    ])
    func `An environment that names no part is refused`(environment: [String: String], text: String) async throws {
        try await Workspace.with(rooms: 3) { workspace in
            let ended = try await workspace.program(as: "mgr", environment)("run", "mapping.csv")
            ended.expectRefusal(78, naming: [text])
            #expect(workspace.puts.isEmpty)
        }
    }

    @Test(arguments: [["--shard", "0/3"], ["--shard", "3"], ["--rate", "10/min/3"]])
    func `Arguments that name no part are refused`(arguments: [String]) async throws {
        try await Workspace.with(rooms: 1) { workspace in
            let ended = try await workspace.program().run(["run", "mapping.csv"] + arguments) { _ in }
            ended.expectRefusal(64, naming: [arguments[1]])
        }
    }
}
