import Journal
import Model
import RocketChat
import TestSupport
import Testing

@testable import Migration

/// The rate asked for is never exceeded, not after a resume either (spec 2.5).
@Suite(.timeLimit(.minutes(1)))
struct ResumedPaceTests {
    private static let tenPerMinute = Rate(count: 10, per: .seconds(60))

    /// The wall clock of ``Bench`` during its runs.
    private static let noon = Timestamp(milliseconds: 1_714_651_200_000)

    @Test
    func `a window that an earlier process used up is waited for`() {
        let now = ManualClock.Instant(.seconds(1000))
        var pacer = Pacer<ManualClock.Instant>(rate: Self.tenPerMinute)
        pacer.remember((0..<10).map { ManualClock.Instant(.seconds(970 + $0)) })
        let turn = pacer.reserve(now: now)
        #expect(turn.slot == now)
        #expect(pacer.take(turn, now: now) == .wait(until: ManualClock.Instant(.seconds(1030))))
    }

    @Test
    func `what an earlier process sent a moment ago keeps its distance`() {
        let now = ManualClock.Instant(.seconds(1000))
        var pacer = Pacer<ManualClock.Instant>(rate: Self.tenPerMinute)
        pacer.remember([ManualClock.Instant(.seconds(998))])
        #expect(pacer.reserve(now: now).slot == ManualClock.Instant(.milliseconds(1_004_006)))
    }

    @Test
    func `the journal tells what left in the last window`() async throws {
        let bench = try Bench(rooms: 4)
        try await bench.run(ScriptedRooms(Bench.owners(rooms: 4)), Bench.settings(openRooms: .move))
        let journal = try Journal(at: bench.path, for: .read)
        let soon = Timestamp(milliseconds: Self.noon.milliseconds + 30_000)
        let inWindow = try journal.departures(
            of: .move, since: Timestamp(milliseconds: soon.milliseconds - 60_000))
        #expect(inWindow.recorded == Array(repeating: Self.noon, count: 4) && inWindow.unrecorded == 0)
        #expect(try journal.departures(of: .move, since: soon).recorded.isEmpty)
        #expect(try journal.departures(of: .look, since: Self.noon).recorded.isEmpty)
        try journal.close()
    }

    @Test
    func `what a killed run may have had in flight counts as sent just now, up to its concurrency`() async throws {
        let bench = try Bench(rooms: 9)
        try await bench.crash(claiming: 9)
        let journal = try Journal(at: bench.path, for: .write)
        _ = try await journal.begin(
            Run(
                startedAt: Self.noon, host: "host", pid: 1, user: "user", toolVersion: "test",
                settings: RunSettings(rate: "10/min", concurrency: 4, openRooms: "move")))
        let clock = ManualClock()
        let turnstile = Turnstile(.fixed(Self.tenPerMinute), clock: clock)
        try turnstile.remember(journal, at: Self.noon)
        try journal.close()
        let turns = Recorder<Bool>()
        async let turn: Void = turns.add(turnstile.turn(on: .roomVisitor))
        await clock.drive { !turns.values.isEmpty }
        await turn
        #expect(turns.values == [true])
        #expect(clock.now.offset == .milliseconds(6006), "the first turn is an interval away")
    }
}
