import Journal
import Model
import Testing

/// What is claimed while the rooms of visitor lines are still being found.
@Suite struct `Claiming while rooms are found` {
    private func lines(_ planned: PlannedJournal, _ run: Int64) async throws -> [Int] {
        try await claim(9, planned, run).operations.map { $0.line }
    }

    private func claim(
        _ wanted: Int, _ planned: PlannedJournal, _ run: Int64, from cursor: Cursor = .start, whileFinding: Bool = true
    ) async throws -> Claim {
        var exchange = RunTransaction(run: run)
        exchange.wanted = wanted
        exchange.whileFinding = whileFinding
        exchange.cursor = cursor
        return try await planned.journal.exchange(exchange)
    }

    @Test(arguments: 1...9)
    func `takes room lines, but for those that begin or end at an old visitor whose rooms are not known`(
        _ wanted: Int
    ) async throws {
        // Line 2 leaves, line 4 comes to and line 6 passes through the old visitor of line 7.
        let planned = try PlannedJournal("R1 A B", "R2 C B", "R3 C A", "R4 C D", "R5 D A", " A D", "R6 C B")
        let run = try await planned.begin()
        var cursor = Cursor.start
        var lines: [Int] = []
        repeat {
            let claim = try await self.claim(wanted, planned, run, from: cursor)
            cursor = claim.cursor
            lines += claim.operations.map(\.line)
            if claim.operations.count < wanted { break }
        } while true
        #expect(lines == [3, 5, 8])

        // Another pass finds nothing new, and rooms that are found meanwhile.
        let move = try #require(try await planned.journal.undiscovered(after: 0, limit: 1).first)
        #expect(try await claim(9, planned, run, from: cursor.restarted(whileFinding: true)).operations.isEmpty)
        try await planned.journal.plan([RoomID("R9"), RoomID("R1")], of: move, at: Timestamp(milliseconds: 1))
        let found = try await claim(9, planned, run, from: cursor.restarted(whileFinding: true))
        #expect(found.operations.map(\.room) == [RoomID("R9")])
        // Then the others may go.
        let rest = try await claim(
            9, planned, run, from: found.cursor.restarted(whileFinding: false), whileFinding: false)
        #expect(rest.operations.map(\.line) == [2, 4, 6])
    }

    @Test func `takes the first step of a chain whose second comes to such a visitor`() async throws {
        let planned = try PlannedJournal("R1 C D", "R1 D A", " A B")
        let run = try await planned.begin()
        #expect(try await lines(planned, run) == [2])
    }

    @Test func `takes what is in doubt, wherever it goes`() async throws {
        let planned = try PlannedJournal("R1 C A", "R2 C A", " A B")
        let killed = try await planned.begin()
        _ = try await planned.claim(1, run: killed)
        let run = try await planned.begin()
        #expect(try await lines(planned, run) == [2])
    }
}
