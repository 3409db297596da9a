import FoundationEssentials
import Sandbox
import TestSupport
import Testing

/// What a report lists as unsettled is a mapping, which people feed in again, read or unread.
struct UnsettledTests {
    /// A mapping whose lines are rejected, all of them.
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var text: String

        var testDescription: String { text }
    }

    private static let rejected = [
        Case(
            name: "m.jsonl",
            text: """
                {"old":"O1","new":"N","room":["R1","R2"]}
                {"old":"O2","new":"N","room":12345}
                {"old":"O3","new":"N","room":"R3","rid":"R1"}
                {"old":"O1","new":"N","from":"2024-01-01","to":"2024-02-01"}
                {"old":"O1","new":"N","romm":"R1"}
                {"old":"O1","new":"N"
                {"old":"O1","new":"N","room":"R1;R2"}
                {"old":"O1","new":"N","room":"=\\"\\""}

                """),
        Case(
            name: "m.csv",
            text: "name,old,new,room\nSmith, O1,O2,N,\nAnn,O1,N\nAnn,\"O1,N,\nAnn,O1,N,,\n\"x\",O1,N\"\",\n"),
        Case(name: "m.csv", text: "old,new,room\nO1,N,R1\nO1,O2,R1\nO2,N,\nO2,O3,\n"),
        Case(name: "m.csv", text: "old,new\nO1,O2\nO2,O3\nO3,O1\n"),
        Case(
            name: "m.csv", text: "old,new,room\n,N,R1\nO1,,R1\nO1,N,NULL\nO1,N,#N/A\nO1,N,-\nO1,N,a b\n\"O1\nO2\",N,\n"),
        Case(name: "m.csv", text: "old,new,note\nx1,N,\"see\nO1,N,z\n\" and more\n"),
        Case(name: "m.csv", text: "old,new\nx1,N,\"\nO1,N\nO2,N,\"\n"),
    ]

    private static let seed = Seed(
        visitors: ["N", "O1", "O2", "O3"].map { Seed.Visitor(id: $0) },
        rooms: (1...9).map { Seed.Room(id: "R\($0)", visitorID: "O\(($0 + 2) / 3)") })

    @Test(arguments: rejected)
    func `What was rejected moves nothing when it is fed in again, and keeps its number of lines`(
        _ mapping: Case
    ) async throws {
        try await Workspace.with(seed: Self.seed) { workspace in
            let program = workspace.program(as: "mgr", ["VISITOR_MERGE_RATE": "unlimited"])
            try workspace.folder.write(mapping.text, as: mapping.name)
            for (command, folder) in [
                (["audit"], "\(mapping.name).audit-report"), (["run"], "\(mapping.name).report"),
                (["run", "--shard", "1/2"], "\(mapping.name).1-of-2.report"),
                (["run", "--shard", "2/2"], "\(mapping.name).2-of-2.report"),
            ] {
                let first = try await program.run(command + [mapping.name, "--quiet"]) { _ in }
                let unsettled = try workspace.folder.rows(folder + "/unsettled.csv")
                #expect(first.status == (unsettled.isEmpty ? 0 : 1), "\(command): \(first)")
                guard !unsettled.isEmpty else { continue }
                for row in unsettled where row["reason"] == "malformed" {
                    #expect(row["old_visitor_id"] == "" && row["new_visitor_id"] == "" && row["room_id"] == "")
                    #expect(row["text"] != "" && row["detail"] != "")
                }
                let again = folder + ".csv"
                try workspace.folder.write(try workspace.folder.text(folder + "/unsettled.csv"), as: again)
                let second = try await program("run", again, "--quiet")
                #expect(second.status == 1, "\(command): \(second)")
                let report = try workspace.report(again + ".report/report.json")
                #expect(report.lines["rejected"] == unsettled.count && report.balance.lines_in == unsettled.count)
            }
            #expect(workspace.puts.isEmpty)
        }
    }

    /// Commands that leave a list of unsettled lines, and where it is.
    struct Pass: Sendable, CustomTestStringConvertible {
        var commands: [[String]]
        var list: String

        var testDescription: String { commands.map { $0.joined(separator: " ") }.joined(separator: ", ") }
    }

    private static let passes = [
        Pass(commands: [["run", "M"]], list: "M.report/unsettled.csv"),
        Pass(commands: [["audit", "M"]], list: "M.audit-report/unsettled.csv"),
        Pass(commands: [["rehearse", "M"]], list: "M.rehearsal-report/unsettled.csv"),
        Pass(commands: [["audit", "M"], ["run", "M", "--plan", "M.audit.db"]], list: "M.report/unsettled.csv"),
        Pass(
            commands: [
                ["run", "M", "--shard", "1/2"], ["run", "M", "--shard", "2/2"],
                ["report", "M.1-of-2.journal.db", "M.2-of-2.journal.db", "--report", "M.all"],
            ], list: "M.all/unsettled.csv"),
    ]

    @Test(arguments: passes)
    func `What stood on a malformed line and why it was rejected last through any number of passes`(
        _ pass: Pass
    ) async throws {
        try await Workspace.with(seed: Self.seed) { workspace in
            let program = workspace.program(as: "mgr", ["VISITOR_MERGE_RATE": "unlimited"])
            let folder = workspace.folder
            try folder.write(
                "old,new,room\nO1,N\n\"O1,N,R1\n O1 , \"N\" ,R1\nO1,N,\"R1\"x\nO1,N,R1,\"a\nb\"\n", as: "0.csv")
            var before: [[String?]] = []
            for number in 0..<4 {
                for command in pass.commands {
                    let words = command.map { $0.replacing("M", with: "\(number).csv") }
                    let ended = try await program.run(words + ["--quiet"]) { _ in }
                    #expect([0, 1].contains(ended.status), "\(ended)")
                }
                let list = pass.list.replacing("M", with: "\(number).csv")
                let rows = try folder.rows(list)
                let kept = rows.map { row in
                    ["old_visitor_id", "new_visitor_id", "room_id", "reason", "detail", "text"].map { row[$0] }
                }
                #expect(kept.count == 6 && kept.allSatisfy { $0[0...3] == ["", "", "", "malformed"] })
                #expect(kept[0][4...5] == ["2 fields instead of 3", "O1,N"])
                #expect(number == 0 || kept == before)
                before = kept
                let page = try folder.text(list.replacing("unsettled.csv", with: "report.html"))
                #expect(page.contains("2 fields instead of 3: “O1,N”"))
                try folder.write(try folder.text(list), as: "\(number + 1).csv")
            }
            #expect(workspace.puts.isEmpty)

            let lint = try await program("lint", "1.csv")
            #expect(lint.lines.contains("  line 2: 2 fields instead of 3"), "\(lint)")
            #expect(
                lint.output.contains("The ids of a malformed line are missing on 6 lines: 2, 3, 4, 5, 6 and others"))
            #expect(!lint.output.contains("Ignored"), "\(lint)")
        }
    }

    @Test func `A contradiction names room, visitors and the other line wherever it is told`() async throws {
        try await Workspace.with(seed: Self.seed) { workspace in
            let program = workspace.program(as: "mgr", ["VISITOR_MERGE_RATE": "unlimited"])
            try workspace.folder.write("old,new,room\nO1,N,R1\nO1,O2,R1\n", as: "m.csv")
            let details = [
                "the room “R1” of the old visitor “O1” is to go to “N” here and to “O2” on line 3",
                "the room “R1” of the old visitor “O1” is to go to “O2” here and to “N” on line 2",
            ]
            let lint = try await program("lint", "m.csv")
            #expect(lint.lines.contains("  line 2: \(details[0])") && lint.lines.contains("  line 3: \(details[1])"))
            for (command, report) in [("run", "m.csv.report"), ("audit", "m.csv.audit-report")] {
                #expect(try await program(command, "m.csv", "--quiet").status == 1)
                for table in ["lines.csv", "unsettled.csv"] {
                    #expect(try workspace.folder.rows("\(report)/\(table)").map { $0["detail"] } == details)
                }
            }
        }
    }

    @Test func `A column that may be the room's stops every command, quiet or not, and nothing moves`() async throws {
        try await Workspace.with(seed: Self.seed) { workspace in
            try workspace.folder.write("old_visitor_id,new_visitor_id,romm_id\nO1,N,R1\n", as: "m.csv")
            for command in ["lint", "audit", "run", "rehearse"] {
                let ended = try await workspace.program()(command, "m.csv", "--quiet")
                ended.expectRefusal(
                    65, naming: ["“romm_id”", "--columns old=old_visitor_id,new=new_visitor_id,room=romm_id"])
            }
            let right = try await workspace.program()(
                "run", "m.csv", "--quiet", "--columns", "old=old_visitor_id,new=new_visitor_id,room=romm_id")
            #expect(right.status == 0 && workspace.puts == ["R1"], "\(right)")
        }
    }

    @Test func `The rest of a chain is fed in again with the end of the chain`() async throws {
        let seed = Seed(
            visitors: ["A", "B", "C"].map { Seed.Visitor(id: $0) },
            rooms: [
                Seed.Room(id: "ra", open: true, visitorID: "A", servedBy: "agt"), Seed.Room(id: "rb", visitorID: "B"),
            ])
        try await Workspace.with(seed: seed) { workspace in
            try workspace.folder.write("old,new\nA,B\nB,C\n", as: "m.csv")
            let program = workspace.program(as: "mgr", ["VISITOR_MERGE_RATE": "unlimited"])
            let first = try await program("run", "m.csv", "--quiet")
            #expect(first.status == 2 && workspace.puts == ["rb"], "\(first)")
            let second = try await program("run", "m.csv.report/unsettled.csv", "--quiet", "--open-rooms", "move")
            #expect(second.status == 0, "\(second)")
            #expect(workspace.sandbox.roomOwners["ra"] == "C")
        }
    }

    @Test func `Texts that only look alike are different visitors and rooms`() async throws {
        let (composed, decomposed) = ("\u{E9}", "e\u{301}")
        let seed = Seed(
            visitors: [composed, decomposed].map { Seed.Visitor(id: $0) },
            rooms: [Seed.Room(id: composed, visitorID: composed), Seed.Room(id: decomposed, visitorID: composed)])
        try await Workspace.with(seed: seed) { workspace in
            try workspace.folder.write(
                "room,old,new\n\(composed),\(composed),\(decomposed)\n\(decomposed),\(composed),\(decomposed)\n",
                as: "m.csv")
            let ended = try await workspace.program()("run", "m.csv", "--no-progress")
            #expect(ended.status == 0, "\(ended)")
            #expect(ended.lines.first == "Every line is settled: 2 rooms moved.")
            let rehearsed = try await Program(in: workspace.folder.path)("rehearse", "m.csv", "--no-progress")
            #expect(rehearsed.counts == ["merged": 2], "\(rehearsed)")
        }
    }
}
