import FoundationEssentials
import Journal
import Model
import TestSupport
import Testing

/// The journals of all parts of one job, read as one.
struct UnionTests {
    private static let lines = ShardedPlanTests.lines

    @Test(arguments: [1, 3, 8])
    func `Together the parts say what one journal of the whole would`(count: Int) async throws {
        let whole = try PlannedJournal(lines: Self.lines)
        let parts = try SplitMapping(Self.lines, into: count)
        // Each room ends the same way whoever carries it out; every third is not tried at all.
        for journal in parts.journals + [whole] {
            let run = try await journal.begin()
            while case let operations = try await journal.claim(1, run: run).operations,
                let operation = operations.first
            {
                let state: OperationState =
                    [.moved, .already, .deferred][Int(truncatingIfNeeded: operation.room.key & 0xFF) % 3]
                try await journal.commit(.sample(operation.id, state), attempts: [.sample(operation.id)], run: run)
            }
        }
        let tally = try whole.journal.tally()
        let attempts = try whole.rows("SELECT * FROM attempt").count
        try parts.united { union in
            var lines: [[String]] = []
            try union.forEachLine { lines.append($0.summary) }
            let expectedLines = try whole.lines().map(\.summary)
            #expect(lines == expectedLines)
            var operations: [String] = []
            try union.forEachOperation { operations.append("\($0.line) \($0.room) \($0.state) \($0.attempts)") }
            let expected = try whole.operations().map { "\($0.line) \($0.room) \($0.state) \($0.attempts)" }
            #expect(operations == expected)
            let together = try union.tally()
            #expect(together.lines == tally.lines && together.operations == tally.operations)
            #expect(together.reasons == tally.reasons)
            let (counts, expectedCounts) = try (union.rowCounts(), whole.journal.rowCounts())
            #expect(counts == expectedCounts)
            let (job, runs, moves) = try (union.job(), union.runs().map(\.id), union.traffic().moves)
            #expect(job.lines == Self.lines.count && job.shard == nil)
            #expect(runs == (1...count).map { Int64($0) })
            #expect(moves == attempts)
        }
    }

    @Test func `A part that is going is read as it stands`() async throws {
        let parts = try SplitMapping(Self.lines, into: 2)
        let run = try await parts.journals[1].begin()
        let claimed = try await parts.journals[1].claim(3, run: run).operations
        try await parts.journals[1].commit(.sample(claimed[0].id, .moved), run: run)
        try parts.united { union in
            let operations = try union.tally().operations
            #expect(operations[.moved] == 1 && operations[.sent] == 2)
        }
        // Nothing was done to them.
        for part in parts.journals { try Journal.check(part.path) }
        #expect(try await parts.journals[1].claim(100, run: run).operations.count > 0)
    }

    @Test func `Rooms of one visitor line are counted once, whatever their numbers in the parts are`() async throws {
        let lines = (0..<40).map { MappingLine(number: $0 + 2, oldVisitor: "v\($0)", newVisitor: "p", room: "") }
        let parts = try SplitMapping(lines, into: 4)
        for part in parts.journals {
            for line in try part.lines() {
                let move = VisitorMove(
                    line: line.line, oldVisitor: VisitorID(line.oldVisitor), finalVisitor: VisitorID("p"))
                try await part.journal.plan(
                    [RoomID("r\(line.line)"), RoomID("s\(line.line)")], of: move, at: Timestamp(milliseconds: 1))
            }
        }
        try parts.united { union in
            var rooms: Set<String> = []
            try union.forEachOperation { rooms.insert($0.room) }
            #expect(rooms.count == 80)
            let planned = try union.rowCounts().operations
            #expect(planned == 80)
            try union.forEachLine { #expect($0.operations == 2) }
        }
    }

    @Test func `What a killed report left behind is no obstacle, and what is not ours stays`() throws {
        let parts = try SplitMapping(Self.lines, into: 2)
        let folder = parts.journals[0].folder
        try parts.united { _ in
            try FileManager.default.copyItem(atPath: folder("parts.db"), toPath: folder("left.db"))
        }
        try FileManager.default.moveItem(atPath: folder("left.db"), toPath: folder("parts.db"))
        let lines = try parts.united { try $0.rowCounts().lines }
        #expect(lines == Self.lines.count)

        try folder.write("somebody's", as: "parts.db")
        #expect(throws: JournalError.notAJournal(path: folder("parts.db"))) {
            try Journal.withUnion(of: parts.journals.map(\.journal), at: folder("parts.db")) { _ in }
        }
        #expect(try String(contentsOfFile: folder("parts.db"), encoding: .utf8) == "somebody's")
    }

    @Test func `Parts of which one is missing or there twice are refused by name`() throws {
        let parts = try SplitMapping(Self.lines, into: 3).journals
        let others = try SplitMapping(Self.lines, into: 2).journals
        var audit = Job.sample
        audit.kind = .audit
        let audits = try SplitMapping(Self.lines, into: 3, for: audit).journals
        var elsewhere = Job.sample
        elsewhere.server = "https://other.example.org"
        let elsewheres = try SplitMapping(Self.lines, into: 3, for: elsewhere).journals
        let whole = try PlannedJournal(lines: Self.lines)
        let refused: [([PlannedJournal], String)] = [
            ([parts[0], parts[1]], "3/3 is missing"), ([parts[1], parts[1], parts[2]], "same part, 2/3"),
            ([parts[2]], "1/3, 2/3 are missing"), ([parts[0], others[1]], "one of 2 parts"),
            ([parts[0], audits[1], parts[2]], "another job"), ([parts[0], parts[1], elsewheres[2]], "another job"),
            ([whole, parts[1]], "whole mapping"),
        ]
        for (journals, why) in refused {
            let path = journals[0].folder("parts.db")
            let error = #expect(throws: JournalError.self) {
                try Journal.withUnion(of: journals.map(\.journal), at: path) { _ in }
            }
            #expect("\(String(describing: error))".contains(why), "\(String(describing: error))")
            #expect(!Journal.exists(at: path))
        }
    }
}
