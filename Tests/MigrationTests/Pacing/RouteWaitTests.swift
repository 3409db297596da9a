import Model
import RocketChat
import TestSupport
import Testing

@testable import Migration

/// What a run says it waits for, on a clock that only the test moves.
@Suite(.timeLimit(.minutes(1)))
struct RouteWaitTests {
    private let clock = ManualClock()

    private func limiter(_ rate: String) throws -> RateLimiter {
        RateLimiter(try #require(RateSetting(rate)), clock: clock)
    }

    /// Looks while somebody waits on every one of the routes.
    private func looking(
        _ limiter: RateLimiter, while waiting: [Endpoint], _ look: () async -> Void
    ) async {
        await withTaskGroup(of: Void.self) { group in
            for (index, route) in waiting.enumerated() {
                group.addTask { _ = await limiter.turn(on: route) }
                await clock.untilAsleep(index + 1)
            }
            await look()
            group.cancelAll()
        }
    }

    @Test func `a turn that has not come is waited for until its slot`() async throws {
        let limiter = try limiter("10/min")
        #expect(await limiter.turn(on: .roomVisitor))
        #expect(limiter.wait == nil)
        await looking(limiter, while: [.roomVisitor, .roomVisitor]) {
            #expect(
                limiter.wait == RouteWait(route: .roomVisitor, remaining: .milliseconds(6006), cause: .pace))
            clock.advance(by: .milliseconds(400))
            #expect(limiter.wait?.remaining == .milliseconds(5606))
        }
    }

    @Test func `a hold is waited for only when somebody does`() async throws {
        let limiter = try limiter("unlimited")
        limiter.refuse(.me, for: .seconds(99))
        limiter.refuse(.roomVisitor, for: .seconds(47))
        #expect(limiter.wait == nil)
        await looking(limiter, while: [.roomVisitor]) {
            #expect(limiter.wait == RouteWait(route: .roomVisitor, remaining: .seconds(48), cause: .window))
        }
    }

    @Test func `of several routes the one that goes on first is shown`() async throws {
        let limiter = try limiter("unlimited")
        limiter.refuse(.roomVisitor, for: .seconds(29))
        limiter.refuse(.roomsInfo, for: .seconds(9))
        await looking(limiter, while: [.roomVisitor, .roomsInfo]) {
            #expect(limiter.wait?.route == .roomsInfo)
        }
    }

    @Test func `a server that is away is another reason than a window that is used up`() async throws {
        let limiter = try limiter("unlimited")
        let refusal = Reply<Room>(meaning: .refused(.roomNotFound, ""), status: 400)
        limiter.record(refusal, on: .roomVisitor)
        for operation in Int64(1)...6 {
            let reply = Reply<Room>(meaning: .notSent(.connectionFailed, ""))
            limiter.record(reply, on: .roomVisitor, of: operation)
        }
        await looking(limiter, while: [.roomVisitor]) {
            #expect(limiter.wait?.cause == .outage)
        }
    }

    @Test func `a wait is forgotten when nobody has been seen waiting for a while, and when the rate changes`()
        async throws
    {
        let limiter = try limiter("1/h")
        #expect(await limiter.turn(on: .roomVisitor))
        await looking(limiter, while: [.roomVisitor]) {
            #expect(limiter.wait?.cause == .pace)
            limiter.steer(.rate(.unlimited))
            #expect(limiter.wait == nil)
        }
        limiter.steer(.rate(try #require(RateSetting("1/h"))))
        await looking(limiter, while: [.roomVisitor]) {}
        #expect(limiter.wait != nil)
        clock.advance(by: .seconds(3))
        #expect(limiter.wait == nil)
    }
}
