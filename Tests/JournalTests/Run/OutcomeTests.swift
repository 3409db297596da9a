import GRDB
import Journal
import Model
import Testing

@Suite struct `The outcome of a line` {
    @Test(
        arguments: zip(
            [OperationState.pending, .sent, .moved, .already, .conflict, .refused, .deferred, .failed, .unknown],
            [LineOutcome.pending, .pending, .merged, .already, .conflict, .refused, .deferred, .failed, .unknown]))
    func `follows its operation`(_ state: OperationState, _ outcome: LineOutcome) async throws {
        let planned = try PlannedJournal("R A B")
        if state != .pending {
            try await planned.carryOut([state])
        }

        let line = try #require(try planned.lines().first)
        #expect(line.outcome == outcome)
        #expect(line.operations == 1)
        #expect(line.moved == (state == .moved ? 1 : 0))
        #expect(try planned.journal.tally().lines == [outcome: 1])
    }

    /// A line with several operations takes the worst of them (TheRun, "Outcomes").
    @Test(arguments: [
        (["already", "already"], LineOutcome.already),
        (["moved", "already"], .merged),
        (["already", "moved", "moved"], .merged),
        (["moved", "deferred"], .deferred),
        (["moved", "failed"], .failed),
        (["moved", "refused", "already"], .refused),
        (["conflict", "moved"], .conflict),
        (["moved", "unknown"], .unknown),
        (["moved", "pending"], .pending),
        (["sent", "moved"], .pending),
        (["deferred", "refused"], .refused),
        (["deferred", "conflict"], .conflict),
        (["deferred", "failed"], .failed),
        (["deferred", "unknown"], .unknown),
    ])
    func `is that of its worst operation`(_ states: [String], _ outcome: LineOutcome) async throws {
        for states in [states, states.reversed()] {
            let planned = try PlannedJournal(" A B")
            let run = try await planned.begin()
            try await planned.journal.plan(
                states.indices.map { RoomID("R\($0)") },
                of: VisitorMove(line: 2, oldVisitor: VisitorID("A"), finalVisitor: VisitorID("B")),
                at: Timestamp(milliseconds: 0))
            for (index, state) in states.enumerated() {
                try planned.execute(
                    "UPDATE operation SET state = ?, confirmedBy = ?, run = ? WHERE room = ?",
                    [state, state == "moved" ? "response" : nil, run, "R\(index)"])
            }

            let line = try #require(try planned.lines().first)
            #expect(line.outcome == outcome)
            #expect(line.operations == states.count)
            #expect(line.moved == states.count { $0 == "moved" })
            #expect(try planned.journal.tally().lines == [outcome: 1])
            #expect(try planned.operations().map(\.room) == states.indices.map { "R\($0)" })
        }
    }

    @Test func `of a duplicate is told with that of the line it repeats`() async throws {
        let planned = try PlannedJournal("R A B", "R A B")
        try await planned.carryOut([.refused])

        #expect(try planned.lines().map(\.outcome) == [.refused, .duplicate])
        #expect(try planned.lines().last?.repeatedOutcome == .refused)
    }

    @Test func `in doubt is pending and says so`() async throws {
        let planned = try PlannedJournal("R A B")
        try await planned.carryOut([.sent])

        #expect(try planned.lines().map(\.reason) == [.inDoubt])
        #expect(try planned.operations().map(\.reason) == [.inDoubt])
    }

    @Test func `counts and lists agree`() async throws {
        let planned = try PlannedJournal(
            "R1 A B", "R2 A B", "R3 A B", "R4 A B", "R5 A B", "R6 A A", "R1 A B", "R7 A B", "R7 A C")
        try await planned.carryOut([.moved, .already, .conflict, .sent])
        let lines = try planned.lines()
        let operations = try planned.operations()

        #expect(try planned.journal.tally().lines == lines.counted(by: \.outcome))
        #expect(try planned.journal.tally().operations == operations.counted(by: \.state))
        #expect(
            try planned.journal.tally().reasons == lines.filter { $0.reason != nil }.counted(by: { $0.reason ?? .noop })
        )
    }

    @Test func `before any run is found by lint`() throws {
        let planned = try PlannedJournal("R1 A A", "R2 A B", "R2 A C", "R3 A B", "R3 A B", "R2 A D")
        let findings = try planned.journal.findings(examples: 2)

        #expect(findings.map(\.reason) == [.noop, .conflict, .duplicate])
        #expect(findings.map(\.count) == [1, 3, 1])
        #expect(findings.map(\.isRejection) == [false, true, false])
        #expect(findings.map { $0.examples.map(\.line) } == [[2], [3, 4], [6]])
    }
}

extension Array {
    fileprivate func counted<Key: Hashable>(by key: (Element) -> Key) -> [Key: Int] {
        Dictionary(grouping: self, by: key).mapValues(\.count)
    }
}
