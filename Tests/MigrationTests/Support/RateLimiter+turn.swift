import RocketChat

@testable import Migration

extension RateLimiter {
    /// Waits for a turn, for a request that is answered as soon as it leaves.
    ///
    /// - Returns: whether it left: `false` if the run was asked to stop in the meantime.
    func turn(on route: Endpoint) async -> Bool {
        await send(on: route) { Reply<Room>(meaning: .notOwner) } != nil
    }
}
