import Model
import RocketChat
import Synchronization
import TestSupport
import Testing

@testable import Migration

/// Runs behind something that refuses what comes too quickly and does not say what it allows (TheRun, "Pacing").
@Suite(.timeLimit(.minutes(2)))
struct RefusedInFrontTests {
    /// How the limit counts.
    enum Rule: Sendable, CustomTestStringConvertible {
        /// So many requests in any window.
        case window(Int, Double)
        /// As nginx does: a bucket that holds a burst and drains at a rate.
        case bucket(perSecond: Double, burst: Double)
        /// So many requests in any window, those that are refused counted too.
        case counting(Int, Double)

        var perSecond: Double {
            switch self {
            case .window(let count, let seconds), .counting(let count, let seconds): Double(count) / seconds
            case .bucket(let perSecond, _): perSecond
            }
        }

        var testDescription: String {
            switch self {
            case .window(let count, let seconds): "\(count) in \(seconds) s"
            case .bucket(let perSecond, let burst): "\(perSecond)/s, burst \(burst)"
            case .counting(let count, let seconds): "\(count) in \(seconds) s, all counted"
            }
        }
    }

    /// Rooms behind such a limit; what it refuses does not reach them.
    private struct Limited: RoomMover {
        let rooms: ScriptedRooms
        let clock: ManualClock
        let rule: Rule
        let refusal: Reply<Room>
        var onlyMoves = false
        /// Refused whatever the limit says.
        var poisoned: RoomID?
        /// How long a request and its answer take together, in seconds.
        var way: ClosedRange<Double>?
        let seen = Seen()

        /// A class because the copies of the rooms share it; all of its state is behind one lock.
        final class Seen: Sendable {
            struct State {
                var passed: [Duration] = []
                var refused: [Duration] = []
                var level = 0.0
                var moves: [Duration] = []
                var numbers = SeededGenerator(seed: 7)
            }

            let state = Mutex(State())
        }

        private func lets(_ isMove: Bool) -> Bool {
            let now = clock.now.offset
            return seen.state.withLock { state in
                let isAllowed: Bool
                switch rule {
                case .window(let count, let seconds):
                    isAllowed = state.passed.count { $0 > now - .seconds(seconds) } < count
                case .bucket(let perSecond, let burst):
                    let since = (state.passed.last.map { now - $0 } ?? .seconds(3600)).inSeconds
                    let level = max(0, state.level - since * perSecond)
                    isAllowed = level <= burst
                    if isAllowed { state.level = level + 1 }
                case .counting(let count, let seconds):
                    isAllowed = (state.passed + state.refused).count { $0 > now - .seconds(seconds) } < count
                }
                if isAllowed {
                    state.passed.append(now)
                    if isMove { state.moves.append(now) }
                } else {
                    state.refused.append(now)
                }
                return isAllowed
            }
        }

        func room(_ id: RoomID) async -> Reply<Room> {
            await onItsWay { onlyMoves || lets(false) ? await rooms.room(id) : refusal }
        }

        func move(_ room: RoomID, from oldVisitor: VisitorID, to newVisitor: VisitorID) async -> Reply<Room> {
            await onItsWay {
                room != poisoned && lets(true) ? await rooms.move(room, from: oldVisitor, to: newVisitor) : refusal
            }
        }

        private func onItsWay(_ arrive: () async -> Reply<Room>) async -> Reply<Room> {
            guard let way else { return await arrive() }
            let length = Duration.seconds(seen.state.withLock { Double.random(in: way, using: &$0.numbers) })
            // Nothing cancels it.
            try? await clock.sleep(for: length / 2)
            var reply = await arrive()
            try? await clock.sleep(for: length / 2)
            reply.duration = length
            return reply
        }
    }

    private static let tooMany = Reply<Room>(meaning: .rateLimited(RateLimitHint(wait: nil)), status: 429)
    private static let unavailable = Reply<Room>(
        meaning: .unknown(.gatewayError, "A gateway or the server failed with status 503"), status: 503)

    /// What became of the rooms.
    private func run(
        _ api: Limited, rooms: Int, rate: RateSetting = .auto, openRooms: OpenRoomPolicy = .move, workers: Int = 8
    ) async throws -> [OperationState] {
        let clock = api.clock
        let limiter = RateLimiter(rate, clock: clock)
        limiter.record(Reply<Caller>(meaning: .notOwner, status: 200), on: .me)
        let desk = WorkerContext(
            limiter: limiter, settings: RunnerSettings(openRooms: openRooms, jitter: { 0.5 }),
            intents: IntentLog { _ in }, clock: clock,
            now: { Timestamp(milliseconds: 0) }, leadsOn: { _, _ in false }, logger: Bench.logger)
        let mover = Mover(api: api, desk: desk)
        let next = Mutex(0)
        return try await clock.work(workers) { _ in
            var states: [OperationState] = []
            while let number = next.withLock({ number -> Int? in
                number += 1
                return number <= rooms ? number : nil
            }) {
                guard case .settled(let outcome, _) = try await mover.carry(.number(number), AttemptLog()) else {
                    continue
                }
                states.append(outcome.state)
            }
            return states
        }
    }

