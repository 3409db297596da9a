package import Model
package import RocketChat

/// What was found out about the server before the first PUT of a run (TheRun, "Before the first move").
package struct Preflight: Sendable, Equatable {
    package var version: ServerVersion
    package var caller: Caller
    /// The limit of the PUT route; `nil` if the caller bypasses it or there is none.
    package var window: RateWindow?

    /// Asks for the version and the caller, then sends a PUT that cannot move anything.
    ///
    /// - Returns: `nil` if the run was asked to stop meanwhile.
    /// - Throws: `Stop` with the reason why no move can succeed.
    package static func check(
        _ client: some RoomMover, reading reader: some ServerReader, through limiter: RateLimiter,
        settings: RunnerSettings, clock: any MonotonicClock
    ) async throws -> Preflight? {
        let reading = try await checkReading(reader, through: limiter, settings: settings, clock: clock)
        guard var found = reading else { return nil }
        if let refusal = found.version.refusal { throw refusal }
        let asker = RetryingClient(limiter: limiter, retry: settings.retry, clock: clock, jitter: settings.jitter)
        guard let (_, probe) = try await asker.ask(.roomVisitor, { await client.probe() }) else { return nil }
        found.window = probe.window
        return found
    }

    /// Asks for the version and the caller; sends nothing else than GET.
    ///
    /// - Returns: `nil` if the run was asked to stop meanwhile.
    /// - Throws: `Stop` with the reason why nothing can be read.
    package static func checkReading(
        _ reader: some ServerReader, through limiter: RateLimiter, settings: RunnerSettings, clock: any MonotonicClock
    ) async throws -> Preflight? {
        let asker = RetryingClient(limiter: limiter, retry: settings.retry, clock: clock, jitter: settings.jitter)
        guard let (version, _) = try await asker.ask(.info, { await reader.serverInfo() }) else { return nil }
        guard let (caller, reply) = try await asker.ask(.me, { await reader.me() }) else { return nil }
        return Preflight(version: version, caller: caller, window: reply.window)
    }
}
