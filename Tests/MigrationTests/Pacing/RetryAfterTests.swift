import Model
import RocketChat
import Sandbox
import TestSupport
import Testing

@testable import Migration

/// A server or proxy that says how long to wait is left alone for so long, on the whole route (TheServer, "Waiting").
@Suite(.timeLimit(.minutes(1)))
struct RetryAfterTests {
    private static let route = "livechat/room.visitor"

    /// From PUTs whose answer was 429 to the next that came later; what was on its way at the same time is none.
    private func waits(_ lapse: TimeLapse) -> [Duration] {
        let puts = lapse.sandbox.requestLog.filter { $0.method == "PUT" }
        return puts.filter { $0.status == 429 }.compactMap { refused in
            puts.map(\.monotonicNanoseconds).filter { $0 > refused.monotonicNanoseconds }.min().map {
                .nanoseconds($0 - refused.monotonicNanoseconds)
            }
        }
    }

    @Test(arguments: ["auto", "unlimited", "10/min", "500/s"], [Fault.Name.retryAfter, .retryAfterDate])
    func `the wait of a proxy is kept by everybody, in seconds or as a date`(
        _ rate: String, _ name: Fault.Name
    ) async throws {
        for skew in [-300, 0, 300] {
            let lapse = try TimeLapse(rooms: 16) { configuration in
                configuration.clockSkew = .seconds(skew)
                configuration.faults = [try Fault(name, share: 0.2, route: Self.route, count: 3, milliseconds: 40_000)]
            }
            let setting = try #require(RateSetting(rate))
            let states = try await lapse.move(through: RateLimiter(setting, clock: lapse.clock), workers: 4)
            #expect(states.allSatisfy { $0 == .moved })
            let waits = waits(lapse)
            #expect(!waits.isEmpty)
            // A second of margin; a date is given in whole seconds, rounded up.
            #expect(waits.allSatisfy { (.seconds(41)...(.seconds(43))).contains($0) }, "\(skew): \(waits)")
        }
    }
}
