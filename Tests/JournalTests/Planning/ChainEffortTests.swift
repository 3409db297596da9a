import Journal
import Model
import Testing

/// A chain of any length costs as much for each of its steps.
@Suite struct `The effort for chains` {
    /// How the steps of a chain stand in the file.
    enum Order: CaseIterable, Sendable { case forward, backward, shuffled }

    /// `R V0 V1`, `R V1 V2` and so on.
    private func chain(_ steps: Int, _ order: Order) throws -> PlannedJournal {
        let lines = (0..<steps).map { "R V\($0) V\($0 + 1)" }
        switch order {
        case .forward: return try PlannedJournal(lines)
        case .backward: return try PlannedJournal(lines.reversed())
        case .shuffled: return try PlannedJournal(lines.shuffledRepeatably())
        }
    }

    /// SQLite's instructions for each of so many operations.
    private func instructions(
        _ planned: PlannedJournal, per count: Int, _ work: (PlannedJournal) async throws -> Void
    ) async throws -> Int {
        try await planned.journal.effort { try await work(planned) }.instructions / count
    }

    /// Claims and ends operations until there are none, each as it is told.
    private func carryOut(_ planned: PlannedJournal, _ end: (Operation) throws -> Outcome) async throws {
        let run = try await planned.begin()
        while true {
            let operations = try await planned.claim(run: run).operations
            guard !operations.isEmpty else { return }
            for operation in operations {
                try await planned.commit(end(operation), attempts: [.sample(operation.id)], run: run)
            }
        }
    }

    @Test(arguments: Order.allCases)
    func `is the same for every step of a long chain as of a short one`(_ order: Order) async throws {
        var efforts: [Int] = []
        for steps in [30, 300] {
            let planned = try chain(steps, order)
            efforts.append(
                try await instructions(planned, per: steps) { planned in
                    try await carryOut(planned) { .sample($0.id, .moved) }
                })
            #expect(try planned.states() == Array(repeating: .moved, count: steps))
        }
        #expect(efforts[1] <= efforts[0] * 11 / 10, "\(efforts)")
    }

    @Test(arguments: Order.allCases)
    func `is the same when the room is at the end of it already`(_ order: Order) async throws {
        var efforts: [Int] = []
        for steps in [30, 300] {
            let planned = try chain(steps, order)
            let end = VisitorID("V\(steps)")
            efforts.append(
                try await instructions(planned, per: steps) { planned in
                    try await carryOut(planned) { operation in
                        var outcome = Outcome.sample(operation.id, .already)
                        if try planned.journal.leads(operation, to: end) {
                            outcome.reason = .alreadyFurther
                            outcome.foundVisitor = end
                        }
                        return outcome
                    }
                })
            #expect(try planned.states() == Array(repeating: .already, count: steps))
        }
        #expect(efforts[1] <= efforts[0] * 11 / 10, "\(efforts)")
    }

    @Test(arguments: [OperationState.moved, .conflict])
    func `is the same where many lines join`(_ state: OperationState) async throws {
        var efforts: [Int] = []
        for steps in [30, 300] {
            let planned = try PlannedJournal(
                (0..<steps).map { "R A\($0) V0" } + (0..<steps).map { "R V\($0) V\($0 + 1)" })
            efforts.append(
                try await instructions(planned, per: steps * 2) { planned in
                    try await carryOut(planned) { .sample($0.id, state) }
                })
            #expect(try planned.states() == Array(repeating: state, count: steps * 2))
        }
        #expect(efforts[1] <= efforts[0] * 11 / 10, "\(efforts)")
    }
}
