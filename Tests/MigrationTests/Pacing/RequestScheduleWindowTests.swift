import TestSupport
import Testing

@testable import Migration

/// No sliding window ever holds more requests than the rate allows, however late sleepers wake (Specification,
/// "Promises").
struct PacerWindowTests {
    typealias Instant = ManualClock.Instant

    struct Load: Sendable, CustomTestStringConvertible {
        var rate: Rate
        var tasks: Int
        /// How late a sleeper wakes at most; one in twenty wakes ten times later.
        var lateness: Duration

        var testDescription: String { "\(rate) by \(tasks) tasks, late by \(lateness)" }
    }

    static let loads = [
        Load(rate: Rate(count: 10, per: .seconds(60)), tasks: 8, lateness: .milliseconds(3)),
        Load(rate: Rate(count: 10, per: .seconds(60)), tasks: 32, lateness: .seconds(20)),
        Load(rate: Rate(count: 1, per: .seconds(1)), tasks: 3, lateness: .milliseconds(400)),
        Load(rate: Rate(count: 5, per: .seconds(1)), tasks: 8, lateness: .milliseconds(150)),
        Load(rate: Rate(count: 100, per: .seconds(5)), tasks: 16, lateness: .milliseconds(60)),
        Load(rate: Rate(count: 5000, per: .seconds(1)), tasks: 64, lateness: .milliseconds(2)),
    ]

    @Test(arguments: loads, [1, 2, 3] as [UInt64])
    func `no sliding window ever holds too many`(_ load: Load, _ seed: UInt64) throws {
        let departures = departures(of: load, seed: seed, requests: max(400, load.rate.count * 2))
        let count = load.rate.count
        for last in departures.indices.dropFirst(count) {
            let span = departures[last - count].duration(to: departures[last])
            try #require(span >= load.rate.window, "requests \(last - count) to \(last) took \(span)")
        }
    }

    @Test(arguments: [Rate(count: 10, per: .seconds(60)), Rate(count: 50, per: .seconds(1))])
    func `prompt sleepers get all of the rate`(_ rate: Rate) throws {
        let load = Load(rate: rate, tasks: 8, lateness: rate.interval / 20)
        let departures = departures(of: load, seed: 4, requests: 500)
        let first = try #require(departures.first)
        let last = try #require(departures.last)
        let ideal = rate.interval * (departures.count - 1)
        #expect(first.duration(to: last) >= ideal)
        // Pacing costs a hundredth at most.
        #expect(first.duration(to: last) <= ideal + ideal / 100)
    }

    /// Slots are absolute: what it takes to wake and to send is not added up, not even over a day.
    @Test(arguments: [
        Rate(count: 10, per: .seconds(60)), Rate(count: 7, per: .seconds(1)), Rate(count: 500, per: .seconds(1)),
    ])
    func `slots do not drift`(_ rate: Rate) throws {
        // What the slots are wider than the window; who is later than that makes the one a window on wait.
        let lateness = rate.spacing * rate.count - rate.window
        let load = Load(rate: rate, tasks: 3, lateness: lateness / 10)
        let departures = departures(of: load, seed: 5, requests: 20_000)
        for (number, departure) in departures.enumerated() {
            let late = rate.spacing * number
            try #require((late...(late + lateness * 4)).contains(departure.offset), "request \(number)")
        }
    }

    /// Tasks that send one request after the other; each sleeps as told and wakes too late.
    private func departures(of load: Load, seed: UInt64, requests: Int) -> [Instant] {
        var random = SeededGenerator(seed: seed)
        var schedule = RequestSchedule(rate: load.rate)
        var waiting: [(wakes: Instant, turn: RequestSchedule.Reservation?)] = Array(
            repeating: (Instant(), nil), count: load.tasks)
        var departures: [Instant] = []
        while departures.count < requests {
            guard let next = waiting.indices.min(by: { waiting[$0].wakes < waiting[$1].wakes }) else { break }
            let now = waiting[next].wakes
            let turn = waiting[next].turn ?? schedule.reserve(now: now)
            switch schedule.take(turn, now: now) {
            case .go:
                departures.append(now)
                waiting[next].turn = nil
            case .again:
                waiting[next].turn = nil
            case .wait(let instant):
                let isVeryLate = Int.random(in: 0..<20, using: &random) == 0
                let late = load.lateness * Double.random(in: 0...(isVeryLate ? 10 : 1), using: &random)
                waiting[next] = (instant.advanced(by: late), turn)
            }
        }
        return departures
    }
}
