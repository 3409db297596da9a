import Migration
import Testing
import TestSupport

/// The arithmetic of turns, with exact instants.
struct RequestScheduleTests {
    typealias Instant = ManualClock.Instant

    private static let tenPerMinute = Rate(count: 10, per: .seconds(60))

    /// A thousandth more than 60 s / 10.
    private static let sixSeconds = Duration.milliseconds(6006)

    private func instant(_ seconds: Int) -> Instant { Instant(.seconds(seconds)) }

    /// The end of a window that ends at so many seconds by the rate: 3.5 ms are kept for the way to the server.
    private func end(_ seconds: Int) -> Instant { Instant(.microseconds(seconds * 1_000_000 + 3500)) }

    private func sixes(_ count: Int) -> Instant { Instant(Self.sixSeconds * count) }

    @Test(arguments: [
        (10, 60, 6_006_000), (5, 1, 200_800), (1, 1, 1_004_000), (10, 2, 200_400), (3600, 3600, 1_001_000),
    ])
    func `turns are one interval apart`(_ count: Int, _ window: Int, _ microseconds: Int) {
        var schedule = RequestSchedule(rate: Rate(count: count, per: .seconds(window)))
        let slots = (0..<4).map { _ in schedule.reserve(now: instant(7)).slot }
        #expect(slots == (0..<4).map { Instant(.seconds(7) + .microseconds(microseconds) * $0) })
    }

    @Test
    func `a turn may be taken at its slot and not before`() {
        var schedule = RequestSchedule(rate: Self.tenPerMinute)
        let first = schedule.reserve(now: instant(0))
        let second = schedule.reserve(now: instant(0))
        #expect(schedule.take(first, now: instant(0)) == .go)
        #expect(schedule.take(second, now: instant(6)) == .wait(until: sixes(1)))
        #expect(schedule.take(second, now: sixes(1)) == .go)
    }

    @Test
    func `a pause without requests is not caught up`() {
        var schedule = RequestSchedule(rate: Self.tenPerMinute)
        #expect(schedule.take(schedule.reserve(now: instant(0)), now: instant(0)) == .go)
        let slots = (0..<3).map { _ in schedule.reserve(now: instant(100)).slot }
        #expect(slots == (0..<3).map { Instant(.seconds(100) + Self.sixSeconds * $0) })
    }

    /// The machine sleeps while tasks wait for their slots; all of them wake at once.
    @Test
    func `turns that a stall let pass are lost and not used up at once`() {
        var schedule = RequestSchedule(rate: Self.tenPerMinute)
        let turns = (0..<8).map { _ in schedule.reserve(now: instant(0)) }
        let woken = instant(600)
        var gone = 0
        for turn in turns {
            var turn = turn
            var decision = schedule.take(turn, now: woken)
            if decision == .again {
                turn = schedule.reserve(now: woken)
                decision = schedule.take(turn, now: woken)
            }
            gone += decision == .go ? 1 : 0
        }
        #expect(gone == 1)
    }

    @Test
    func `a turn taken a little late does not move the ones after it`() {
        var schedule = RequestSchedule(rate: Self.tenPerMinute)
        let turns = (0..<3).map { _ in schedule.reserve(now: instant(0)) }
        #expect(schedule.take(turns[0], now: Instant(.milliseconds(4))) == .go)
        #expect(turns[1].slot == sixes(1))
        #expect(schedule.take(turns[1], now: sixes(1)) == .go)
        #expect(schedule.take(turns[2], now: sixes(2)) == .go)
    }

    /// By how many milliseconds the first four of 4 requests a second left later than they were let go, and when the
    /// fifth may leave, at its slot or a window after the first of them that left, with
    /// 3.5 ms for its way.
    @Test(
        arguments: [
            ([0, 0, 0, 0], nil), ([100, 0, 0, 0], 1_103_500), ([900, 0, 0, 0], 1_254_500), ([50, 20, 0, 0], 1_053_500),
            ([300, 300, 0, 0], 1_303_500), ([0, 0, 90, 0], nil),
        ] as [([Int], Int?)])
    func `a request that left late opens its window then`(_ delays: [Int], _ fifth: Int?) {
        var schedule = RequestSchedule(rate: Rate(count: 4, per: .seconds(1)))
        let turns = (0..<5).map { _ in schedule.reserve(now: instant(0)) }
        for (turn, delay) in zip(turns, delays) {
            #expect(schedule.take(turn, now: turn.slot) == .go)
            schedule.delay(schedule.lastPlace, by: .milliseconds(delay))
        }
        let slot = Instant(.milliseconds(1004))
        #expect(turns[4].slot == slot)
        #expect(schedule.take(turns[4], now: slot) == fifth.map { .wait(until: Instant(.microseconds($0))) } ?? .go)
    }

    @Test
    func `a hold lapses the turns that were handed out`() {
        var schedule = RequestSchedule(rate: Self.tenPerMinute)
        let turns = (0..<2).map { _ in schedule.reserve(now: instant(0)) }
        schedule.hold(until: instant(30))
        for turn in turns {
            #expect(schedule.take(turn, now: instant(0)) == .again)
            #expect(schedule.take(turn, now: instant(60)) == .again)
        }
        #expect(schedule.reserve(now: instant(1)).slot == instant(30))
        #expect(schedule.reserve(now: instant(1)).slot == Instant(.seconds(30) + Self.sixSeconds))
    }

