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
        #expect(seen == [["state": "sent", "run": run], ["state": "pending", "run": nil]])
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
        #expect((first.operations + rest.operations).map(\.mayHaveMoved) == [true, true, false])
    }

    @Test func `finds those in doubt through any number of killed runs`() async throws {
        let planned = try PlannedJournal("R1 A B")
        for round in 0..<4 {
            let claimed = try await planned.claim(run: planned.begin()).operations
            #expect(claimed.map(\.mayHaveMoved) == [round > 0])
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

    @Test func `takes what it is asked for, and leaves the rest pending`() async throws {
        let planned = try PlannedJournal("R1 A B", "R2 A B", "R3 A B", "R4 A B")
        _ = try await planned.claim(2, run: planned.begin())

        #expect(try planned.rows("SELECT id FROM operationReport").map { $0["id"] as Int } == [2, 3, 4, 5])
        #expect(try planned.states() == [.sent, .sent, .pending, .pending])
    }

    /// Steps of chains have rows from the start, other lines have none before they are claimed.
    @Test(arguments: 1...7)
    func `takes lines with a row and without one as they stand in the file`(_ wanted: Int) async throws {
        let planned = try PlannedJournal(
            "S1 A B", "R A B", "S2 A B", "S3 A A", "T A B", "R B C", "S4 A B", "T B C", "S5 A B")
        let run = try await planned.begin()
        var cursor = Cursor.start
        var lines: [[Int]] = []
        repeat {
            let claim = try await planned.claim(wanted, run: run, from: cursor)
            cursor = claim.cursor
            lines.append(claim.operations.map(\.line))
        } while lines.last?.count == wanted

        // The later steps, lines 7 and 9, wait.
        #expect(lines.flatMap(\.self) == [2, 3, 4, 6, 8, 10])
        #expect(lines.dropLast().allSatisfy { $0.count == wanted })
        #expect(try planned.journal.remaining() == 8)
    }

    @Test func `takes what was given back once more, and only once`() async throws {
        let planned = try PlannedJournal("R1 A B", "R2 A B", "R3 A B")
        let run = try await planned.begin()
        let first = try await planned.claim(2, run: run)
        try await planned.release(first.operations, run: run)
        #expect(try planned.states() == [.pending, .pending, .pending])

        let again = try await planned.claim(run: run)
        #expect(again.operations.map(\.line) == [2, 3, 4])
        #expect(try await planned.claim(run: run).operations.isEmpty)
    }

    @Test func `takes a room that a visitor line shares with its room line once`() async throws {
        let planned = try PlannedJournal("R1 A B", " A B", "R2 A B")
        let move = VisitorMove(line: 3, oldVisitor: VisitorID("A"), finalVisitor: VisitorID("B"))
        let rooms = ["R0", "R1", "R2", "R3"].map { RoomID($0) }
        try await planned.journal.plan(rooms, of: move, at: Timestamp(milliseconds: 0))
        #expect(try planned.journal.planned() == 4)
        #expect(try planned.journal.remaining() == 4)

        let claimed = try await planned.claim(run: planned.begin()).operations
        #expect(claimed.map(\.room.rawValue) == ["R1", "R2", "R0", "R3"])
        #expect(claimed.map(\.line) == [2, 4, 3, 3])
        #expect(try planned.lines().map(\.operations) == [1, 4, 1])
        #expect(try planned.operations().map(\.room) == ["R1", "R2", "R0", "R3"])
    }
}
