import GRDB
import Journal
import Model
import Testing

@Suite struct `Committing outcomes` {
    @Test(arguments: OperationState.allCases.filter { $0 != .pending && $0 != .sent })
    func `is durable before it returns`(_ state: OperationState) async throws {
        let planned = try PlannedJournal("R1 A B")
        let run = try await planned.begin()
        let claimed = try #require(try await planned.claim(run: run).operations.first)
        let outcome = Outcome(
            operation: claimed.id, state: state, reason: .openRoom, confirmedBy: state == .moved ? .read : nil,
            status: 418, foundVisitor: VisitorID("X"), wasOpen: true, settledAt: Timestamp(milliseconds: 12_345))
        try await planned.commit(outcome, run: run)

        let seen = try planned.rows(
            "SELECT state, reason, confirmedBy, httpStatus, foundVisitor, wasOpen, settledAt, run FROM operation")
        #expect(
            seen.first == [
                "state": state.rawValue, "reason": "open-room", "confirmedBy": state == .moved ? "read" : nil,
                "httpStatus": 418, "foundVisitor": "X", "wasOpen": 1, "settledAt": 12_345, "run": run,
            ])
    }

    @Test func `is refused for an operation that was not claimed`() async throws {
        let planned = try PlannedJournal("R1 A B")
        let run = try await planned.begin()

        await #expect(throws: JournalError.self) { try await planned.commit(.sample(2, .moved), run: run) }
        await #expect(throws: JournalError.self) { try await planned.commit(.sample(99, .moved), run: run) }
        #expect(try planned.states() == [.pending])
    }

    @Test func `is refused a second time`() async throws {
        let planned = try PlannedJournal("R1 A B")
        try await planned.carryOut([.conflict])

        await #expect(throws: JournalError.self) { try await planned.commit(.sample(2, .moved), run: 1) }
        #expect(try planned.states() == [.conflict])
    }

    @Test func `is all or nothing`() async throws {
        let planned = try PlannedJournal("R1 A B", "R2 A B", "R3 A B")
        let run = try await planned.begin()
        _ = try await planned.claim(2, run: run)
        var exchange = RunTransaction(run: run)
        exchange.attempts = [.sample(2), .sample(3)]
        exchange.outcomes = [.sample(2, .moved), .sample(4, .moved)]
        exchange.wanted = 1
        exchange.declares = true

        await #expect(throws: JournalError.self) { try await planned.journal.exchange(exchange) }
        #expect(try planned.states() == [.sent, .sent, .pending])
        #expect(try planned.journal.traffic().moves == 0)
    }

    @Test func `does the same on the calling thread`() async throws {
        let planned = try PlannedJournal("R1 A B", "R2 A B")
        let run = try await planned.begin()
        let claimed = try await planned.claim(1, run: run)
        var exchange = RunTransaction(run: run)
        exchange.outcomes = [.sample(claimed.operations[0].id, .moved)]
        exchange.attempts = [.sample(claimed.operations[0].id)]
        exchange.wanted = 5
        exchange.declares = true
        exchange.cursor = claimed.cursor

        #expect(try planned.journal.exchangeAtOnce(exchange).operations.map(\.line) == [3])
        #expect(try planned.states() == [.moved, .sent])
        #expect(try planned.journal.traffic().moves == 1)
    }

    @Test func `counts PUTs, not looks`() async throws {
        let planned = try PlannedJournal("R1 A B", "R2 A B")
        let run = try await planned.begin()
        _ = try await planned.claim(run: run)
        try await planned.commit(
            .sample(2, .moved), .sample(3, .already),
            attempts: [.sample(2, .look), .sample(2), .sample(2), .sample(3, .look)], run: run)

        #expect(try planned.operations().map(\.attempts) == [2, 0])
        let traffic = try planned.journal.traffic()
        #expect([traffic.moves, traffic.looks, traffic.rateLimited] == [2, 2, 0])
        #expect(try planned.journal.tally().retried == 1)
    }

    @Test(arguments: ["UPDATE attempt SET milliseconds = 1", "DELETE FROM attempt"])
    func `keeps attempts as they were`(_ sql: String) async throws {
        let planned = try PlannedJournal("R1 A B")
        try await planned.carryOut([.moved])

        let error = #expect(throws: DatabaseError.self) { try planned.execute(sql) }
        #expect(error?.message == "attempts are append-only")
    }
}