    @Test
    func `a hold is lengthened and never shortened`() {
        var schedule = RequestSchedule(rate: Self.tenPerMinute)
        schedule.hold(until: instant(30))
        schedule.hold(until: instant(10))
        #expect(schedule.heldUntil == instant(30))
        #expect(schedule.reserve(now: instant(0)).slot == instant(30))
        schedule.hold(until: instant(40))
        #expect(schedule.reserve(now: instant(0)).slot == instant(40))
    }

    @Test
    func `a hold that ends in the past delays nothing`() {
        var schedule = RequestSchedule(rate: Self.tenPerMinute)
        schedule.hold(until: instant(5))
        #expect(schedule.take(schedule.reserve(now: instant(9)), now: instant(9)) == .go)
    }

    @Test
    func `a hold after requests still counts them in the window`() {
        var schedule = RequestSchedule(rate: Rate(count: 2, per: .seconds(60)))
        #expect(schedule.take(schedule.reserve(now: instant(0)), now: instant(0)) == .go)
        #expect(schedule.take(schedule.reserve(now: instant(31)), now: instant(31)) == .go)
        schedule.hold(until: instant(40))
        #expect(
            schedule.take(schedule.reserve(now: instant(40)), now: instant(40))
                == .wait(until: Instant(.milliseconds(61_030))))
    }

    @Test(arguments: [(20, 3003), (10, 6006), (5, 12_012)])
    func `a new rate keeps its distance from the last request`(_ count: Int, _ milliseconds: Int) {
        var schedule = RequestSchedule(rate: Rate(count: 15, per: .seconds(60)))
        #expect(schedule.take(schedule.reserve(now: instant(0)), now: instant(0)) == .go)
        let waiting = schedule.reserve(now: instant(0))
        schedule.change(to: Rate(count: count, per: .seconds(60)), now: instant(1))
        #expect(schedule.take(waiting, now: instant(30)) == .again)
        #expect(schedule.reserve(now: instant(1)).slot == Instant(.milliseconds(milliseconds)))
    }

    @Test
    func `a slower rate counts what left at the faster one`() {
        var schedule = RequestSchedule(rate: Rate(count: 10, per: .seconds(1)))
        for request in 0..<10 {
            let now = Instant(.milliseconds(101) * request)
            #expect(schedule.take(schedule.reserve(now: now), now: now) == .go)
        }
        schedule.change(to: Self.tenPerMinute, now: instant(2))
        let turn = schedule.reserve(now: instant(10))
        #expect(schedule.take(turn, now: instant(10)) == .wait(until: end(60)))
    }

    @Test
    func `a limit set later counts what left without one`() {
        var schedule = RequestSchedule(rate: nil)
        for second in 0..<30 { _ = schedule.take(schedule.reserve(now: instant(second)), now: instant(second)) }
        schedule.change(to: Self.tenPerMinute, now: instant(30))
        #expect(schedule.take(schedule.reserve(now: instant(40)), now: instant(40)) == .wait(until: end(80)))
    }

    /// One after the other at the slow rate, the last two close together because the first of them woke late.
    @Test
    func `a quicker rate counts what left at the slower one`() {
        var schedule = RequestSchedule(rate: Rate(count: 1, per: .seconds(1)))
        let slow = (0..<60).map { Instant(.milliseconds(1004) * $0 + .milliseconds($0 == 0 ? 900 : 0)) }
        for now in slow.dropFirst() { #expect(schedule.take(schedule.reserve(now: now), now: now) == .go) }
        schedule.change(to: Rate(count: 60, per: .seconds(60)), now: slow[59])
        let next = Instant(slow[59].offset + .milliseconds(1004))
        #expect(schedule.take(schedule.reserve(now: next), now: next) == .go)
        let after = Instant(next.offset + .milliseconds(500))
        schedule.change(to: Rate(count: 59, per: .seconds(60)), now: after)
        let turn = schedule.reserve(now: Instant(next.offset + .milliseconds(1100)))
        #expect(
            schedule.take(turn, now: Instant(next.offset + .milliseconds(1100)))
                == .wait(until: Instant(slow[2].offset + .microseconds(60_003_500))))
    }

    @Test
    func `the same rate again changes nothing`() {
        var schedule = RequestSchedule(rate: Self.tenPerMinute)
        let turn = schedule.reserve(now: instant(0))
        schedule.change(to: Self.tenPerMinute, now: instant(0))
        #expect(schedule.take(turn, now: instant(0)) == .go)
    }

    @Test
    func `without a limit everything leaves at once, but not during a hold`() {
        var schedule = RequestSchedule(rate: nil)
        for _ in 0..<1000 {
            #expect(schedule.take(schedule.reserve(now: instant(3)), now: instant(3)) == .go)
        }
        let waiting = schedule.reserve(now: instant(3))
        schedule.hold(until: instant(9))
        #expect(schedule.take(waiting, now: instant(3)) == .again)
        #expect(schedule.take(schedule.reserve(now: instant(4)), now: instant(4)) == .wait(until: instant(9)))
        #expect(schedule.take(schedule.reserve(now: instant(9)), now: instant(9)) == .go)
    }
}
