import FoundationEssentials
import Sandbox
import TestSupport
import Testing

/// What `suggest` writes is a mapping, whatever ids a workspace has and whatever a person does with it.
struct SuggestMappingTests {
    /// Ids that somebody could have imported: most are harmless, some cannot stand in a file that people open.
    private static let ids = [
        "=1+1", "+1", "-1", "@x", "＝1", "＠x", "'=1", "'a", "a b", "a\tb", "a\u{7}b", "a\u{AD}b", "a\u{34F}b",
        "a\u{3164}b", "a\u{FE0F}b", "\u{FEFF}a", "a\u{200B}", "a\u{2028}b", "6.42E+23", "660000000000000000000000",
        "#REF!", "a,b", "a;b", "a\"b", "\"", "ä", "e\u{301}", "\u{E9}", "a|b", "🙂", String(repeating: "x", count: 128),
        String(repeating: "y", count: 129), "\\", "\\u{41}", "a'b", "%00", "TRUE", "1e5", "0017", "2024-01-01",
    ]

    @Test func `Every id stands in the mapping exactly as it is, or is set aside with the reason`() async throws {
        let folder = try TemporaryDirectory()
        let encoder = JSONEncoder()
        let lines = try Self.ids.enumerated().flatMap { number, id in
            let shown = String(decoding: try encoder.encode(id), as: UTF8.self)
            let address = "\"email\":\"\(number)@x.y\""
            return [
                "{\"_id\":\(shown),\(address)}",
                "{\"_id\":\"keep-\(number)\",\(address),\"lastChat\":\"2024-01-01T00:00:00Z\"}",
            ]
        }
        try folder.write(lines.joined(separator: "\n"), as: "v.jsonl")
        let ended = try await Program(in: folder.path)("suggest", "--from", "v.jsonl")
        #expect(ended.status == 0, "\(ended)")
        let suggested = try folder.rows("mapping.csv").compactMap { row in
            row["new_visitor_id"]?.split(separator: "-").last.flatMap { Int($0) }.map { (row["old_visitor_id"], $0) }
        }
        for (id, number) in suggested {
            #expect(id.map { Array($0.utf8) } == Array(Self.ids[number].utf8))
        }
        let apart = try folder.rows("mapping.csv.set-aside.csv")
        #expect(suggested.count + apart.count == Self.ids.count)
        #expect(apart.allSatisfy { $0["reason"] == "id-not-writable" && $0["detail"]?.hasPrefix("the id ") == true })
        let text = try folder.text("mapping.csv")
        for start in ["=", "+", "-", "@", "＝", "＠"] {
            #expect(!text.contains("\n\(start)") && !text.contains(",\(start)") && !text.contains("\"\(start)"))
        }
        let lint = try await Program(in: folder.path)("lint", "mapping.csv")
        #expect(lint.status == 0 && lint.output.contains("\(suggested.count) lines, 0 rejected."), "\(lint)")
    }

    /// What spreadsheets make of a CSV file when it is saved: another delimiter, quotes, line ends, a mark in front.
    @Test(arguments: [",", ";", "\t"])
    func `The mapping is still one after a person has saved it in a spreadsheet without some of its lines`(
        delimiter: String
    ) async throws {
        try await Workspace.with(seed: .demo) { workspace in
            let program = workspace.program(as: "mgr", ["VISITOR_MERGE_RATE": "unlimited"])
            #expect(try await program("suggest", "--no-progress").status == 0)
            let save = """
                import csv, sys
                rows = list(csv.reader(open("mapping.csv", newline="")))
                with open("mapping.csv", "w", newline="", encoding="utf-8-sig") as file:
                    csv.writer(file, delimiter=sys.argv[1], quoting=csv.QUOTE_ALL, lineterminator="\\r\\n").writerows(
                        rows[:1] + rows[3:])
                """
            let saved = try await Program("/usr/bin/env", in: workspace.folder.path)("python3", "-c", save, delimiter)
            #expect(saved.status == 0, "\(saved)")
            let lint = try await program("lint", "mapping.csv")
            #expect(lint.status == 0 && lint.output.contains("mapping.csv: 9 lines, 0 rejected."), "\(lint)")
            let run = try await program("run", "mapping.csv", "--open-rooms", "move", "--no-progress")
            #expect(run.status == 0 && run.counts["merged"] == 9, "\(run)")
        }
    }

    @Test func `Reviewed lines that point at each other in chains are understood`() async throws {
        try await Workspace.with(seed: .demo) { workspace in
            let program = workspace.program(as: "mgr", ["VISITOR_MERGE_RATE": "unlimited"])
            #expect(try await program("suggest", "--no-progress").status == 0)
            // A person knows that two of the people are one: the survivor of the first group goes to the second one's.
            let survivors = try workspace.folder.rows("mapping.csv").map { $0["new_visitor_id"] ?? "" }
            let (first, last) = (try #require(survivors.first), try #require(survivors.last))
            try workspace.folder.write(
                try workspace.folder.text("mapping.csv") + "\(first),\(last),,a person says so,,,,\n", as: "mapping.csv"
            )
            let run = try await program("run", "mapping.csv", "--open-rooms", "move", "--no-progress")
            #expect(run.status == 0, "\(run)")
            #expect(!workspace.sandbox.roomOwners.values.contains(first))
        }
    }
}
