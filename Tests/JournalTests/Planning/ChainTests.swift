import Journal
import Model
import Testing

@Suite struct `Chains of one room` {
    /// Every order of three lines.
    static let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]

    @Test(arguments: orders)
    func `are ordered by their visitors, not by the file`(_ order: [Int]) throws {
        let steps = ["R A B", "R B C", "R C D"]
        let planned = try PlannedJournal(order.map { steps[$0] })
        let line = { (step: Int) in (order.firstIndex(of: step) ?? 0) + 2 }

        #expect(try planned.precedences() == [[line(0), line(1)], [line(1), line(2)]])
    }

    @Test func `of many lines are ordered completely`() throws {
        let steps = (0..<100).map { "R V\($0) V\($0 + 1)" }
        let planned = try PlannedJournal(steps.shuffledRepeatably())
        let lines = Dictionary(uniqueKeysWithValues: try planned.lines().map { ($0.oldVisitor, $0.line) })
        let expected = (0..<99).compactMap { step -> [Int]? in
            guard let earlier = lines["V\(step)"], let later = lines["V\(step + 1)"] else { return nil }
            return [earlier, later]
        }

        #expect(try planned.precedences() == Set(expected))
        #expect(expected.count == 99)
    }

    @Test func `in other rooms do not meet`() throws {
        let planned = try PlannedJournal("R A B", "S B C", "T A B", "T B C")

        #expect(try planned.precedences() == [[4, 5]])
    }

    @Test func `pass over repeated lines`() throws {
        let planned = try PlannedJournal("R B C", "R A B", "R B C", "R A B")

        #expect(try planned.precedences() == [[3, 2]])
    }

    @Test func `that join are both waited for`() throws {
        let planned = try PlannedJournal("R A C", "R B C", "R C D")

        #expect(try planned.precedences() == [[2, 4], [3, 4]])
    }

    @Test(arguments: orders)
    func `are claimed one step at a time in chain order`(_ order: [Int]) async throws {
        let steps = ["R A B", "R B C", "R C D"]
        let planned = try PlannedJournal(order.map { steps[$0] })
        let run = try await planned.begin()
        var claimed: [[String]] = []

        for _ in 0..<4 {
            let operations = try await planned.claim(run: run).operations
            claimed.append(operations.map(\.oldVisitor.rawValue))
            for operation in operations {
                #expect(try await planned.claim(run: run).operations.isEmpty)
                try await planned.commit(.sample(operation.id, .moved), run: run)
            }
        }

        #expect(claimed == [["A"], ["B"], ["C"], []])
    }

    @Test func `tell each operation whether the room goes on, and to which visitors`() async throws {
        let planned = try PlannedJournal("R C D", "R A B", "R B C", "S A B", "R X C")
        let run = try await planned.begin()
        let claimed = try await planned.claim(run: run).operations

        #expect(claimed.map(\.line) == [3, 5, 6])
        #expect(claimed.map(\.isFollowed) == [true, false, true])
        let leads = { visitor in try planned.journal.leads(claimed[0], to: VisitorID(visitor)) }
        #expect(try ["A", "B", "C", "D", "E", "X"].map(leads) == [false, false, true, true, false, false])
    }

    @Test(arguments: [OperationState.moved, .already])
    func `go on after a step that is settled well`(_ state: OperationState) async throws {
        let planned = try PlannedJournal("R A B", "R B C")
        try await planned.carryOut([state])

        #expect(try await planned.claim(run: 1).operations.map(\.line) == [3])
    }

    @Test(arguments: [OperationState.conflict, .refused])
    func `end where a step will never be carried out`(_ state: OperationState) async throws {
        let planned = try PlannedJournal("R C D", "R A B", "R B C", "S A B")
        let run = try await planned.begin()
        let first = try #require(try await planned.claim(1, run: run).operations.first)
        var outcome = Outcome.sample(first.id, state)
        outcome.reason = .movedByOther
        outcome.foundVisitor = VisitorID("X")
        try await planned.commit(outcome, run: run)

        #expect(try planned.states() == [state, state, state, .pending])
        #expect(
            try planned.lines().map(\.reason)
                == [.earlierLineNotDone, .movedByOther, .earlierLineNotDone, .notSentYet])
        #expect(try planned.operations().prefix(3).allSatisfy { $0.settledAt == outcome.settledAt })
        #expect(try await planned.claim(run: run).operations.map(\.line) == [5])
    }

    @Test(arguments: [OperationState.deferred, .failed, .unknown, .sent])
    func `wait for a step that is not settled`(_ state: OperationState) async throws {
        let planned = try PlannedJournal("R A B", "R B C")
        try await planned.carryOut([state])

        #expect(try planned.states() == [state, .pending])
        #expect(try planned.lines().last?.reason == .earlierLineOpen)
        #expect(try await planned.claim(run: 1).operations.isEmpty)
    }

    @Test func `do not wait for a step that is done`() async throws {
        let planned = try PlannedJournal("R A B", "R B C")
        try await planned.carryOut([.moved])

        #expect(try planned.lines().map(\.reason) == [nil, .notSentYet])
        #expect(try planned.operations().map(\.reason) == [nil, .notSentYet])
    }
}
