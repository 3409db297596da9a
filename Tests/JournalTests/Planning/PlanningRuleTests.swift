import Journal
import Model
import Testing

@Suite struct `Planning rules` {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var lines: [String]
        var outcomes: [LineOutcome]

        var testDescription: String { name }
    }

    static let cases: [Case] = [
        Case(name: "one good line", lines: ["R A B"], outcomes: [.pending]),
        Case(name: "old and new are the same", lines: ["R A A"], outcomes: [.noop]),
        Case(name: "a noop does not contradict", lines: ["R A A", "R A B"], outcomes: [.noop, .pending]),
        Case(name: "a noop is no step of a chain", lines: ["R A B", "R B B"], outcomes: [.pending, .noop]),
        Case(name: "two noops do not repeat each other", lines: ["R A A", "R A A"], outcomes: [.noop, .noop]),
        Case(name: "the same twice", lines: ["R A B", "R A B"], outcomes: [.pending, .duplicate]),
        Case(
            name: "three times the same", lines: ["R A B", "S A B", "R A B", "R A B"],
            outcomes: [.pending, .pending, .duplicate, .duplicate]),
        Case(name: "the same visitors, other rooms", lines: ["R A B", "S A B"], outcomes: [.pending, .pending]),
        Case(name: "the same old visitor, two rooms", lines: ["R A B", "S A C"], outcomes: [.pending, .pending]),
        Case(name: "a contradiction", lines: ["R A B", "R A C"], outcomes: [.rejected, .rejected]),
        Case(
            name: "a contradiction of three, far apart", lines: ["R A B", "S A B", "R A C", "T A B", "R A D"],
            outcomes: [.rejected, .pending, .rejected, .pending, .rejected]),
        Case(
            name: "repetitions inside a contradiction are rejected like the rest",
            lines: ["R A B", "R A B", "R A C", "R A C"], outcomes: [.rejected, .rejected, .rejected, .rejected]),
        Case(name: "new visitors that differ in case", lines: ["R A b", "R A B"], outcomes: [.rejected, .rejected]),
        Case(name: "old visitors that differ in case", lines: ["R a C", "R A D"], outcomes: [.pending, .pending]),
        Case(name: "rooms that differ in case", lines: ["r A B", "R A C"], outcomes: [.pending, .pending]),
        Case(name: "old and new differ in case only", lines: ["R a A"], outcomes: [.pending]),
        Case(name: "several old visitors of one room", lines: ["R A C", "R B C"], outcomes: [.pending, .pending]),
        Case(
            name: "a contradiction at the end of a chain leaves its beginning",
            lines: ["R A B", "R B C", "R B D"], outcomes: [.pending, .rejected, .rejected]),
        Case(
            name: "a contradiction breaks a circle", lines: ["R A B", "R B A", "R B C"],
            outcomes: [.pending, .rejected, .rejected]),
        Case(name: "a circle of two", lines: ["R A B", "R B A"], outcomes: [.rejected, .rejected]),
        Case(
            name: "the same two visitors in two rooms are no circle", lines: ["R A B", "S B A"],
            outcomes: [.pending, .pending]),
        Case(
            name: "a line that leads into a circle", lines: ["R X A", "R A B", "R B A", "S X A"],
            outcomes: [.rejected, .rejected, .rejected, .pending]),
        Case(
            name: "a repetition of a line in a circle", lines: ["R A B", "R B A", "R A B"],
            outcomes: [.rejected, .rejected, .duplicate]),
        Case(
            name: "a circle and a chain in one file", lines: ["R A B", "S A B", "R B A", "S B C"],
            outcomes: [.rejected, .pending, .rejected, .pending]),
        Case(name: "an empty mapping", lines: [], outcomes: []),
    ]

    @Test(arguments: cases)
    func `decide what becomes of each line`(_ example: Case) throws {
        let planned = try PlannedJournal(example.lines)

        #expect(try planned.lines().map(\.outcome) == example.outcomes)
        #expect(try planned.operations().map(\.line) == planned.lines().filter { $0.outcome == .pending }.map(\.line))
    }

    @Test(arguments: cases)
    func `account for every line once`(_ example: Case) throws {
        let planned = try PlannedJournal(example.lines)

        #expect(try planned.lines().map(\.line) == Array(2..<(example.lines.count + 2)))
        #expect(try planned.journal.tally().lines.values.reduce(0, +) == example.lines.count)
        #expect(try planned.journal.rowCounts().lines == example.lines.count)
        #expect(try planned.journal.planned() == planned.journal.rowCounts().operations)
    }

    @Test func `name the first line that a duplicate repeats`() throws {
        let planned = try PlannedJournal("R A B", "S A B", "R A B", "S A B", "R A B")

        #expect(try planned.lines().map(\.repeats) == [nil, nil, 2, 3, 2])
        #expect(try planned.lines().map(\.repeatedOutcome) == [nil, nil, .pending, .pending, .pending])
    }

    @Test func `give each rejected line its reason`() throws {
        let planned = try PlannedJournal("R A B", "R A C", "S A B", "S B A", "T A A", "U A B", "U A B")

        #expect(
            try planned.lines().map(\.reason)
                == [.conflict, .conflict, .cycle, .cycle, .noop, .notSentYet, .duplicate])
        #expect(try planned.journal.tally().reasons[.conflict] == 2)
    }

    @Test func `name in a contradiction the room, both new visitors and the other line`() throws {
        let planned = try PlannedJournal("R A B", "R A C", "R A B", "S A B", " A B", " A C", " A D")

        #expect(
            try planned.lines().map(\.detail) == [
                "the room “R” of the old visitor “A” is to go to “B” here and to “C” on line 3",
                "the room “R” of the old visitor “A” is to go to “C” here and to “B” on line 2",
                "the room “R” of the old visitor “A” is to go to “B” here and to “C” on line 3",
                nil,
                "all rooms of the old visitor “A” are to go to “B” here and to “C” on line 7: 3 different new visitors in all",
                "all rooms of the old visitor “A” are to go to “C” here and to “B” on line 6: 3 different new visitors in all",
                "all rooms of the old visitor “A” are to go to “D” here and to “B” on line 6: 3 different new visitors in all",
            ])
    }

    @Test func `name in a circle the room, and the line that leads on`() throws {
        let planned = try PlannedJournal("R A B", "R B A", " A B", " B A")

        #expect(
            try planned.lines().map(\.detail) == [
                "the lines of the room “R” lead round in a circle: this one to “B”, and line 3 on from there",
                "the lines of the room “R” lead round in a circle: this one to “A”, and line 2 on from there",
                "the visitor lines lead round in a circle: this one to “B”, and line 5 on from there",
                "the visitor lines lead round in a circle: this one to “A”, and line 4 on from there",
            ])
    }

    @Test func `reject the lines of a long circle whatever their order`() throws {
        let lines = (0..<17).map { "R V\($0) V\(($0 + 1) % 17)" }
        let planned = try PlannedJournal(lines.shuffledRepeatably() + ["R X V3", "S V0 V1"])

        #expect(try planned.lines().dropLast().allSatisfy { $0.outcome == .rejected && $0.reason == .cycle })
        #expect(try planned.lines().last?.outcome == .pending)
        #expect(try planned.journal.planned() == 1)
    }

    /// Both pairs have one FNV-1a hash of 64 bits.
    @Test(arguments: [
        ("8yn0iYCKYHlIj4-BwPqk", "GReLUrM4wMqfg9yzV3KQ"), ("gMPflVXtwGDXbIhP73TX", "LtHf1prlU1bCeYZEdqWf"),
    ])
    func `keep rooms apart whose keys are the same`(_ one: String, _ other: String) throws {
        try #require(RoomID(one).key == RoomID(other).key)
        let planned = try PlannedJournal("\(one) A B", "\(other) A C", "\(other) C A", "\(one) B C", "\(one) A B")

        #expect(try planned.lines().map(\.outcome) == [.pending, .rejected, .rejected, .pending, .duplicate])
        #expect(try planned.precedences() == [[2, 5]])
    }

    @Test func `leave a line that the reader rejected as it is`() throws {
        let rejected = MappingLine(
            number: 2, oldVisitor: "A", newVisitor: "A", room: "R", rejection: Rejection(.badID, "inner space in new"))
        let good = MappingLine(number: 3, oldVisitor: "A", newVisitor: "B", room: "R")
        let contrary = MappingLine(
            number: 4, oldVisitor: "A", newVisitor: "C", room: "R", rejection: Rejection(.malformed, "four fields"))
        let planned = try PlannedJournal(lines: [rejected, good, contrary])

        let lines = try planned.lines()
        #expect(lines.map(\.outcome) == [.rejected, .pending, .rejected])
        #expect(lines.map(\.reason) == [.badID, .notSentYet, .malformed])
        #expect(lines.map(\.detail) == ["inner space in new", nil, "four fields"])
    }
}

extension Array {
    /// Another order, the same in every run.
    func shuffledRepeatably() -> [Element] {
        var generator = Repeatable()
        return shuffled(using: &generator)
    }
}

private struct Repeatable: RandomNumberGenerator {
    private var state: UInt64 = 0x9E37_79B9_7F4A_7C15

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ (state >> 29)
    }
}
