import Model
package import RocketChat

/// What was found out about the server before the first PUT of a run (spec 6).
package struct Preflight: Sendable, Equatable {
    package var version: ServerVersion
    package var caller: Caller
    /// The limit of the PUT route; `nil` if the caller bypasses it or there is none.
    package var window: RateWindow?

    /// Asks for the version and the caller, then sends a PUT that cannot move anything.
    ///
    /// - Returns: `nil` if the run was asked to stop meanwhile.
    /// - Throws: `Stop` with the reason why no move can succeed.
    package static func check<C>(
        _ client: RocketChatClient, through turnstile: Turnstile<C>, settings: RunnerSettings, clock: C
    ) async throws -> Preflight? {
        let asker = Asker(turnstile: turnstile, retry: settings.retry, clock: clock, jitter: settings.jitter)
        guard let (version, _) = try await asker.ask(.info, { await client.reader.serverInfo() }) else { return nil }
        guard !version.isPastEndpoint else {
            throw Stop(
                .versionTooNew,
                "the server runs Rocket.Chat \(version), and the endpoint that moves rooms was removed in 7.0: "
                    + "duplicates have to be merged before the upgrade")
        }
        guard version.hasEndpoint else {
            throw Stop(
                .endpointMissing,
                "the server runs Rocket.Chat \(version), and the endpoint that moves rooms came with 3.6")
        }
        guard let (caller, _) = try await asker.ask(.me, { await client.reader.me() }) else { return nil }
        guard let (_, probe) = try await asker.ask(.roomVisitor, { await client.probe() }) else { return nil }
        return Preflight(version: version, caller: caller, window: probe.window)
    }
}
