import GRDB
import Journal
import Model
import TestSupport
import Testing

/// A mapping that several journals share, each with a part of it.
struct ShardedPlanTests {
    /// Everything that a line can be, so that each kind has to find its part.
    static let lines: [MappingLine] = {
        var texts = (0..<60).map { "room\($0) old\($0) new" }
        // Chains of one room, in the order of the file and against it, and repetitions.
        texts += ["c1 a b", "c1 b c", "c2 b c", "c2 a b", "c1 a b", "room1 old1 new", "room2 old2 new"]
        // Contradictions, circles and lines with nothing to do.
        texts += ["x1 p q", "x1 p r", "y1 p q", "y1 q p", "room5 same same"]
        // Visitors: single ones, a chain, a repetition, a contradiction and a circle.
        texts += (0..<20).map { " visitor\($0) person" }
        texts += [" v1 v2", " v2 v3", " v3 v4", " v1 v2", " w1 w2", " w1 w3", " z1 z2", " z2 z1"]
        var lines = texts.enumerated().map { index, text in
            let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
            return MappingLine(number: index + 2, oldVisitor: words[1], newVisitor: words[2], room: words[0])
        }
        for number in 200..<210 {
            lines.append(
                MappingLine(number: number, oldVisitor: "", newVisitor: "", rejection: Rejection(.malformed, "broken")))
        }
        return lines
    }()

    @Test(arguments: [1, 2, 3, 8])
    func `Every line is in one part, and stands there as it does in the whole`(count: Int) throws {
        let whole = try PlannedJournal(lines: Self.lines)
        let parts = try SplitMapping(Self.lines, into: count)
        let rows = try parts.journals.flatMap { try $0.lines() }.sorted { $0.line < $1.line }
        let expected = try whole.lines().map(\.summary)
        #expect(rows.map(\.summary) == expected)
        for part in parts.journals {
            let job = try part.journal.job()
            let (lines, operations) = try (part.lines().count, part.operations().count)
            #expect(job.lines == lines && job.mappingLines == Self.lines.count)
            let counts = try part.journal.rowCounts()
            #expect(counts.lines == lines && counts.operations == operations)
            #expect(try part.journal.remaining() == counts.operations)
            try Journal.check(part.path)
        }
    }

    @Test func `Lines of one room are in one part, and so are those of a chain of visitors`() throws {
        let parts = try SplitMapping(Self.lines, into: 8)
        let places = try Dictionary(
            uniqueKeysWithValues: parts.journals.enumerated().flatMap { index, part in
                try part.lines().map { ($0.line, index) }
            })
        let together = [
            Self.lines.filter { $0.room == "c1" }, Self.lines.filter { $0.room == "c2" },
            Self.lines.filter { ["v1", "v2", "v3"].contains($0.oldVisitor) },
            // Alone each of these would be valid: what a report of one part lists may be fed in again.
            Self.lines.filter { $0.room == "x1" }, Self.lines.filter { $0.room == "y1" },
            Self.lines.filter { $0.oldVisitor == "w1" }, Self.lines.filter { ["z1", "z2"].contains($0.oldVisitor) },
        ]
        for lines in together {
            #expect(Set(lines.map { places[$0.number] }).count == 1)
        }
        let visitors = Self.lines.filter { $0.oldVisitor.hasPrefix("visitor") }
        #expect(Set(visitors.map { places[$0.number] }).count > 2, "visitors that have nothing in common are dealt out")
    }

    @Test func `A room that a line of another part names is left to that part`() async throws {
        let lines = [
            MappingLine(number: 2, oldVisitor: "old", newVisitor: "new", room: "named"),
            MappingLine(number: 3, oldVisitor: "old", newVisitor: "new", room: ""),
        ]
        // Some number of parts has the two lines in different ones.
        let parts = try #require(
            try (2...8).lazy.map { try SplitMapping(lines, into: $0) }.first { split in
                try split.journals.allSatisfy { try $0.lines().count < 2 }
            })
        let finder = try #require(try parts.journals.first { try $0.journal.undiscovered() == 1 })
        let move = VisitorMove(line: 3, oldVisitor: VisitorID("old"), finalVisitor: VisitorID("new"))
        try await finder.journal.plan([RoomID("named"), RoomID("other")], of: move, at: Timestamp(milliseconds: 1))
        #expect(try finder.operations().map(\.room) == ["other"])

        try parts.united { union in
            var shared: [Int] = []
            try union.forEachLine { shared.append($0.operations) }
            #expect(shared == [1, 2], "the visitor line shares what the room line asked for")
            let operations = try union.tally().operations
            #expect(operations == [.pending: 2])
        }
    }

    @Test func `A journal is refused with another part than its own`() throws {
        let parts = try SplitMapping(Self.lines, into: 2)
        let journal = parts.journals[0].journal
        func require(_ shard: Shard?) throws {
            try journal.require(
                kind: .run, server: Job.sample.server, mappingPath: "mapping.csv", digest: "ab12", shard: shard)
        }
        try require(Shard(1, of: 2))
        for shard in [nil, Shard(2, of: 2), Shard(1, of: 3)] {
            #expect(throws: JournalError.otherShard(path: journal.path, planned: Shard(1, of: 2), given: shard)) {
                try require(shard)
            }
        }
    }
}

extension LineRow {
    /// What a line looks like, whichever journal it is in.
    var summary: [String] {
        [
            "\(line)", oldVisitor, newVisitor, room, outcome.rawValue, reason?.rawValue ?? "", "\(operations)",
            detail ?? "",
        ]
    }
}
