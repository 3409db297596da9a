import FoundationEssentials
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// An imitation of the Rocket.Chat server that can misbehave on request (TheSandbox, "What it imitates").
///
/// A value in front of shared state: copies show the same rooms.
package struct SandboxServer: Sendable {
    /// The server closes a connection so long after its last answer (TheServer, "HTTP").
    private static let idleTimeout = TimeAmount.seconds(5)

    private let configuration: SandboxConfiguration
    private let state: SandboxState
    private let users = SandboxUser.makeAll()
    /// What opens the routes under `/sandbox`; `nil` where there are none.
    private let controlKey: String?

    package init(_ configuration: SandboxConfiguration) {
        self.configuration = configuration
        state = SandboxState(configuration, users: users)
        controlKey = configuration.hasControl ? .random(count: 43) : nil
    }

    /// The API requests so far, in order of arrival; the newest, if there were more than the log holds.
    package var requestLog: [RequestRecord] { state.access { Array($0.log.records) } }

    /// The visitor of every room; `nil` for rooms without one.
    package var roomOwners: [String: String?] { state.access { $0.workspace.owners } }

    /// Every write so far, in order.
    package var moves: [MoveRecord] { state.access { $0.workspace.moves } }

    /// Changes the limit while it serves, which starts new windows.
    package func change(to rateLimit: RateLimit?) {
        let now = configuration.time.elapsed()
        state.access { $0.instances.change(to: rateLimit, now: now) }
    }

    /// Replaces all faults from now on.
    package func misbehave(_ faults: [Fault]) {
        state.access { $0.faults = FaultSchedule(faults) }
    }

    /// Adds a visitor behind the clients' back, or replaces the one with his id.
    package func add(_ visitor: Seed.Visitor) {
        state.access { $0.workspace.add(visitor) }
    }

    /// Deletes the record of a visitor behind the clients' back; rooms still name it.
    package func deleteVisitor(_ id: String) {
        state.access { _ = $0.workspace.deleteVisitor(id) }
    }

    /// Serves for the length of the closure and returns what it returns.
    ///
    /// The server is down when this returns or throws. Throws what the closure throws, or what ``run(onListening:)`` throws.
    package func serve<Result: Sendable>(
        _ body: @Sendable (SandboxAddress) async throws -> Result
    ) async throws -> Result {
        let (addresses, announcement) = AsyncStream<SandboxAddress>.makeStream()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { announcement.finish() }
                try await run { announcement.yield($0) }
            }
            defer { group.cancelAll() }
            guard let address = await addresses.first(where: { _ in true }) else {
                // It ended before it listened: its error says why.
                try await group.waitForAll()
                throw CancellationError()
            }
            return try await body(address)
        }
    }

    /// Serves until graceful shutdown or cancellation, and calls the closure once, as soon as it listens.
    ///
    /// Throws ``SandboxError/badSeed(path:reason:)``, ``SandboxError/portTaken(_:)`` and what the closure throws: then it
    /// serves no longer, because nobody knows where.
    package func run(onListening: @escaping @Sendable (SandboxAddress) async throws -> Void) async throws {
        try configuration.seed?.validate()
        let lateWrites = DeferredWrites()
        let (announcements, announced) = AsyncThrowingStream<Never, any Error>.makeStream()
        let front = FaultProxy(
            api: api, control: control, lateWrites: lateWrites, isOnPort: configuration.socket == nil)
        let server = try server(front) { channel in
            let port = channel.localAddress?.port ?? configuration.port
            if front.isOnPort {
                configuration.logger.info("Sandbox listens", metadata: ["port": .stringConvertible(port)])
            }
            do {
                let url = front.isOnPort ? "http://127.0.0.1:\(port)" : "http://localhost"
                try await onListening(SandboxAddress(url: url, users: users, controlKey: controlKey))
                announced.finish()
            } catch {
                announced.finish(throwing: error)
            }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await lateWrites.run() }
            group.addTask { for try await _ in announcements {} }
            group.addTask {
                defer {
                    lateWrites.finish()
                    announced.finish()
                }
                do {
                    try await server.run()
                } catch let error as IOError where error.errnoCode == EADDRINUSE {
                    throw SandboxError.portTaken(configuration.port)
                }
            }
            // The first error ends the others.
            for try await _ in group {}
        }
    }

    private var api: API {
        API(
            state: state, time: configuration.time, denialDelay: configuration.denialDelay,
            access: RoomAccess(allowsQueuePreview: configuration.allowsQueuePreview)
        )
    }

    private var control: Control? {
        controlKey.map { Control(state: state, time: configuration.time, key: $0) }
    }

    /// For the server library, which reports the ordinary end of serving as an error.
    private var quietLogger: Logger {
        var logger = configuration.logger
        logger.logLevel = .critical
        return logger
    }

    private func server(
        _ front: FaultProxy, onListening: @escaping @Sendable (any Channel) async -> Void
    ) throws -> any Service {
        let builder = HTTPServerBuilder.http1(configuration: HTTP1Channel.Configuration(idleTimeout: Self.idleTimeout))
        let address =
            configuration.socket.map { BindAddress.unixDomainSocket(path: $0) }
            ?? .hostname("127.0.0.1", port: configuration.port)
        return try builder.buildServer(
            configuration: ServerConfiguration(address: address),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: quietLogger,
            responder: { request, writer, channel in
                try await front.respond(to: request, writer, on: channel)
            },
            onServerRunning: onListening
        )
    }
}
