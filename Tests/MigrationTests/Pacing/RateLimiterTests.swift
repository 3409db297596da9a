import Model
import RocketChat
import ServiceLifecycle
import Testing
import TestSupport

@testable import Migration

/// Where requests wait, on a clock that only the test moves.
@Suite(.timeLimit(.minutes(1)))
struct RateLimiterTests {
    private static let noon = Timestamp(milliseconds: 1_714_651_200_000)

    private let clock = ManualClock()

    private func limiter(_ rate: String) throws -> RateLimiter {
        RateLimiter(try #require(RateSetting(rate)), clock: clock)
    }

    /// Waits for a turn and tells when it came.
    private func arrival(_ limiter: RateLimiter, _ route: Endpoint) async -> Duration? {
        let arrived = Recorder<ManualClock.Instant>()
        let isOver = Recorder<Bool>()
        async let turn: Void = {
            if await limiter.turn(on: route) { arrived.add(clock.now) }
            isOver.add(true)
        }()
        await clock.drive { !isOver.values.isEmpty }
        await turn
        return arrived.values.first?.offset
    }

    private func reply(
        _ meaning: ReplyOutcome<Room>, status: Int? = 200, limit: Int? = nil, remaining: Int = 0,
        resetIn seconds: Int64 = 60
    ) -> Reply<Room> {
        let reset = Timestamp(milliseconds: Self.noon.milliseconds + seconds * 1000)
        return Reply(
            meaning: meaning, status: status,
            window: limit.map { RateWindow(limit: $0, remaining: remaining, reset: reset) }, serverDate: Self.noon)
    }

    @Test
    func `turns of one route are spaced and those of another do not wait for them`() async throws {
        let limiter = try limiter("10/min")
        #expect(await arrival(limiter, .roomVisitor) == .zero)
        #expect(await arrival(limiter, .roomsInfo) == .zero)
        #expect(await arrival(limiter, .roomVisitor) == .milliseconds(6006))
        #expect(await arrival(limiter, .roomsInfo) == .milliseconds(6006))
        #expect(await arrival(limiter, .roomVisitor) == .milliseconds(12_012))
    }

    @Test
    func `a request whose connection took long counts from when it left`() async throws {
        let limiter = try limiter("1/min")
        let reply = await limiter.send(on: .roomVisitor) {
            Reply<Room>(meaning: .notOwner, duration: .seconds(9), delay: .seconds(7))
        }
        #expect(reply?.reply.meaning == .notOwner)
        #expect(await arrival(limiter, .roomVisitor) == .microseconds(67_003_500))
    }

    @Test
    func `a turn handed out waits again when the route is held`() async throws {
        let limiter = try limiter("10/min")
        #expect(await limiter.turn(on: .roomVisitor))
        let arrived = Recorder<Duration>()
        async let turn: Void = { if await limiter.turn(on: .roomVisitor) { arrived.add(clock.now.offset) } }()
        await clock.untilAsleep(1)
        limiter.refuse(.roomVisitor, for: .seconds(47))
        await clock.drive { !arrived.values.isEmpty }
        await turn
        #expect(arrived.values == [.seconds(48)])
    }

    @Test
    func `a hold leaves other routes alone`() async throws {
        let limiter = try limiter("unlimited")
        limiter.refuse(.roomVisitor, for: .seconds(47))
        #expect(await arrival(limiter, .roomsInfo) == .zero)
        #expect(await arrival(limiter, .roomVisitor) == .seconds(48))
    }

    @Test
    func `a refusal that does not say how long is waited out for seconds first, at any rate`() async throws {
        for rate in ["unlimited", "5/s", "auto"] {
            let limiter = try limiter(rate)
            let start = clock.now.offset
            for seconds in [1, 3, 7] {
                limiter.record(Self.tooMany, on: .roomVisitor)
                #expect(await arrival(limiter, .roomVisitor) == start + .seconds(seconds), "\(rate)")
            }
        }
    }

    private static let tooMany = Reply<Room>(meaning: .rateLimited(RateLimitHint(wait: nil)), status: 429)

    @Test(arguments: [("auto", 5.0), ("10/s", 10), ("2/s", 2)])
    func `only auto becomes slower, on every route`(rate: String, perSecond: Double) throws {
        let limiter = try limiter(rate)
        limiter.record(Self.tooMany, on: .roomVisitor)
        for route in Endpoint.allCases {
            #expect(try #require(limiter.rate(on: route)).perSecond == perSecond)
        }
    }

    @Test
    func `a limit is named when it was met again, with a rate to ask for where one was looked for`() throws {
        for (rate, advised) in [("auto", Rate(count: 2, per: .seconds(1))), ("10/s", nil), ("unlimited", nil)] {
            let limiter = try limiter(rate)
            limiter.record(Self.tooMany, on: .roomVisitor)
            #expect(limiter.foundLimit == nil)
            clock.advance(by: .seconds(2))
            limiter.record(reply(.atNew), on: .roomVisitor)
            limiter.record(Self.tooMany, on: .roomVisitor)
            #expect(limiter.foundLimit == FoundLimit(advised: advised))
        }
    }

    @Test(arguments: [(503, true, true), (509, true, true), (529, true, true), (502, true, false), (503, false, false)])
    func `a gateway that has no room is a refusal by rate where the server answered before`(
        status: Int, hasAnswered: Bool, isByRate: Bool
    ) throws {
        let limiter = try limiter("auto")
        if hasAnswered { limiter.record(reply(.atNew), on: .me) }
        let refusal = Reply<Room>(meaning: .unknown(.gatewayError, "no room"), status: status)
        #expect(limiter.record(refusal, on: .roomVisitor).isByRate == isByRate)
        #expect(limiter.rate(on: .roomVisitor) == (isByRate ? Rate(count: 1, per: .milliseconds(200)) : polite))
    }

    private var polite: Rate { ServerRateEstimator.withoutHeaders }

    @Test
    func `what a route refuses for longer than an operation tries is no refusal by rate`() throws {
        let limiter = try limiter("auto")
        limiter.record(reply(.atNew), on: .roomVisitor)
        let refusal = Reply<Room>(meaning: .unknown(.gatewayError, "no room"), status: 503)
        #expect(limiter.record(refusal, on: .roomVisitor).isByRate)
        clock.advance(by: RetryPolicy().grace * 2)
        limiter.record(reply(.atNew), on: .roomsInfo)
        #expect(!limiter.record(refusal, on: .roomVisitor).isByRate)
        limiter.record(reply(.atNew), on: .roomVisitor)
        #expect(limiter.record(refusal, on: .roomVisitor).isByRate)
    }

    @Test(arguments: [(429, 1.0, 5.0), (429, 40, 10), (503, 2, 5), (503, 40, 10)])
    func `a wait of seconds that is asked for is kept, and makes auto slower; a longer one is a window`(
        status: Int, seconds: Double, perSecond: Double
    ) async throws {
        let limiter = try limiter("auto")
        limiter.record(reply(.atNew), on: .roomVisitor)
        let wait = Duration.seconds(seconds)
        let refusal =
            status == 429
            ? Reply<Room>(meaning: .rateLimited(RateLimitHint(wait: wait)), status: 429)
            : Reply<Room>(meaning: .unknown(.gatewayError, "no room"), status: 503, retryAfter: wait)
        limiter.record(refusal, on: .roomVisitor)
        #expect(try #require(limiter.rate(on: .roomVisitor)).perSecond == perSecond)
        if status == 429 || seconds < 10 {
            #expect(await arrival(limiter, .roomVisitor) == wait + .seconds(1))
        }
    }

    @Test
    func `a hold that nobody waits for counts nothing`() async throws {
        let limiter = try limiter("unlimited")
        limiter.refuse(.roomVisitor, for: .seconds(9))
        clock.advance(by: .seconds(20))
        #expect(await arrival(limiter, .roomVisitor) == .seconds(20))
        #expect(limiter.waited == .zero)
    }

    @Test
    func `a wait counts from when somebody came to when the window ended, however many came`() async throws {
        let limiter = try limiter("unlimited")
        limiter.refuse(.roomVisitor, for: .seconds(9))
        clock.advance(by: .milliseconds(2300))
        async let first = limiter.turn(on: .roomVisitor)
        await clock.untilAsleep(1)
        clock.advance(by: .milliseconds(100))
        async let second = limiter.turn(on: .roomVisitor)
        await clock.untilAsleep(2)
        #expect(await arrival(limiter, .roomVisitor) == .seconds(10))
        #expect(await [first, second] == [true, true])
        #expect(limiter.waited == .milliseconds(7700))
    }

    @Test
    func `routes are waited for each on its own, and a pace of ours is no wait`() async throws {
        let limiter = try limiter("10/min")
        for _ in 0..<3 { _ = await arrival(limiter, .roomsInfo) }
        #expect(limiter.waited == .zero)
        limiter.refuse(.roomVisitor, for: .seconds(1))
        limiter.refuse(.roomsInfo, for: .seconds(2))
        _ = await arrival(limiter, .roomVisitor)
        #expect(limiter.waited == .seconds(2))
        _ = await arrival(limiter, .roomsInfo)
        #expect(limiter.waited == .seconds(3))
    }

    @Test
    func `a wait that a stop cuts short counts as far as it went, to half a second`() async throws {
        let limiter = try limiter("unlimited")
        limiter.refuse(.roomVisitor, for: .seconds(59))
        await withTaskGroup(of: Bool.self) { group in
            group.addTask { await limiter.turn(on: .roomVisitor) }
            for _ in 0..<4 {
                await clock.untilAsleep(1)
                clock.advanceToNext()
            }
            await clock.untilAsleep(1)
            group.cancelAll()
        }
        #expect(clock.now.offset == .seconds(2))
        #expect((.seconds(2)...(.milliseconds(2500))).contains(limiter.waited))
    }

    @Test
    func `time in which the server is away is no wait for its window`() async throws {
        let limiter = try limiter("unlimited")
        limiter.record(reply(.atNew), on: .roomVisitor)
        for operation in 1...6 {
            limiter.record(
                reply(.notSent(.connectionFailed, ""), status: nil), on: .roomVisitor, of: Int64(operation))
        }
        #expect(await arrival(limiter, .roomVisitor) ?? .zero > .zero)
        #expect(limiter.waited == .zero)
    }

    @Test
    func `auto begins politely and follows the headers of each route`() throws {
        let limiter = try limiter("auto")
        #expect(limiter.rate(on: .roomVisitor) == ServerRateEstimator.withoutHeaders)
        limiter.record(reply(.atNew, limit: 10, remaining: 9), on: .roomVisitor)
        #expect(limiter.rate(on: .roomVisitor) == Rate(count: 10, per: .seconds(60)))
    }

    /// The server gives every route the same limit, and the first requests leave before the first answer.
    @Test
    func `auto begins a route with what another one taught, and never quicker than politely`() throws {
        let limiter = try limiter("auto")
        limiter.record(reply(.atNew, limit: 10, remaining: 9), on: .me)
        #expect(limiter.rate(on: .roomsInfo) == Rate(count: 10, per: .seconds(60)))
        limiter.record(reply(.atNew, limit: 6000, remaining: 5999), on: .me)
        #expect(limiter.rate(on: .chatHistory) == ServerRateEstimator.withoutHeaders)
        limiter.record(reply(.atNew), on: .info)
        #expect(limiter.rate(on: .livechatRooms) == ServerRateEstimator.withoutHeaders)
    }

    /// A gateway, a proxy or a lost connection knows nothing about the server's limit.
    @Test(arguments: [
        (ReplyOutcome<Room>.unknown(.gatewayError, ""), 502 as Int?), (.unknown(.gatewayError, ""), 504),
        (.unknown(.timeout, ""), nil), (.notSent(.connectionFailed, ""), nil), (.tooMany, 429),
        (.stop(Stop(.proxyRefused, "")), 403),
    ])
    func `an answer that is not the API's does not lift the limit`(_ meaning: ReplyOutcome<Room>, _ status: Int?) throws
    {
        let limiter = try limiter("auto")
        limiter.record(reply(.atNew, limit: 10, remaining: 9), on: .roomVisitor)
        limiter.record(reply(meaning, status: status), on: .roomVisitor)
        #expect(limiter.rate(on: .roomVisitor) == Rate(count: 10, per: .seconds(60)))
    }

    @Test(arguments: [ReplyOutcome<Room>.atNew, .notOwner, .refused(.roomNotFound, "")])
    func `an answer of the API without headers lifts the limit`(_ meaning: ReplyOutcome<Room>) throws {
        let limiter = try limiter("auto")
        limiter.record(reply(.atNew, limit: 10, remaining: 9), on: .roomVisitor)
        limiter.record(reply(meaning, status: meaning.usualStatus), on: .roomVisitor)
        #expect(limiter.rate(on: .roomVisitor) == ServerRateEstimator.withoutHeaders)
    }

    @Test(arguments: ["auto", "unlimited", "5/s"])
    func `a used-up window is waited for at any rate`(_ rate: String) async throws {
        let limiter = try limiter(rate)
        limiter.record(reply(.atNew, limit: 10, remaining: 0, resetIn: 20), on: .roomVisitor)
        #expect(try #require(await arrival(limiter, .roomVisitor)) >= .seconds(21))
    }

    @Test(arguments: ["unlimited", "5/s", "1000/s"])
    func `a rate that was asked for is not changed by headers`(_ rate: String) throws {
        let limiter = try limiter(rate)
        let before = limiter.rate(on: .roomVisitor)
        limiter.record(reply(.atNew, limit: 10, remaining: 9), on: .roomVisitor)
        #expect(limiter.rate(on: .roomVisitor) == before)
    }

    @Test
    func `a graceful shutdown releases everybody who waits at once`() async throws {
        let limiter = try limiter("1/h")
        let clock = clock
        #expect(await limiter.turn(on: .roomVisitor))
        let turns = try await withShutdown {
            async let first = limiter.turn(on: .roomVisitor)
            async let second = limiter.turn(on: .roomVisitor)
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
        let limiter = try limiter("unlimited")
        let turn = try await withShutdown {
            while !Task.isShuttingDownGracefully { await Task.yield() }
            return await limiter.turn(on: .roomVisitor)
        } while: { shutdown in
            await shutdown()
        }
        #expect(turn == false)
    }

    @Test
    func `cancellation releases everybody who waits at once`() async throws {
        let limiter = try limiter("1/h")
        #expect(await limiter.turn(on: .roomVisitor))
        let turn = await withTaskGroup(of: Bool.self) { group in
            group.addTask { await limiter.turn(on: .roomVisitor) }
            await clock.untilAsleep(1)
            group.cancelAll()
            return await group.next()
        }
        #expect(turn == false)
        #expect(clock.now.offset == .zero)
    }
}
