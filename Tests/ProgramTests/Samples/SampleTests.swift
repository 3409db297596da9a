import FoundationEssentials
import TestSupport
import Testing

struct SampleTests {
    /// The lines of `samples/rooms.csv` that are not simply moved, with outcome and reason.
    private static let special: [Int: (outcome: String, reason: String)] = [
        14: ("rejected", "spreadsheet-damage"), 27: ("rejected", "missing-new"), 33: ("rejected", "malformed"),
        40: ("duplicate", "duplicate"), 41: ("noop", "noop"), 42: ("rejected", "conflict"),
        43: ("rejected", "conflict"),
    ]
    /// Where its records begin: line 11 is the second line of a quoted field.
    private static let roomLines = (2...45).filter { $0 != 11 }

    @Test func `Lint finds every flaw of the sample and names its line and reason`() async throws {
        let folder = try TemporaryDirectory()
        try folder.copySample("rooms.csv")
        let ended = try await Program(in: folder.path)("lint", "rooms.csv")
        #expect(ended.status == 1, "\(ended)")
        #expect(ended.errors == "")
        #expect(ended.lines.first == "rooms.csv: 43 lines, 5 rejected.")
        var reason = ""
        var found: [Int: String] = [:]
        for line in ended.lines {
            if line.hasPrefix("  line "), let number = Int(line.dropFirst(7).prefix { $0.isNumber }) {
                found[number] = reason
            } else {
                reason = String(line.prefix { $0 != ":" })
            }
        }
        #expect(found == Self.special.mapValues(\.reason))
        #expect(ended.output.contains("Ignored the column Customer."))
        #expect(ended.output.contains("Trimmed spaces around ids on line 10."))
        for sentence in [
            "duplicate: 1 — an earlier line says the same; nothing has to be done\n",
            "noop: 1 — old and new visitor are the same; nothing has to be done\n", " on line 43\n",
            " on line 42\n",
        ] {
            #expect(ended.output.contains(sentence), "\(ended)")
        }
        let reasons = ended.lines.filter { $0.contains(" — ") }
        #expect(reasons.map { $0.contains("nothing has to be done") } == [false, false, false, false, true, true])
        #expect(try folder.names == ["rooms.csv"], "lint leaves nothing behind")
    }

    @Test func `The rehearsal of the sample ends every line as the specification says`() async throws {
        let folder = try TemporaryDirectory()
        try folder.copySample("rooms.csv")
        let ended = try await Program(in: folder.path)("rehearse", "rooms.csv", "--no-progress")
        #expect(ended.status == 1, "\(ended)")
        let rows = try folder.rows("rooms.csv.rehearsal-report/lines.csv")
        #expect(rows.compactMap { $0["line"].flatMap(Int.init) } == Self.roomLines)
        for row in rows {
            let expected = Self.special[Int(row["line"] ?? "") ?? 0] ?? ("merged", "")
            #expect(row["outcome"] == expected.outcome && row["reason"] == expected.reason, "\(row)")
            #expect(row["moved"] == (expected.outcome == "merged" ? "1" : "0"), "\(row)")
        }
        #expect(ended.counts == ["rejected": 5, "merged": 36, "noop": 1, "duplicate": 1])
        #expect(
            ended.output.contains("43 lines in, 43 accounted for; 36 operations, 36 accounted for: balanced."))
        let report = try folder.report("rooms.csv.rehearsal-report")
        #expect(report.balance.lines_in == 43 && report.lines.values.reduce(0, +) == 43 && report.balance.balanced)
        #expect(report.operations["moved"] == 36 && report.operations.values.reduce(0, +) == 36)
    }

    @Test(arguments: [("rooms.jsonl", 1...20), ("visitors.csv", 2...13)])
    func `Every line of a sample is accounted for exactly once`(sample: String, lines: ClosedRange<Int>) async throws {
        let folder = try TemporaryDirectory()
        try folder.copySample(sample)
        let program = Program(in: folder.path)
        let lint = try await program("lint", sample)
        #expect(lint.status == 0, "\(lint)")
        let ended = try await program("rehearse", sample, "--no-progress")
        #expect((0...2).contains(ended.status), "\(ended)")
        let rows = try folder.rows("\(sample).rehearsal-report/lines.csv")
        #expect(rows.compactMap { $0["line"].flatMap(Int.init) } == Array(lines))
        let report = try folder.report("\(sample).rehearsal-report")
        #expect(report.balance.balanced && report.balance.lines_in == lines.count)
        #expect(report.balance.operations == report.operations.values.reduce(0, +))
        #expect(report.lines.values.reduce(0, +) == lines.count)
        #expect(ended.counts.values.reduce(0, +) == lines.count)
    }

    @Test func `The JSONL sample is moved to the last line`() async throws {
        let folder = try TemporaryDirectory()
        try folder.copySample("rooms.jsonl")
        let ended = try await Program(in: folder.path)("rehearse", "rooms.jsonl", "--no-progress")
        #expect(ended.status == 0, "\(ended)")
        #expect(ended.counts == ["merged": 20])
        #expect(try folder.rows("rooms.jsonl.rehearsal-report/unsettled.csv") == [])
    }

    @Test func `What is left unsettled is a mapping of its own: the flaws again, then all well once corrected`()
        async throws
    {
        let folder = try TemporaryDirectory()
        try folder.copySample("rooms.csv")
        let program = Program(in: folder.path)
        _ = try await program("rehearse", "rooms.csv", "--no-progress")
        let unsettled = "rooms.csv.rehearsal-report/unsettled.csv"
        let reasons = try folder.rows(unsettled).map { ["\($0["line"] ?? "")": $0["reason"] ?? ""] }
        #expect(
            reasons == [
                ["14": "spreadsheet-damage"], ["27": "missing-new"], ["33": "malformed"], ["42": "conflict"],
                ["43": "conflict"],
            ])
        let again = try await program("lint", unsettled)
        #expect(again.status == 1 && again.lines.first == "\(unsettled): 5 lines, 5 rejected.", "\(again)")

        let corrected = try folder.text(unsettled).split(separator: "\n")
            .filter { !$0.contains(",33,malformed") && !$0.contains(",43,conflict") }.joined(separator: "\n")
            .replacing("6.60E+23", with: "660000000000000000000a1b")
            .replacing("66e7689447ab57a683536c44,,", with: "66e7689447ab57a683536c44,66c1626e53a13043b026c48b,")
        try folder.write(corrected + "\n", as: "corrected.csv")
        let last = try await program("rehearse", "corrected.csv", "--no-progress")
        #expect(last.status == 0, "\(last)")
        #expect(last.counts == ["merged": 3])
    }

    @Test func `Rooms that were left alone can be fed in again from the list of what is unsettled`() async throws {
        let folder = try TemporaryDirectory()
        try folder.copySample("rooms.jsonl")
        let program = Program(in: folder.path)
        let first = try await program("rehearse", "rooms.jsonl", "--no-progress", "--open-share", "100")
        #expect(first.status == 2 && first.counts == ["deferred": 20], "\(first)")
        let second = try await program("rehearse", "rooms.jsonl.rehearsal-report/unsettled.csv", "--no-progress")
        #expect(second.status == 0 && second.counts == ["merged": 20], "\(second)")
    }
}
