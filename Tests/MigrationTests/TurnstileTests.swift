import Model
import RocketChat
import ServiceLifecycle
import Testing
import TestSupport

@testable import Migration

/// Where requests wait, on a clock that only the test moves.
@Suite(.timeLimit(.minutes(1)))
struct TurnstileTests {
    private static let noon = Timestamp(milliseconds: 1_714_651_200_000)

    private let clock = ManualClock()

    private func turnstile(_ rate: String) throws -> Turnstile<ManualClock> {
        Turnstile(try #require(RateSetting(rate)), clock: clock)
    }

    /// Waits for a turn and tells when it came.
    private func arrival(_ turnstile: Turnstile<ManualClock>, _ route: RouteKind) async -> Duration? {
        let arrived = Recorder<ManualClock.Instant>()
        let isOver = Recorder<Bool>()
        async let turn: Void = {
            if await turnstile.turn(on: route) { arrived.add(clock.now) }
            isOver.add(true)
        }()
        await clock.drive { !isOver.values.isEmpty }
        await turn
        return arrived.values.first?.offset
    }

    private func reply(
        _ meaning: Meaning<Room>, status: Int? = 200, limit: Int? = nil, remaining: Int = 0, resetIn seconds: Int64 = 60
    ) -> Reply<Room> {
        let reset = Timestamp(milliseconds: Self.noon.milliseconds + seconds * 1000)
        return Reply(
            meaning: meaning, status: status,
            window: limit.map { RateWindow(limit: $0, remaining: remaining, reset: reset) }, serverDate: Self.noon)
    }

    @Test
    func `turns of one route are spaced and those of another do not wait for them`() async throws {
        let turnstile = try turnstile("10/min")
        #expect(await arrival(turnstile, .roomVisitor) == .zero)
        #expect(await arrival(turnstile, .roomsInfo) == .zero)
        #expect(await arrival(turnstile, .roomVisitor) == .milliseconds(6006))
        #expect(await arrival(turnstile, .roomsInfo) == .milliseconds(6006))
        #expect(await arrival(turnstile, .roomVisitor) == .milliseconds(12_012))
    }

    @Test
    func `a turn handed out waits again when the route is held`() async throws {
        let turnstile = try turnstile("10/min")
        #expect(await turnstile.turn(on: .roomVisitor))
        let arrived = Recorder<Duration>()
        async let turn: Void = { if await turnstile.turn(on: .roomVisitor) { arrived.add(clock.now.offset) } }()
        await clock.untilAsleep(1)
        turnstile.hold(.roomVisitor, hint: RateLimitHint(wait: .seconds(47)))
        await clock.drive { !arrived.values.isEmpty }
        await turn
        #expect(arrived.values == [.seconds(48)])
    }

    @Test
    func `a hold leaves other routes alone`() async throws {
        let turnstile = try turnstile("unlimited")
        turnstile.hold(.roomVisitor, hint: RateLimitHint(wait: .seconds(47)))
        #expect(await arrival(turnstile, .roomsInfo) == .zero)
        #expect(turnstile.hold == .init(route: .roomVisitor, remaining: .seconds(48)))
        #expect(await arrival(turnstile, .roomVisitor) == .seconds(48))
        #expect(turnstile.hold == nil)
    }

    @Test
    func `a server that does not say how long is given its usual minute`() async throws {
        let turnstile = try turnstile("unlimited")
        turnstile.hold(.roomVisitor, hint: RateLimitHint(wait: nil))
        #expect(await arrival(turnstile, .roomVisitor) == .seconds(61))
    }

    @Test
    func `waits add up and overlapping ones on a route count once`() throws {
        let turnstile = try turnstile("unlimited")
        #expect(turnstile.waited == .zero)
        turnstile.hold(.roomVisitor, hint: RateLimitHint(wait: .seconds(9)))
        #expect(turnstile.waited == .seconds(10))
        turnstile.hold(.roomVisitor, hint: RateLimitHint(wait: .seconds(4)))
        #expect(turnstile.waited == .seconds(10))
        clock.advance(by: .seconds(5))
        turnstile.hold(.roomVisitor, hint: RateLimitHint(wait: .seconds(9)))
        #expect(turnstile.waited == .seconds(15))
        clock.advance(by: .seconds(100))
        turnstile.hold(.roomVisitor, hint: RateLimitHint(wait: .seconds(1)))
        turnstile.hold(.roomsInfo, hint: RateLimitHint(wait: .seconds(2)))
        #expect(turnstile.waited == .seconds(20))
    }

    @Test
    func `the longest hold is the one to show`() throws {
        let turnstile = try turnstile("unlimited")
        turnstile.hold(.roomVisitor, hint: RateLimitHint(wait: .seconds(9)))
        turnstile.hold(.roomsInfo, hint: RateLimitHint(wait: .seconds(29)))
        #expect(turnstile.hold == .init(route: .roomsInfo, remaining: .seconds(30)))
        clock.advance(by: .seconds(12))
        #expect(turnstile.hold == .init(route: .roomsInfo, remaining: .seconds(18)))
    }

    @Test
    func `auto begins politely and follows the headers of each route`() throws {
        let turnstile = try turnstile("auto")
        #expect(turnstile.rate(on: .roomVisitor) == RateLearner.withoutHeaders)
        turnstile.learn(from: reply(.atNew, limit: 10, remaining: 9), on: .roomVisitor)
        #expect(turnstile.rate(on: .roomVisitor) == Rate(count: 10, per: .seconds(60)))
        #expect(turnstile.rate(on: .roomsInfo) == RateLearner.withoutHeaders)
    }

    /// A gateway, a proxy or a lost connection knows nothing about the server's limit.
    @Test(arguments: [
        (Meaning<Room>.unknown(.gatewayError, ""), 502 as Int?), (.unknown(.gatewayError, ""), 504),
        (.unknown(.timeout, ""), nil), (.notSent(.connectionFailed, ""), nil), (.tooMany, 429),
        (.stop(Stop(.proxyRefused, "")), 403),
    ])
    func `an answer that is not the API's does not lift the limit`(_ meaning: Meaning<Room>, _ status: Int?) throws {
        let turnstile = try turnstile("auto")
        turnstile.learn(from: reply(.atNew, limit: 10, remaining: 9), on: .roomVisitor)
        turnstile.learn(from: reply(meaning, status: status), on: .roomVisitor)
        #expect(turnstile.rate(on: .roomVisitor) == Rate(count: 10, per: .seconds(60)))
    }

    @Test(arguments: [Meaning<Room>.atNew, .notOwner, .refused(.roomNotFound, "")])
    func `an answer of the API without headers lifts the limit`(_ meaning: Meaning<Room>) throws {
        let turnstile = try turnstile("auto")
        turnstile.learn(from: reply(.atNew, limit: 10, remaining: 9), on: .roomVisitor)
        turnstile.learn(from: reply(meaning, status: meaning.usualStatus), on: .roomVisitor)
        #expect(turnstile.rate(on: .roomVisitor) == RateLearner.withoutHeaders)
    }

    @Test(arguments: ["auto", "unlimited", "5/s"])
    func `a used-up window is waited for at any rate`(_ rate: String) async throws {
        let turnstile = try turnstile(rate)
        turnstile.learn(from: reply(.atNew, limit: 10, remaining: 0, resetIn: 20), on: .roomVisitor)
        #expect(try #require(await arrival(turnstile, .roomVisitor)) >= .seconds(21))
    }

    @Test(arguments: ["unlimited", "5/s", "1000/s"])
    func `a rate that was asked for is not changed by headers`(_ rate: String) throws {
        let turnstile = try turnstile(rate)
        let before = turnstile.rate(on: .roomVisitor)
        turnstile.learn(from: reply(.atNew, limit: 10, remaining: 9), on: .roomVisitor)
        #expect(turnstile.rate(on: .roomVisitor) == before)
    }

    @Test
    func `a graceful shutdown releases everybody who waits at once`() async throws {
        let turnstile = try turnstile("1/h")
        let clock = clock
        #expect(await turnstile.turn(on: .roomVisitor))
        let turns = try await withShutdown {
            async let first = turnstile.turn(on: .roomVisitor)
            async let second = turnstile.turn(on: .roomVisitor)
            return await [first, second]
        } while: { shutdown in
            await clock.untilAsleep(2)
            await shutdown()
        }
        #expect(turns == [false, false])
        #expect(clock.now.offset == .zero)
    }

    @Test
    func `no turn is given once the run is asked to stop`() async throws {
        let turnstile = try turnstile("unlimited")
        let turn = try await withShutdown {
            while !Task.isShuttingDownGracefully { await Task.yield() }
            return await turnstile.turn(on: .roomVisitor)
        } while: { shutdown in
            await shutdown()
        }
        #expect(turn == false)
    }

    @Test
    func `cancellation releases everybody who waits at once`() async throws {
        let turnstile = try turnstile("1/h")
        #expect(await turnstile.turn(on: .roomVisitor))
        let turn = await withTaskGroup(of: Bool.self) { group in
            group.addTask { await turnstile.turn(on: .roomVisitor) }
            await clock.untilAsleep(1)
            group.cancelAll()
            return await group.next()
        }
        #expect(turn == false)
        #expect(clock.now.offset == .zero)
    }
}
