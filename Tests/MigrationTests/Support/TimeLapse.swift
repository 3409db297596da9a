import FoundationEssentials
import HTTPClient
import Logging
import Model
import RocketChat
import Sandbox
import TestSupport
import Testing

@testable import Migration

/// Carriers at work against the sandbox, both on a clock that stands still while anything is on its way.
///
/// A day passes in a moment, and a request arrives at the very instant it left: nothing that the machine does can blur
/// when that was.
struct TimeLapse: Sendable {
    let clock = ManualClock()
    let sandbox: SandboxServer
    let rooms: Int

    /// A fraction of a second after noon, so that the whole seconds of `Date` are not the whole truth.
    private static let noon = 1_714_651_200.35

    /// As many rooms `R1`, `R2`, … on their way from `A` to `B`.
    init(rooms: Int, _ adjust: (inout SandboxConfiguration) throws -> Void = { _ in }) throws {
        let seed = Seed(
            visitors: ["A", "B"].map { Seed.Visitor(id: $0) },
            rooms: (1...rooms).map { Seed.Room(id: "R\($0)", visitorID: "A") })
        let clock = clock
        let time = SandboxTime(
            now: { Date(timeIntervalSince1970: Self.noon + clock.now.offset.inSeconds) },
            elapsed: { clock.now.offset },
            sleep: { try await clock.sleep(until: clock.now.advanced(by: $0)) })
        var configuration = SandboxConfiguration(
            seed: seed, rateLimit: nil, denialDelay: .zero, time: time, logger: Bench.logger)
        try adjust(&configuration)
        sandbox = SandboxServer(configuration)
        self.rooms = rooms
    }

    /// The wall clock of the carriers.
    var now: Timestamp { Timestamp(Date(timeIntervalSince1970: Self.noon + clock.now.offset.inSeconds)) }

    /// Moves the rooms and returns what became of them.
    ///
    /// Each worker takes every so many-th room; `others` pace some of them, as if they belonged to other processes. `stumble` is asked at each step how far the clock jumps, instead of going
    /// on to the next sleeper.
    func move(
        _ numbers: ClosedRange<Int>? = nil, through limiter: RateLimiter, others: [RateLimiter] = [], workers: Int,
        openRooms: OpenRoomPolicy = .move, as username: String = "mgr", trail: AttemptLog = AttemptLog(),
        stumble: @Sendable (Int) -> Duration = { _ in .zero }
    ) async throws -> [OperationState] {
        let settings = RunnerSettings(concurrency: workers, openRooms: openRooms, jitter: { 0.5 })
        let desks = ([limiter] + others).map { limiter in
            WorkerContext(
                limiter: limiter, settings: settings, intents: IntentLog { _ in }, clock: clock, now: { self.now },
                leadsOn: { _, _ in false },
                logger: Bench.logger)
        }
        let rooms = numbers ?? 1...rooms
        return try await withClient(as: username, connections: workers) { client in
            try await clock.work(workers, stumble) { worker in
                let mover = Mover(api: client, desk: desks[worker % desks.count])
                var states: [OperationState] = []
                for number in rooms where number % workers == worker {
                    guard case .settled(let outcome, _) = try await mover.carry(.number(number), trail) else {
                        continue
                    }
                    states.append(outcome.state)
                }
                return states
            }
        }
    }

    /// What a run does before its first move.
    func check(through limiter: RateLimiter) async throws {
        let settings = RunnerSettings(jitter: { 0.5 })
        try await withClient(as: "mgr", connections: 1) { client in
            _ = try await clock.work(1) { _ -> [OperationState] in
                _ = try await Preflight.check(
                    client, reading: client.reader, through: limiter, settings: settings, clock: clock)
                return []
            }
        }
    }

    private func withClient<Result: Sendable>(
        as username: String, connections: Int, _ body: @Sendable (RocketChatClient) async throws -> Result
    ) async throws -> Result {
        try await sandbox.serve { address in
            let user = try #require(address.users.first { $0.username == username })
            return try await RocketChatClient.with(
                address: try ServerAddress(parsing: address.url, allowInsecureHTTP: false),
                credentials: Credentials(userID: user.userID, authToken: AuthToken(user.authToken)),
                options: ClientOptions(concurrency: connections), logger: Bench.logger, body)
        }
    }

    /// When PUTs arrived, in order.
    var arrivals: [Duration] { arrivals(on: "/api/v1/livechat/room.visitor") }

    /// When requests of a route arrived, in order.
    func arrivals(on route: String) -> [Duration] {
        sandbox.requestLog.filter { $0.route == route }.map { .nanoseconds($0.monotonicNanoseconds) }
    }

    /// How many requests were answered with that status.
    func count(of status: Int, on route: String? = nil) -> Int {
        sandbox.requestLog.count { $0.status == status && (route == nil || $0.route == route) }
    }
}

extension Operation {
    static func number(_ number: Int) -> Operation {
        Operation(
            id: Int64(number + 1), line: number + 1, room: RoomID("R\(number)"), oldVisitor: VisitorID("A"),
            newVisitor: VisitorID("B"))
    }
}
