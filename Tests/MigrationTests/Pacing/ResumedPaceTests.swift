import Journal
import Model
import RocketChat
import Sandbox
import TestSupport
import Testing

@testable import Migration

/// The rate asked for is never exceeded, not after a resume either (Specification, "Promises").
@Suite(.timeLimit(.minutes(1)))
struct ResumedPaceTests {
    private static let tenPerMinute = Rate(count: 10, per: .seconds(60))

    /// The wall clock of ``Bench`` during its runs.
    private static let noon = Timestamp(milliseconds: 1_714_651_200_000)

    @Test
    func `a window that an earlier process used up is waited for`() {
        let now = ManualClock.Instant(.seconds(1000))
        var schedule = RequestSchedule(rate: Self.tenPerMinute)
        schedule.remember((0..<10).map { ManualClock.Instant(.seconds(970 + $0)) })
        let turn = schedule.reserve(now: now)
        #expect(turn.slot == now)
        // With 3.5 ms for the way to the server.
        #expect(schedule.take(turn, now: now) == .wait(until: ManualClock.Instant(.microseconds(1_030_003_500))))
    }

    @Test
    func `what an earlier process sent a moment ago keeps its distance`() {
        let now = ManualClock.Instant(.seconds(1000))
        var schedule = RequestSchedule(rate: Self.tenPerMinute)
        schedule.remember([ManualClock.Instant(.seconds(998))])
        #expect(schedule.reserve(now: now).slot == ManualClock.Instant(.milliseconds(1_004_006)))
    }

    @Test
    func `the journal tells what left in the last window`() async throws {
        let bench = try Bench(rooms: 4)
        try await bench.run(ScriptedRooms(Bench.owners(rooms: 4)), Bench.settings(openRooms: .move))
        let journal = try Journal(at: bench.path, for: .read)
        let before = Timestamp(milliseconds: Self.noon.milliseconds - 1)
        #expect(try journal.departures(of: .move, since: before) == Array(repeating: Self.noon, count: 4))
        #expect(try journal.departures(of: .move, since: Self.noon).isEmpty)
        #expect(try journal.departures(of: .look, since: before).isEmpty)
        try journal.close()
    }

    @Test
    func `a run that was killed can have sent something until the next one began`() async throws {
        let bench = try Bench(rooms: 9)
        try await bench.crash(claiming: 3)
        try await bench.crash(claiming: 0)
        let journal = try Journal(at: bench.path, for: .write)
        let run = try await journal.begin(Bench.someRun)
        let ends = try journal.runEnds(before: run, since: Timestamp(milliseconds: -1))
        // Both were killed; the second one began at 0 and nobody knows when it died.
        #expect(
            ends == [
                RunEnd(instant: Timestamp(milliseconds: 0), unrecorded: 3), RunEnd(instant: nil, unrecorded: 0),
            ])
        try journal.end(run, at: Timestamp(milliseconds: 70), stop: nil, waited: .zero)
        #expect(
            try journal.runEnds(before: nil, since: Timestamp(milliseconds: 0))
                == [
                    RunEnd(instant: nil, unrecorded: 0), RunEnd(instant: Timestamp(milliseconds: 70), unrecorded: 0),
                ].suffix(1))
        try journal.close()
    }

    @Test
    func `what a killed run may have had in flight counts as sent just now, up to its concurrency`() async throws {
        let bench = try Bench(rooms: 9)
        try await bench.crash(claiming: 9)
        let journal = try Journal(at: bench.path, for: .write)
        let run = try await journal.begin(Bench.someRun)
        let ends = try journal.runEnds(before: run, since: Self.noon)
        #expect(ends == [RunEnd(instant: nil, unrecorded: Bench.someRun.settings.concurrency)])
        let clock = ManualClock()
        let limiter = RateLimiter(.fixed(Self.tenPerMinute), clock: clock)
        try limiter.remember(journal, before: run, at: Self.noon)
        try journal.close()
        let turns = Recorder<Bool>()
        async let turn: Void = turns.add(limiter.turn(on: .roomVisitor))
        await clock.drive { !turns.values.isEmpty }
        await turn
        #expect(turns.values == [true])
        #expect(clock.now.offset == .milliseconds(6006), "the first turn is an interval away")
    }
}

