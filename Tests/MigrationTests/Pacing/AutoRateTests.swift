import Model
import RocketChat
import Sandbox
import TestSupport
import Testing

@testable import Migration

/// With the rate `auto` the server's window is used and not overrun (TheRun, "Pacing").
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
        /// A few windows' worth, as far as that is quick.
        var rooms: Int { min(calls * 2 + 5, 220) }
        var testDescription: String { "\(calls) in \(seconds) s" }
    }

    static let usual = Server(calls: 10, seconds: 60, share: 0.95)
    static let servers = [
        usual, Server(calls: 10, seconds: 2, share: 0.45), Server(calls: 1, seconds: 1, share: 0.3),
        Server(calls: 100, seconds: 5, share: 0.65), Server(calls: 600, seconds: 60, share: 0.95),
    ]

    /// Every request takes its time, there and back.
    private static var slow: [Fault] {
        get throws {
            [try Fault(.delayBeforeWrite, milliseconds: 80), try Fault(.delayAfterWrite, milliseconds: 80)]
        }
    }

    /// Runs `auto` against a server and tells what came of it.
    private func run(
        _ server: Server, workers: Int, as username: String = "mgr", checksFirst: Bool = false,
        _ adjust: (inout SandboxConfiguration) throws -> Void = { _ in },
        meanwhile: @Sendable (TimeLapse) -> Void = { _ in }
    ) async throws -> TimeLapse {
        let lapse = try TimeLapse(rooms: server.rooms) { configuration in
            configuration.rateLimit = server.limit
            try adjust(&configuration)
        }
        let limiter = RateLimiter(.auto, clock: lapse.clock)
        if checksFirst { try await lapse.check(through: limiter) }
        let states = try await lapse.move(
            through: limiter, workers: workers, openRooms: .defer, as: username
        ) { _ in
            meanwhile(lapse)
            return .zero
        }
        #expect(states.allSatisfy { $0 == .moved })
        return lapse
    }

    @Test(arguments: servers)
    func `a limit is learnt, kept, and used`(_ server: Server) async throws {
        let lapse = try await run(server, workers: 6)
        #expect(lapse.count(of: 429) == 0)
        #expect(lapse.arrivals.share(of: server.limit) >= server.share)
    }

    /// Requests leave while the first answer of a route is still on its way: what `me` taught has to do for them.
    @Test(arguments: servers)
    func `a server that answers slowly is not overrun either`(_ server: Server) async throws {
        let lapse = try await run(server, workers: 8, checksFirst: true) { $0.faults = try Self.slow }
        #expect(lapse.count(of: 429) == 0)
    }

    @Test(arguments: [-300, 300])
    func `a server whose clock is five minutes off is paced the same`(_ skew: Int) async throws {
        let lapse = try await run(Self.usual, workers: 4) { $0.clockSkew = .seconds(skew) }
        #expect(lapse.count(of: 429) == 0)
        #expect(lapse.arrivals.share(of: Self.usual.limit) >= Self.usual.share)
    }

    /// The limit counts in each process of the server for itself, and all requests may happen to meet the same one.
    @Test(arguments: [Balancing.calls, .connections], [1, 4])
    func `a set of instances is given what one of them allows`(_ balancing: Balancing, _ workers: Int) async throws {
        let server = Server(calls: 10, seconds: 2, share: 0.4)
        let lapse = try await run(server, workers: workers, checksFirst: true) { configuration in
            configuration.instances = 3
            configuration.balancing = balancing
            configuration.faults = try Self.slow
        }
        #expect(lapse.count(of: 429) == 0)
        #expect(lapse.arrivals.share(of: server.limit) >= server.share)
    }

    @Test(
        arguments: [(10, 60, 5, 60), (100, 5, 10, 60), (10, 60, 100, 5), (5, 60, 10, 60)]
            as [(Int, Double, Int, Double)])
    func `a limit that changes meanwhile is followed, down and up`(
        _ calls: Int, _ seconds: Double, _ newCalls: Int, _ newSeconds: Double
    ) async throws {
        let new = RateLimit(calls: newCalls, window: .seconds(newSeconds))
        let changes = Recorder<Int>()
        let lapse = try await run(Server(calls: calls, seconds: seconds, share: 0), workers: 8) { configuration in
            configuration.faults = try Self.slow
        } meanwhile: { lapse in
            guard changes.values.isEmpty, lapse.arrivals.count >= calls / 2 else { return }
            changes.add(lapse.arrivals.count)
            lapse.sandbox.change(to: new)
        }
        // What was in flight counts in the new windows of looks and of moves.
        #expect(lapse.count(of: 429) <= 2)
        // One answer has to come before the new limit is known.
        let after = lapse.arrivals.dropFirst(try #require(changes.values.first) + 2)
        #expect(Array(after).share(of: new) >= 0.5)
    }

    @Test func `who bypasses the limit is shown none and goes at ten in a second`() async throws {
        let lapse = try await run(Self.usual, workers: 8, as: "adm")
        let polite = ServerRateEstimator.withoutHeaders
        #expect(lapse.count(of: 429) == 0)
        #expect(lapse.arrivals.excess(over: polite) == nil)
        // A busy machine lets the clock go on while a request leaves, which may cost a slot or two.
        #expect(try #require(lapse.arrivals.last) <= polite.spacing * lapse.rooms * 1.1)
    }

    /// Without the headers only a refusal shows that there is a limit.
    @Test func `behind a proxy that keeps the headers to itself each window costs one refusal`() async throws {
        let lapse = try await run(Self.usual, workers: 4) { $0.faults = [try Fault(.rateHeadersLost)] }
        let windows = (lapse.rooms - 1) / Self.usual.calls + 1
        // Looks and moves have a window each.
        #expect(lapse.count(of: 429) <= 2 * windows)
        #expect(lapse.arrivals.share(of: Self.usual.limit) >= 0.9)
    }

    @Test func `eight moves at the usual limit are done within five seconds`() async throws {
        let lapse = try TimeLapse(rooms: 8) { configuration in
            configuration.rateLimit = Self.usual.limit
            configuration.faults = try Self.slow
        }
        let limiter = RateLimiter(.auto, clock: lapse.clock)
        try await lapse.check(through: limiter)
        let states = try await lapse.move(through: limiter, workers: 8, openRooms: .defer)
        #expect(states == Array(repeating: .moved, count: 8))
        #expect(lapse.count(of: 429) == 0)
        #expect(lapse.clock.now.offset < .seconds(5), "\(lapse.clock.now.offset)")
    }

    /// The margin is learnt: after a few windows hardly more than the windows themselves passes.
    @Test(arguments: [(10, 60.0), (10, 2), (100, 5)])
    func `a long job takes hardly longer than its windows`(_ calls: Int, _ seconds: Double) async throws {
        let rooms = calls * 40
        let lapse = try TimeLapse(rooms: rooms) {
            $0.rateLimit = RateLimit(calls: calls, window: .seconds(seconds))
        }
        let states = try await lapse.move(
            through: RateLimiter(.auto, clock: lapse.clock), workers: 8, openRooms: .defer)
        #expect(states.allSatisfy { $0 == .moved })
        #expect(lapse.count(of: 429) == 0)
        let arrivals = lapse.arrivals
        let half = try #require(arrivals.last) - arrivals[rooms / 2]
        #expect(half < .seconds(seconds) * 20 * 1.03, "\(half)")
    }

    /// A new process knows nothing of the calls that an earlier one had.
    @Test func `a job that is begun again and again meets at most one refusal in a window`() async throws {
        let lapse = try TimeLapse(rooms: 30) { configuration in
            configuration.rateLimit = Self.usual.limit
            configuration.faults = try Self.slow
        }
        for start in stride(from: 1, to: 30, by: 3) {
            let limiter = RateLimiter(.auto, clock: lapse.clock)
            try await lapse.check(through: limiter)
            let states = try await lapse.move(
                start...(start + 2), through: limiter, workers: 8, openRooms: .defer)
            #expect(states.allSatisfy { $0 == .moved })
        }
        let windows = Int(lapse.clock.now.offset.inSeconds / 60) + 1
        for route in ["livechat/room.visitor", "rooms.info", "me"] {
            let refused = lapse.count(of: 429, on: "/api/v1/" + route)
            #expect(refused <= windows, "\(route): \(refused) in \(windows)")
        }
    }

    @Test(arguments: [2, 4])
    func `processes that share a server refuse themselves at most once a window`(_ processes: Int) async throws {
        let lapse = try TimeLapse(rooms: 80) { configuration in
            configuration.rateLimit = Self.usual.limit
            configuration.faults = try Self.slow
        }
        let limiters = (0..<processes).map { _ in RateLimiter(.auto, clock: lapse.clock) }
        let states = try await lapse.move(
            through: limiters[0], others: Array(limiters.dropFirst()), workers: processes * 4)
        #expect(states.allSatisfy { $0 == .moved })
        let windows = Int(lapse.clock.now.offset.inSeconds / 60) + 1
        #expect(lapse.count(of: 429) <= windows * processes, "\(lapse.count(of: 429)) in \(windows)")
        #expect(lapse.arrivals.share(of: Self.usual.limit) >= 0.9)
    }

    @Test func `a window that somebody else used up costs one refusal`() async throws {
        let lapse = try TimeLapse(rooms: 20) { $0.rateLimit = Self.usual.limit }
        _ = try await lapse.move(1...10, through: RateLimiter(.unlimited, clock: lapse.clock), workers: 10)
        let states = try await lapse.move(11...20, through: RateLimiter(.auto, clock: lapse.clock), workers: 8)
        #expect(states.allSatisfy { $0 == .moved })
        #expect(lapse.count(of: 429) == 1)
        #expect(lapse.arrivals.dropFirst(11).allSatisfy { $0 >= .seconds(61) }, "\(lapse.arrivals)")
    }
}
