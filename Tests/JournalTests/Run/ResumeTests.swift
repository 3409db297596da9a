import Journal
import Model
import Testing

@Suite struct `Going on with a journal` {
    @Test(arguments: [OperationState.deferred, .failed, .unknown])
    func `takes up what is not settled and keeps its attempts and its doubt`(_ state: OperationState) async throws {
        let planned = try PlannedJournal("R1 A B")
        let first = try await planned.begin()
        let claimed = try #require(try await planned.claim(run: first).operations.first)
        var outcome = Outcome.sample(claimed.id, state)
        outcome.reason = .timeout
        outcome.mayHaveMoved = true
        try await planned.commit(outcome, attempts: [.sample(2), .sample(2)], run: first)
        #expect(try planned.journal.remaining() == 1)

        let run = try await planned.begin()
        #expect(try planned.states() == [.sent])
        #expect(try planned.lines().map(\.reason) == [.inDoubt])
        #expect(try planned.operations().map(\.attempts) == [2])
        let again = try #require(try await planned.claim(run: run).operations.first)
        #expect(again.mayHaveMoved, "only a read tells what became of the PUTs")
    }

    @Test func `takes up what was never sent without doubt`() async throws {
        let planned = try PlannedJournal("R1 A B")
        let first = try await planned.begin()
        _ = try await planned.claim(run: first)
        try await planned.commit(.sample(2, .deferred), attempts: [.sample(2, .look)], run: first)

        #expect(try await planned.claim(run: planned.begin()).operations.map(\.mayHaveMoved) == [false])
    }

    @Test(arguments: OperationState.allCases.filter(\.isSettled))
    func `leaves alone what is settled`(_ state: OperationState) async throws {
        let planned = try PlannedJournal("R1 A B")
        try await planned.carryOut([state])
        let before = try planned.rows("SELECT * FROM operation")

        let run = try await planned.begin()
        #expect(try await planned.claim(run: run).operations.isEmpty)
        #expect(try planned.rows("SELECT * FROM operation") == before)
        #expect(try planned.journal.remaining() == 0)
    }

    @Test func `takes what was claimed for in doubt only if the intent was declared, and not taken back`() async throws
    {
        let planned = try PlannedJournal("R A B", "S A B", "T A B", "U A B")
        let claim = try await planned.claim(run: planned.begin(), declares: false)
        let ids = claim.operations.map(\.id)
        #expect(!claim.isDeclared)
        try await planned.journal.declare(ids.prefix(3).map { Intent(operation: $0, mayLeave: true) })
        #expect(try planned.states() == [.sent, .sent, .sent, .pending])
        try await planned.journal.declare([Intent(operation: ids[1], mayLeave: false)])
        #expect(try planned.states() == [.sent, .pending, .sent, .pending])
        // The run is killed here.
        let next = try await planned.claim(run: planned.begin(), declares: false).operations
        #expect(next.map(\.room.rawValue) == ["R", "T", "S", "U"])
        #expect(next.map(\.mayHaveMoved) == [true, true, false, false])
    }

    @Test func `finds released operations pending at once`() async throws {
        let planned = try PlannedJournal("R1 A B", "R2 A B")
        let run = try await planned.begin()
        let claimed = try await planned.claim(run: run).operations
        try await planned.release([claimed[1]], run: run)

        #expect(try planned.states() == [.sent, .pending])
        let again = try await planned.claim(run: run).operations
        #expect(again.map(\.line) == [3])
        #expect(again.map(\.mayHaveMoved) == [false])
    }

    @Test func `keeps the doubt of operations that are released`() async throws {
        let planned = try PlannedJournal("R1 A B")
        _ = try await planned.claim(run: planned.begin())
        let second = try await planned.begin()
        let doubtful = try await planned.claim(run: second).operations
        try await planned.release(doubtful, run: second)

        #expect(try planned.states() == [.sent])
        #expect(try planned.lines().map(\.reason) == [.inDoubt])
        #expect(try planned.journal.tally().reasons == [.inDoubt: 1])
        #expect(try await planned.claim(run: planned.begin()).operations.map(\.mayHaveMoved) == [true])
    }

    @Test func `does not release what is settled`() async throws {
        let planned = try PlannedJournal("R1 A B")
        let run = try await planned.begin()
        let claimed = try await planned.claim(run: run).operations
        try await planned.commit(.sample(2, .moved), run: run)
        try await planned.release(claimed, run: run)

        #expect(try planned.states() == [.moved])
    }

    @Test func `remembers every run`() async throws {
        let planned = try PlannedJournal("R1 A B")
        let first = try await planned.begin()
        try await planned.journal.note(serverVersion: "6.9.0", run: first)
        let end = Timestamp(milliseconds: 1_700_000_009_000)
        try planned.journal.end(
            first, at: end, stop: Stop(.tooManyFailures, "11 of 100 failed"), waited: .milliseconds(1500))
        let second = try await planned.begin()

        var ended = Run.sample
        ended.id = first
        ended.serverVersion = "6.9.0"
        ended.endedAt = end
        ended.stop = Stop(.tooManyFailures, "11 of 100 failed")
        ended.waitedMilliseconds = 1500
        var going = Run.sample
        going.id = second
        #expect(second > first)
        #expect(try planned.journal.runs() == [ended, going])
    }

    @Test func `finds everything that a closed journal was told`() async throws {
        let planned = try PlannedJournal("R1 A B", "R2 A B", "R3 A B", "R4 A B")
        try await planned.carryOut([.moved, .refused, .sent])
        try planned.journal.close()

        let journal = try Journal(at: planned.path, for: .write)
        #expect(try journal.tally().operations == [.moved: 1, .refused: 1, .sent: 1, .pending: 1])
        #expect(try journal.runs().count == 1)
    }
}
