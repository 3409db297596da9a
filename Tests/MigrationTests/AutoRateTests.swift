import Model
import RocketChat
import Sandbox
import TestSupport
import Testing

@testable import Migration

/// With the rate `auto` the server's window is filled and hardly ever overrun (spec 4, contract 6).
@Suite(.timeLimit(.minutes(2)))
struct AutoRateTests {
    struct Server: Sendable, CustomTestStringConvertible {
        var calls: Int
        var seconds: Double
        /// The least part of what the server allows that has to be used.
        ///
        /// A used-up window costs a second of margin and up to one more, because `Date` has whole seconds only.
        var share: Double

        var limit: RateLimit { RateLimit(calls: calls, window: .seconds(seconds)) }
        var testDescription: String { "\(calls) in \(seconds) s" }
    }

    static let servers = [
        Server(calls: 10, seconds: 60, share: 0.95), Server(calls: 10, seconds: 2, share: 0.45),
        Server(calls: 1, seconds: 1, share: 0.3), Server(calls: 100, seconds: 5, share: 0.65),
        Server(calls: 600, seconds: 60, share: 0.95),
    ]

    private func turnstile(_ lapse: TimeLapse) -> Turnstile<ManualClock> { Turnstile(.auto, clock: lapse.clock) }

    /// The part of the allowed calls that arrived, over the whole windows that they took.
    private func share(_ lapse: TimeLapse, of server: Server) throws -> Double {
        let arrivals = lapse.arrivals
        let first = try #require(arrivals.first)
        let last = try #require(arrivals.last)
        // The last window counts for as much of it as was used.
        return Double(arrivals.count - 1) / (Double(server.calls) * (last - first).inSeconds / server.seconds)
    }

    @Test(arguments: servers, [1, 8])
    func `a limit is learnt, kept, and used`(_ server: Server, _ workers: Int) async throws {
        let lapse = try TimeLapse(rooms: min(server.calls * 3 + 5, 350)) { $0.rateLimit = server.limit }
        let states = try await lapse.move(through: turnstile(lapse), workers: workers, openRooms: .defer)
        #expect(states.allSatisfy { $0 == .moved })
        #expect(lapse.count(of: 429) == 0)
        #expect(try share(lapse, of: server) >= server.share)
    }
}
