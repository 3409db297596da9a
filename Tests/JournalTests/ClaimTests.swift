import GRDB
import Journal
import Model
import Testing

@Suite struct `Claiming operations` {
    @Test func `takes them in the order of the plan, as many as wanted`() async throws {
        let planned = try PlannedJournal("R1 A B", "R2 A B", "R3 A B", "R4 A B", "R5 A B")
        let run = try await planned.begin()
        let first = try await planned.claim(2, run: run)
        let second = try await planned.claim(2, run: run, from: first.cursor)
        let third = try await planned.claim(2, run: run, from: second.cursor)
        let fourth = try await planned.claim(2, run: run, from: third.cursor)

        #expect(
            [first, second, third, fourth].map { $0.operations.map(\.line) } == [[2, 3], [4, 5], [6], []])
    }

    @Test func `hands over what the mapping says`() async throws {
        let planned = try PlannedJournal("R1 A B")
        let claimed = try await planned.claim(run: planned.begin()).operations

        #expect(
            claimed == [
                Operation(
                    id: 2, line: 2, room: RoomID("R1"), oldVisitor: VisitorID("A"), newVisitor: VisitorID("B"))
            ])
    }

    @Test func `is durable before it returns`() async throws {
        let planned = try PlannedJournal("R1 A B", "R2 A B")
        let run = try await planned.begin()
        _ = try await planned.claim(1, run: run)

        let seen = try planned.rows("SELECT state, run FROM operation ORDER BY id")
        #expect(seen == [["state": "sent", "run": run]])
        #expect(
            try planned.rows("SELECT state FROM operationReport ORDER BY id") == [
                ["state": "sent"], ["state": "pending"],
            ])
    }

    @Test func `wants nothing and takes nothing`() async throws {
        let planned = try PlannedJournal("R1 A B")
        let run = try await planned.begin()

        #expect(try await planned.claim(0, run: run).operations.isEmpty)
        #expect(try planned.states() == [.pending])
    }

    @Test func `does not take an operation twice in one run`() async throws {
        let planned = try PlannedJournal("R1 A B")
        let run = try await planned.begin()

        #expect(try await planned.claim(run: run).operations.count == 1)
        #expect(try await planned.claim(run: run).operations.isEmpty)
    }

    @Test func `begins with those in doubt`() async throws {
        let planned = try PlannedJournal("R1 A B", "R2 A B", "R3 A B", "R4 A B")
        let killed = try await planned.begin()
        let lost = try await planned.claim(3, run: killed).operations
        try await planned.commit(.sample(lost[0].id, .moved), run: killed)

        let run = try await planned.begin()
        let first = try await planned.claim(1, run: run)
        let rest = try await planned.claim(run: run, from: first.cursor)
        #expect(first.operations.map(\.line) == [3])
        #expect(rest.operations.map(\.line) == [4, 5])
        #expect((first.operations + rest.operations).map(\.isInDoubt) == [true, true, false])
    }

    @Test func `finds those in doubt through any number of killed runs`() async throws {
        let planned = try PlannedJournal("R1 A B")
        for round in 0..<4 {
            let claimed = try await planned.claim(run: planned.begin()).operations
            #expect(claimed.map(\.isInDoubt) == [round > 0])
        }
    }

    @Test func `finds an operation behind the cursor only from the start`() async throws {
        let planned = try PlannedJournal("R B C", "R A B", "S A B")
        let run = try await planned.begin()
        let first = try await planned.claim(run: run)
        #expect(first.operations.map(\.line) == [3, 4])
        try await planned.commit(.sample(first.operations[0].id, .moved), run: run)

        #expect(try await planned.claim(run: run, from: first.cursor).operations.isEmpty)
        #expect(try await planned.claim(run: run).operations.map(\.line) == [2])
    }

    @Test func `counts what is left and what is planned`() async throws {
        let planned = try PlannedJournal("R1 A B", "R2 A B", "R3 A B", "R4 A B", "R4 A B", "R5 A A")
        #expect(try planned.journal.planned() == 4)
        #expect(try planned.journal.remaining() == 4)

        try await planned.carryOut([.moved, .failed, .sent])
        #expect(try planned.journal.planned() == 4)
        #expect(try planned.journal.remaining() == 3)

        try await planned.carryOut([.already, .conflict, .refused])
        #expect(try planned.journal.planned() == 4)
        #expect(try planned.journal.remaining() == 0)
    }
}