/// The same at the sandbox: its windows know nothing of runs.
@Suite(.timeLimit(.minutes(2)))
struct ResumedArrivalTests {
    /// How a run ends before its work is done.
    enum End: Sendable { case stopped, killed }

    /// What one run after the other does: preflight, some moves, and then it ends.
    private func run(
        _ rooms: ClosedRange<Int>?, _ rate: Rate, _ end: End, on bench: Bench, in lapse: TimeLapse
    ) async throws {
        let journal = try Journal(at: bench.path, for: .write)
        var facts = Bench.someRun
        facts.startedAt = lapse.now
        let run = try await journal.begin(facts)
        let limiter = RateLimiter(.fixed(rate), clock: lapse.clock)
        try limiter.remember(journal, before: run, at: lapse.now)
        try await lapse.check(through: limiter)
        if let rooms {
            var exchange = RunTransaction(run: run)
            // What the runs before left in doubt comes first.
            exchange.wanted = rooms.upperBound
            exchange.declares = true
            let claim = try await journal.exchange(exchange)
            #expect(claim.operations.count == rooms.upperBound)
            let trail = AttemptLog()
            _ = try await lapse.move(rooms, through: limiter, workers: 4, trail: trail) { step in
                // Some oversleep by most of an interval, so that requests crowd together.
                step % 3 == 2 ? rate.interval * (step % 4) / 4 : .zero
            }
            var attempts = trail.take()
            // A kill loses what was learnt last.
            if end == .killed { attempts.removeLast(min(3, attempts.count)) }
            exchange = RunTransaction(run: run)
            exchange.attempts = attempts
            _ = try await journal.exchange(exchange)
        }
        if end == .stopped {
            try journal.end(run, at: lapse.now, stop: .signal, waited: .zero)
        }
        try journal.close()
    }

    @Test(arguments: ["10/min", "5/s", "50/s", "500/s"], [End.stopped, .killed])
    func `no sliding window sees more when runs end and begin, retries and preflights counted`(
        _ text: String, _ end: End
    ) async throws {
        let rate = try #require(Rate(text))
        let bench = try Bench(rooms: 60)
        let lapse = try TimeLapse(rooms: 60) { configuration in
            configuration.faults = [try Fault(.badGatewayBeforeWrite, share: 0.1, route: "livechat/room.visitor")]
        }
        for round in 0..<4 {
            try await run((round * 15 + 1)...(round * 15 + 15), rate, end, on: bench, in: lapse)
            lapse.clock.advance(by: rate.interval / 3)
            try await run(nil, rate, end, on: bench, in: lapse)
        }
        #expect(lapse.arrivals.count > 64)
        #expect(lapse.arrivals.excess(over: rate) == nil, "\(lapse.arrivals)")
    }

    /// What a scheduler does that starts a failing job again and again.
    @Test(arguments: [End.stopped, .killed])
    func `runs that get no further than their first questions do not exceed the rate together`(_ end: End) async throws
    {
        let rate = Rate(count: 3, per: .seconds(10))
        let bench = try Bench(rooms: 1)
        let lapse = try TimeLapse(rooms: 1)
        for _ in 0..<12 {
            try await run(nil, rate, end, on: bench, in: lapse)
            lapse.clock.advance(by: .milliseconds(100))
        }
        for route in ["livechat/room.visitor", "me"] {
            let arrivals = lapse.arrivals(on: "/api/v1/" + route)
            #expect(arrivals.count == 12)
            #expect(arrivals.excess(over: rate) == nil, "\(route): \(arrivals)")
        }
    }
}