    static let rules: [Rule] = [
        .window(3, 1), .window(10, 60), .window(1, 1), .bucket(perSecond: 2, burst: 5),
        .bucket(perSecond: 10.0 / 60, burst: 0), .bucket(perSecond: 1, burst: 20),
    ]

    private func limited(by rule: Rule, _ status: Int, rooms: Int) -> Limited {
        let refusal =
            status == 429
            ? Reply<Room>(meaning: .rateLimited(RateLimitHint(wait: nil)), status: 429)
            : Reply<Room>(meaning: .unknown(.gatewayError, "A gateway failed with status 503"), status: 503)
        return Limited(
            rooms: ScriptedRooms(Bench.owners(rooms: rooms)), clock: ManualClock(), rule: rule, refusal: refusal)
    }

    /// A wait of a minute after each of them would let through a hundredth of that.
    @Test(arguments: rules, [429, 503])
    func `auto gets near what is allowed, and nothing is given up`(_ rule: Rule, status: Int) async throws {
        let api = limited(by: rule, status, rooms: 120)
        let states = try await run(api, rooms: 120)
        #expect(states == Array(repeating: .moved, count: 120))
        let seen = api.seen.state.withLock { $0 }
        // The moves, and with 503 the reads that resolve what it leaves open.
        let share = Double(seen.passed.count) / rule.perSecond / api.clock.now.offset.inSeconds
        #expect(share > 0.5, "\(share), \(seen.refused.count) refused in \(api.clock.now.offset)")
        #expect(seen.refused.count < seen.passed.count, "\(seen.refused.count) of \(seen.passed.count)")
    }

    static let steadyRules: [Rule] = [
        .window(2, 1), .counting(2, 1), .bucket(perSecond: 2, burst: 0),
        .bucket(perSecond: 2, burst: 5), .bucket(perSecond: 5, burst: 0),
    ]

    /// Requests take their time, and arrive less evenly than they leave.
    ///
    /// The first half of a minute is for learning.
    @Test(arguments: steadyRules, [429, 503])
    func `most of what is allowed is used in every minute`(_ rule: Rule, status: Int) async throws {
        for way in [nil, 0.05...0.09, 0.1...0.16] as [ClosedRange<Double>?] {
            for openRooms in [OpenRoomPolicy.move, .defer] {
                let rooms = Int(rule.perSecond * 220)
                var api = limited(by: rule, status, rooms: rooms)
                api.way = way
                let states = try await run(api, rooms: rooms, openRooms: openRooms)
                #expect(states == Array(repeating: .moved, count: rooms))
                let passed = api.seen.state.withLock { $0.passed }
                for minute in 0...1 {
                    let count = passed.count { Int(($0.inSeconds - 30) / 60) == minute && $0 >= .seconds(30) }
                    let share = Double(count) / 60 / rule.perSecond
                    #expect(share >= 0.7, "\(share) in minute \(minute), way \(way as Any), \(openRooms)")
                }
            }
        }
    }

    @Test(arguments: [429, 503], [1, 8])
    func `looks and moves share one limit`(status: Int, workers: Int) async throws {
        let api = limited(by: .bucket(perSecond: 2, burst: 5), status, rooms: 60)
        let states = try await run(api, rooms: 60, openRooms: .defer, workers: workers)
        #expect(states == Array(repeating: .moved, count: 60))
        let passed = api.seen.state.withLock { $0.passed.count }
        #expect(Double(passed) / 2 / api.clock.now.offset.inSeconds > 0.4, "\(passed) in \(api.clock.now.offset)")
    }

    /// Whatever was asked for, refusals are waited out and cost no attempts; only `auto` becomes slower.
    @Test(arguments: ["unlimited", "10/s", "5/s", "30/min"], [429, 503])
    func `another rate is kept, with waits`(rate: String, status: Int) async throws {
        let api = limited(by: .bucket(perSecond: 2, burst: 5), status, rooms: 60)
        let setting = try #require(RateSetting(rate))
        let states = try await run(api, rooms: 60, rate: setting)
        #expect(states == Array(repeating: .moved, count: 60))
        if case .fixed(let rate) = setting {
            #expect(api.seen.state.withLock { $0.moves }.excess(over: rate) == nil)
        }
    }

    @Test func `one room that is always refused does not make the others wait, and is given up`() async throws {
        var api = limited(by: .bucket(perSecond: 100, burst: 100), 503, rooms: 300)
        api.poisoned = RoomID("R5")
        let states = try await run(api, rooms: 300)
        #expect(states.count { $0 == .moved } == 299 && states.count { $0 == .failed } == 1)
        // The others need half a minute at ten in a second; the one is tried for as long as it takes.
        let moves = api.seen.state.withLock { $0.moves }
        #expect(try #require(moves.last) < .seconds(90), "\(moves.last ?? .zero)")
        #expect(api.clock.now.offset < .seconds(600), "\(api.clock.now.offset)")
    }

    @Test func `a server that refuses every move with 503 is not waited for for ever`() async throws {
        var api = limited(by: .window(0, 1), 503, rooms: 8)
        api.onlyMoves = true
        let states = try await run(api, rooms: 8)
        #expect(states == Array(repeating: .failed, count: 8))
        #expect(api.clock.now.offset < .seconds(1200), "\(api.clock.now.offset)")
    }
}
