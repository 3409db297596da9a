import Model
import RocketChat
import TestSupport
import Testing

@testable import Migration

/// What a run says it waits for, on a clock that only the test moves.
@Suite(.timeLimit(.minutes(1)))
struct RouteWaitTests {
    private let clock = ManualClock()

    private func turnstile(_ rate: String) throws -> Turnstile<ManualClock> {
        Turnstile(try #require(RateSetting(rate)), clock: clock)
    }

    /// Looks while somebody waits on every one of the routes.
    private func looking(
        _ turnstile: Turnstile<ManualClock>, while waiting: [RouteKind], _ look: () async -> Void
    ) async {
        await withTaskGroup(of: Void.self) { group in
            for (index, route) in waiting.enumerated() {
                group.addTask { _ = await turnstile.turn(on: route) }
                await clock.untilAsleep(index + 1)
            }
            await look()
            group.cancelAll()
        }
    }

    @Test func `a turn that has not come is waited for until its slot`() async throws {
        let turnstile = try turnstile("10/min")
        #expect(await turnstile.turn(on: .roomVisitor))
        #expect(turnstile.wait == nil)
        await looking(turnstile, while: [.roomVisitor, .roomVisitor]) {
            #expect(
                turnstile.wait == RouteWait(route: .roomVisitor, remaining: .milliseconds(6006), cause: .pace))
            clock.advance(by: .milliseconds(400))
            #expect(turnstile.wait?.remaining == .milliseconds(5606))
        }
    }

    @Test func `a hold is waited for only when somebody does`() async throws {
        let turnstile = try turnstile("unlimited")
        turnstile.hold(.me, hint: RateLimitHint(wait: .seconds(99)))
        turnstile.hold(.roomVisitor, hint: RateLimitHint(wait: .seconds(47)))
        #expect(turnstile.wait == nil)
        await looking(turnstile, while: [.roomVisitor]) {
            #expect(turnstile.wait == RouteWait(route: .roomVisitor, remaining: .seconds(48), cause: .window))
        }
    }

    @Test func `of several routes the one that goes on first is shown`() async throws {
        let turnstile = try turnstile("unlimited")
        turnstile.hold(.roomVisitor, hint: RateLimitHint(wait: .seconds(29)))
        turnstile.hold(.roomsInfo, hint: RateLimitHint(wait: .seconds(9)))
        await looking(turnstile, while: [.roomVisitor, .roomsInfo]) {
            #expect(turnstile.wait?.route == .roomsInfo)
        }
    }

    @Test func `a server that is away is another reason than a window that is used up`() async throws {
        let turnstile = try turnstile("unlimited")
        let refusal = Reply<Room>(meaning: .refused(.roomNotFound, ""), status: 400)
        turnstile.learn(from: refusal, on: .roomVisitor)
        for operation in Int64(1)...6 {
            let reply = Reply<Room>(meaning: .notSent(.connectionFailed, ""))
            turnstile.learn(from: reply, on: .roomVisitor, of: operation)
        }
        await looking(turnstile, while: [.roomVisitor]) {
            #expect(turnstile.wait?.cause == .outage)
        }
    }

    @Test func `a wait is forgotten when nobody has been seen waiting for a while, and when the rate changes`()
        async throws
    {
        let turnstile = try turnstile("1/h")
        #expect(await turnstile.turn(on: .roomVisitor))
        await looking(turnstile, while: [.roomVisitor]) {
            #expect(turnstile.wait?.cause == .pace)
            turnstile.steer(.rate(.unlimited))
            #expect(turnstile.wait == nil)
        }
        turnstile.steer(.rate(try #require(RateSetting("1/h"))))
        await looking(turnstile, while: [.roomVisitor]) {}
        #expect(turnstile.wait != nil)
        clock.advance(by: .seconds(3))
        #expect(turnstile.wait == nil)
    }
}
