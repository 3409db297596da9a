import FoundationEssentials
import Sandbox
import TestSupport
import Testing

/// Decisions last, and what a run has merged is not suggested again.
struct SuggestDecisionTests {
    private static let header = "old_visitor_id,new_visitor_id,decision,decided_at\n"

    @Test func `With nothing new suggest suggests nothing, night after night, until a conversation or a visitor comes`()
        async throws
    {
        try await Workspace.with(seed: .demo) { workspace in
            let program = workspace.program(as: "mgr", ["VISITOR_MERGE_RATE": "unlimited"])
            #expect(try await program("suggest", "--no-progress").status == 0)
            let rows = try workspace.folder.rows("mapping.csv")
            // A person believes all but the first group.
            let refused = rows.filter { $0["group"] == "1" }
            let believed = rows.filter { $0["group"] != "1" }
            func lines(_ rows: [[String: String]], _ decision: String) -> String {
                rows.map {
                    "\($0["old_visitor_id"] ?? ""),\($0["new_visitor_id"] ?? ""),\(decision),2024-06-01T00:00:00Z\n"
                }.joined()
            }
            // Each of the group is kept apart from each other one.
            let ids =
                refused.compactMap { $0["old_visitor_id"] } + refused.prefix(1).compactMap { $0["new_visitor_id"] }
            let apart = ids.indices.flatMap { one in
                ids.indices.filter { $0 > one }.map { "\(ids[one]),\(ids[$0]),apart,2024-06-01T00:00:00Z\n" }
            }.joined()
            try workspace.folder.write(Self.header + lines(believed, "merge") + apart, as: "mapping.decisions.csv")

            let decided = try await program("suggest", "--overwrite", "--no-progress")
            #expect(decided.status == 0 && decided.output.contains("from mapping.decisions.csv"), "\(decided)")
            let kept = try workspace.folder.rows("mapping.csv")
            #expect(kept.map { $0["old_visitor_id"] } == believed.map { $0["old_visitor_id"] })
            #expect(kept.allSatisfy { $0["because"]?.hasSuffix("; decided to merge") == true }, "\(kept)")

            let run = try await program("run", "mapping.csv", "--open-rooms", "move", "--no-progress")
            #expect(run.status == 0, "\(run)")
            for _ in 0..<2 {
                let night = try await program(
                    "suggest", "--overwrite", "--no-progress", "--done", "mapping.csv.journal.db")
                #expect(night.status == 0, "\(night)")
                #expect(night.output.contains("No merges suggested: mapping.csv has only its header."), "\(night)")
                #expect(night.output.contains("\(believed.count) merges made by earlier runs."), "\(night)")
                #expect(try workspace.folder.rows("mapping.csv").isEmpty)
            }

            // Somebody writes again as the old visitor, and once more with another device.
            let first = try #require(believed.first)
            let old = try #require(first["old_visitor_id"])
            workspace.sandbox.add(Seed.Visitor(id: "late", emails: ["ann.okafor@example.org"]))
            let shared = try #require(first["because"]?.split(separator: ";").first?.split(separator: " ").last)
            workspace.sandbox.add(Seed.Visitor(id: "device", emails: [String(shared)], phones: [String(shared)]))
            let morning = try await program(
                "suggest", "--overwrite", "--no-progress", "--done", "mapping.csv.journal.db", "--json")
            #expect(morning.status == 0, "\(morning)")
            let news = try workspace.folder.rows("mapping.csv")
            #expect(
                news.contains { $0["old_visitor_id"] == "device" && $0["new_visitor_id"] == first["new_visitor_id"] })
            #expect(!news.contains { $0["old_visitor_id"] == old }, "\(news)")
            #expect(morning.output.contains("\"merges_done\":\(believed.count)"), "\(morning)")
        }
    }

    @Test func `A run that was undone has made no merges`() async throws {
        try await Workspace.with(seed: .demo) { workspace in
            let program = workspace.program(as: "mgr", ["VISITOR_MERGE_RATE": "unlimited"])
            #expect(try await program("suggest", "--no-progress").status == 0)
            #expect(try await program("run", "mapping.csv", "--open-rooms", "move", "--no-progress").status == 0)
            let undo = try await program("undo", "mapping.csv.journal.db", "--open-rooms", "move", "--no-progress")
            #expect(undo.status == 0, "\(undo)")
            let ended = try await program(
                "suggest", "--output", "again.csv", "--no-progress", "--done", "mapping.csv.journal.db")
            #expect(ended.status == 0 && ended.output.contains("was undone: its merges count as not made."), "\(ended)")
            #expect(try workspace.folder.rows("again.csv").count == 11)
        }
    }

    @Test(arguments: [
        ("old_visitor_id,new_visitor_id,why\na,b,merge\n", 65, ["no column decision", "why"]),
        ("old_visitor_id,new_visitor_id,decision\na,b,perhaps\n", 65, ["line 2", "perhaps", "merge or apart"]),
        ("old_visitor_id,new_visitor_id,decision\na,b,merge\nb,a,apart\n", 65, ["lines 2, 3", "merge and apart"]),
        (
            "old_visitor_id,new_visitor_id,decision\na,b,merge\nb,c,merge\nc,a,apart\n", 65,
            ["lines 2, 3, 4", "by way of others"]
        ), ("", 65, ["is empty"]), ("PK\u{3}\u{4}", 65, ["mapping.decisions.csv"]),
    ])
    func `Decisions that cannot be used are refused with the place, and nothing is written`(
        text: String, status: Int32, words: [String]
    ) async throws {
        let folder = try TemporaryDirectory()
        try folder.write("_id,email\na,a@x.y\nb,a@x.y\nc,a@x.y\n", as: "v.csv")
        try folder.write(text, as: "mapping.decisions.csv")
        let ended = try await Program(in: folder.path)("suggest", "--from", "v.csv")
        ended.expectRefusal(status, naming: words + ["mapping.decisions.csv"])
        #expect(try folder.names == ["mapping.decisions.csv", "v.csv"])
    }

    @Test func `A file that is named and is not there, a folder and a journal of another kind are refused`()
        async throws
    {
        let folder = try TemporaryDirectory()
        try folder.write("_id,email\na,a@x.y\nb,a@x.y\n", as: "v.csv")
        try folder.write("old,new\na,b\n", as: "m.csv")
        #expect(try await Program(in: folder.path)("rehearse", "m.csv", "--no-progress").status == 0)
        try FileManager.default.createDirectory(atPath: folder("d"), withIntermediateDirectories: false)
        for (arguments, status, words) in [
            (["--decisions", "none.csv"], 66, ["none.csv", "no file"]), (["--decisions", "d"], 66, ["is a directory"]),
            (["--done", "none.db"], 66, ["none.db"]), (["--done", "v.csv"], 65, ["v.csv"]),
            (["--done", "m.csv.rehearsal.db"], 65, ["rehearsal", "--done"]),
        ] as [([String], Int32, [String])] {
            let ended = try await Program(in: folder.path).run(["suggest", "--from", "v.csv"] + arguments) { _ in }
            ended.expectRefusal(status, naming: words)
            #expect(try !folder.names.contains("mapping.csv"))
        }
    }

    @Test func `The merges of another server are refused, and several journals may be named`() async throws {
        try await Workspace.with(seed: .demo) { workspace in
            let program = workspace.program(as: "mgr", ["VISITOR_MERGE_RATE": "unlimited"])
            #expect(try await program("suggest", "--no-progress").status == 0)
            for shard in ["1/2", "2/2"] {
                let run = try await program(
                    "run", "mapping.csv", "--open-rooms", "move", "--no-progress", "--shard", shard)
                #expect(run.status == 0, "\(run)")
            }
            let half = try await program(
                "suggest", "--output", "half.csv", "--no-progress", "--done", "mapping.csv.1-of-2.journal.db")
            #expect(try half.status == 0 && (1...10).contains(workspace.folder.rows("half.csv").count), "\(half)")
            let whole = try await program(
                "suggest", "--output", "whole.csv", "--no-progress", "--done", "mapping.csv.1-of-2.journal.db",
                "mapping.csv.2-of-2.journal.db")
            #expect(try whole.status == 0 && workspace.folder.rows("whole.csv").isEmpty, "\(whole)")
            let other = try await Program(
                in: workspace.folder.path,
                environment: workspace.login().merging(["ROCKETCHAT_URL": "http://127.0.0.1:9"]) { $1 })(
                    "suggest", "--output", "other.csv", "--done", "mapping.csv.1-of-2.journal.db")
            other.expectRefusal(65, naming: ["http://127.0.0.1:9", "Leave the journal out of --done"])
        }
    }

    @Test func `Unknown visitors, other columns and older survivors are told by their number`() async throws {
        let folder = try TemporaryDirectory()
        try folder.write("_id,email\na,a@x.y\nb,a@x.y\n", as: "v.csv")
        try folder.write(
            "decision,note,new_visitor_id,old_visitor_id,decided_at\nmerge,x,b,a,2024-01-01\nmerge,y,a,b,2024-02-01\n"
                + "apart,z,gone,a,\n", as: "d.csv")
        let ended = try await Program(in: folder.path)("suggest", "--from", "v.csv", "--decisions", "d.csv")
        #expect(ended.status == 0, "\(ended)")
        for sentence in [
            "3 decisions from d.csv: 2 to merge, 1 to keep apart.",
            "1 decision about visitors that are not there any more (line 4)",
            "1 decision with another survivor than a newer one (line 2)",
        ] {
            #expect(ended.output.contains(sentence), "\(ended)")
        }
        #expect(try folder.rows("mapping.csv").map { $0["new_visitor_id"] } == ["a"])
    }
}
