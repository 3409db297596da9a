import Model
import RocketChat
import ServiceLifecycle

/// Asks a question of its own, one that belongs to no operation, until it is answered or the attempts are used up.
struct Asker<C: Clock>: Sendable where C.Duration == Duration {
    let turnstile: Turnstile<C>
    let retry: RetryPolicy
    let clock: C
    let jitter: @Sendable () -> Double

    /// - Returns: the reply that succeeded, or `nil` if the run was asked to stop meanwhile.
    /// - Throws: `Stop` when the server refuses or cannot be reached.
    func ask<Value>(
        _ route: RouteKind, _ question: @Sendable () async -> Reply<Value>
    ) async throws -> (value: Value, reply: Reply<Value>)? {
        var troubles = 0
        var rateLimited = 0
        while await turnstile.turn(on: route) {
            let reply = await question()
            turnstile.learn(from: reply, on: route)
            switch reply.meaning {
            case .success(let value):
                return (value, reply)
            case .stop(let stop):
                throw stop
            case .refused(_, let text):
                throw Stop(.notRocketChat, "the server refused \(route.rawValue): \(text)")
            case .notOwner:
                throw Stop(.notRocketChat, "the server answered \(route.rawValue) as if it had been asked for a move")
            case .rateLimited(let hint):
                rateLimited += 1
                guard rateLimited <= RetryPolicy.maxRateLimited else {
                    throw Stop(.serverUnreachable, "the server keeps answering that there are too many requests")
                }
                turnstile.hold(route, hint: hint)
            case .unknown(_, let text), .notSent(_, let text):
                troubles += 1
                guard troubles < retry.maxAttempts else {
                    throw Stop(.serverUnreachable, text)
                }
                guard await clock.pause(retry.backOff(afterTrouble: troubles).length(at: jitter())) else { return nil }
            }
        }
        return nil
    }
}

extension Clock where Duration == Swift.Duration {
    /// Sleeps through a back-off; `false` if the process was asked to stop in the meantime.
    func pause(_ length: Duration) async -> Bool {
        do {
            try await cancelWhenGracefulShutdown { try await sleep(for: length) }
            return !Task.isShuttingDownGracefully
        } catch {
            return false
        }
    }
}
