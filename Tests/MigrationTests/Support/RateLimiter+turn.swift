import Model
import RocketChat

@testable import Migration

extension RateLimiter {
    /// Waits for a turn, for a request whose answer says nothing of the server.
    ///
    /// - Returns: whether it left: `false` if the run was asked to stop in the meantime.
    func turn(on route: Endpoint) async -> Bool {
        await send(on: route) { Reply<Room>(meaning: .stop(Stop(.proxyRefused, ""))) } != nil
    }

    /// Records a 429 of the server itself that asks for a wait.
    func refuse(_ route: Endpoint, for wait: Duration) {
        record(
            Reply<Room>(
                meaning: .rateLimited(RateLimitHint(wait: wait)), status: 429,
                window: RateWindow(limit: 10, remaining: 0)), on: route)
    }
}
