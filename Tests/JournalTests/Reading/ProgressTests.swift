import GRDB
import Journal
import Model
import Testing

@Suite struct `The progress of a job` {
    /// Sets when the operation of a room line came to its end, in seconds after the first run began, and in which run.
    private func settle(
        _ planned: PlannedJournal, line: Int64, _ state: OperationState, after seconds: Int, run: Int64?
    )
        throws
    {
        try planned.execute(
            "UPDATE operation SET state = ?1, confirmedBy = ?2, settledAt = ?3, run = ?4 WHERE id = ?5",
            [
                state.rawValue, state == .moved ? "response" : nil,
                Run.sample.startedAt.milliseconds + Int64(seconds) * 1000,
                run, line,
            ])
    }

    private func begin(_ planned: PlannedJournal, after seconds: Int, for length: Int?) async throws -> Int64 {
        var run = Run.sample
        run.startedAt.milliseconds += Int64(seconds) * 1000
        let id = try await planned.journal.begin(run)
        if let length {
            var end = run.startedAt
            end.milliseconds += Int64(length) * 1000
            try planned.journal.end(id, at: end, stop: nil, waited: .zero)
        }
        return id
    }

    @Test func `counts what was settled in equal slices of each run`() async throws {
        let planned = try PlannedJournal((0..<9).map { "R\($0) A B" })
        let first = try await begin(planned, after: 0, for: 100)
        let second = try await begin(planned, after: 1000, for: 40)
        for (index, (state, seconds, run)) in [
            (OperationState.moved, 0, first), (.already, 24, first), (.conflict, 25, first), (.refused, 99, first),
            (.moved, 100, first), (.deferred, 30, first), (.moved, 1000, second), (.moved, 1040, second),
        ].enumerated() {
            try settle(planned, line: Int64(index + 2), state, after: seconds, run: run)
        }
        let progress = try planned.journal.progress(runs: 10, slices: 4)

        #expect(progress.map(\.run) == [first, second])
        #expect(progress.map(\.settled) == [[2, 1, 0, 2], [1, 0, 0, 1]])
        #expect(progress.map { $0.until.milliseconds - $0.from.milliseconds } == [100_000, 40_000])
    }

    @Test func `leaves out runs that settled nothing, and the earliest of too many`() async throws {
        let planned = try PlannedJournal("R A B", "S A B", "T A B", "U A B")
        var runs: [Int64] = []
        for index in 0..<4 {
            runs.append(try await begin(planned, after: index * 100, for: 50))
        }
        try settle(planned, line: 2, .moved, after: 1, run: runs[0])
        try settle(planned, line: 3, .moved, after: 201, run: runs[2])
        try settle(planned, line: 4, .moved, after: 301, run: runs[3])
        try settle(planned, line: 5, .refused, after: 301, run: nil)

        #expect(try planned.journal.progress(runs: 10, slices: 1).map(\.run) == [runs[0], runs[2], runs[3]])
        #expect(try planned.journal.progress(runs: 2, slices: 1).map(\.run) == [runs[2], runs[3]])
        #expect(try planned.journal.progress(runs: 10, slices: 1).map(\.settled) == [[1], [1], [1]])
    }

    @Test func `ends with the last outcome where a run was killed, and survives a clock that went back`() async throws {
        let planned = try PlannedJournal("R A B", "S A B")
        let killed = try await begin(planned, after: 0, for: nil)
        try settle(planned, line: 2, .moved, after: 20, run: killed)
        try settle(planned, line: 3, .moved, after: -30, run: killed)
        let progress = try #require(try planned.journal.progress(runs: 10, slices: 2).first)

        #expect(progress.until.milliseconds - progress.from.milliseconds == 20_000)
        #expect(progress.settled == [1, 1])
    }

    @Test func `of a job that nobody worked on is none`() throws {
        #expect(try PlannedJournal("R A B").journal.progress(runs: 10, slices: 2).isEmpty)
    }

    @Test func `has what follows a refused step in the run that refused it`() async throws {
        let planned = try PlannedJournal("R A B", "R B C")
        try await planned.carryOut([.refused])

        #expect(try planned.journal.progress(runs: 10, slices: 1).map(\.settled) == [[2]])
    }
}
