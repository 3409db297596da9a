import Model
import RocketChat
import Sandbox
import TestSupport
import Testing

@testable import Migration

/// What reaches the server never exceeds the rate asked for, in any sliding window (Specification, "Promises").
@Suite(.timeLimit(.minutes(2)))
struct ArrivalTests {
    struct Load: Sendable, CustomTestStringConvertible {
        var rate: String
        var workers: Int
        var rooms: Int

        var testDescription: String { "\(rate) by \(workers)" }
    }

    static let loads = [
        Load(rate: "10/min", workers: 1, rooms: 25), Load(rate: "10/min", workers: 64, rooms: 40),
        Load(rate: "5/s", workers: 1, rooms: 25), Load(rate: "5/s", workers: 64, rooms: 64),
        Load(rate: "50/s", workers: 1, rooms: 120), Load(rate: "50/s", workers: 64, rooms: 160),
        Load(rate: "500/s", workers: 1, rooms: 560), Load(rate: "500/s", workers: 64, rooms: 560),
    ]

    /// Every kind of trouble that makes a carrier try again, on the way there and on the way back.
    private static let troubles: [(Fault.Name, Double)] = [
        (.badGatewayBeforeWrite, 0.08), (.dropAfterWrite, 0.05), (.unavailableAfterWrite, 0.05),
        (.retryAfter, 0.02), (.delayBeforeWrite, 0.1), (.delayAfterWrite, 0.1),
    ]

    /// A stall makes slots pass unused; what comes after it begins afresh, however many are waiting.
    @Test(arguments: [("10/min", 1), ("10/min", 16), ("5/s", 64), ("50/s", 1), ("50/s", 64), ("500/s", 64)])
    func `slots that pass in a stall are lost, and those after it lie as far apart as before`(
        _ rate: String, _ workers: Int
    ) async throws {
        let rate = try #require(Rate(rate))
        let lapse = try TimeLapse(rooms: 40)
        _ = try await lapse.move(through: RateLimiter(.fixed(rate), clock: lapse.clock), workers: workers) { step in
            step == 12 ? .seconds(5) : .zero
        }
        let arrivals = lapse.arrivals
        #expect(arrivals.count == 40 && arrivals.excess(over: rate) == nil)
        #expect(arrivals.caughtUp(at: rate) < Self.leeway(rate), "\(arrivals)")
        let time = try #require(arrivals.last)
        #expect(time <= .seconds(5) + rate.spacing * 40, "the stall costs its own time and no more")
    }

    /// A slot may be used late by less than one interval, or by less than a tenth of a second at a quick rate.
    private static func leeway(_ rate: Rate) -> Duration { max(rate.spacing, .milliseconds(100)) }

    /// Sleepers wake late, the process stands still for five seconds, requests are repeated.
    @Test(arguments: loads)
    func `no sliding window sees more, with stalls and retries counted`(_ load: Load) async throws {
        let rate = try #require(Rate(load.rate))
        let lapse = try TimeLapse(rooms: load.rooms) { configuration in
            configuration.faults = try Self.troubles.map { name, share in
                try Fault(name, share: share, route: "livechat/room.visitor", milliseconds: 700)
            }
        }
        let trail = AttemptLog()
        let states = try await lapse.move(
            through: RateLimiter(.fixed(rate), clock: lapse.clock), workers: load.workers, trail: trail
        ) { Self.stumble($0, rate) }
        #expect(states.count == load.rooms && states.allSatisfy(\.isSettled))
        let arrivals = lapse.arrivals
        #expect(arrivals.count > load.rooms, "something was sent again")
        #expect(arrivals.count <= trail.take().count { $0.action == .move }, "and every time it is on record")
        #expect(arrivals.excess(over: rate) == nil, "\(arrivals)")
        #expect(arrivals.caughtUp(at: rate) < Self.leeway(rate), "\(arrivals)")
        let reads = lapse.arrivals(on: "/api/v1/rooms.info")
        #expect(reads.excess(over: rate) == nil, "\(reads)")
    }

    /// Every third step everybody oversleeps a little, and every fortieth the machine stands still.
    private static func stumble(_ step: Int, _ rate: Rate) -> Duration {
        if step % 40 == 39 { return .seconds(5) }
        return step % 3 == 2 ? rate.interval * (step % 7) / 5 : .zero
    }
}
