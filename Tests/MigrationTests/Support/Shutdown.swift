import Logging
import ServiceLifecycle

/// Asks what runs inside ``withShutdown(_:)`` to end, as the first signal does.
struct Shutdown: Sendable {
    fileprivate let group: ServiceGroup

    func callAsFunction() async {
        await group.triggerGracefulShutdown()
    }
}

/// Runs `body` where a graceful shutdown can reach it, beside `other`, which may ask for one.
func withShutdown<Value: Sendable>(
    _ body: @escaping @Sendable () async throws -> Value,
    while other: @escaping @Sendable (Shutdown) async -> Void
) async throws -> Value? {
    let result = Recorder<Value>()
    let service = BodyService { result.add(try await body()) }
    let group = ServiceGroup(
        configuration: ServiceGroupConfiguration(
            services: [
                ServiceGroupConfiguration.ServiceConfiguration(
                    service: service, successTerminationBehavior: .gracefullyShutdownGroup)
            ],
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })))
    async let beside: Void = other(Shutdown(group: group))
    try await group.run()
    await beside
    return result.values.first
}

private struct BodyService: Service {
    let body: @Sendable () async throws -> Void

    func run() async throws {
        try await body()
    }
}
