package import Model
package import RocketChat

/// Asks a question of its own, one that belongs to no operation, until it is answered or the attempts are used up.
package struct RetryingClient: Sendable {
    let limiter: RateLimiter
    let retry: RetryPolicy
    let clock: any MonotonicClock
    let jitter: @Sendable () -> Double

    /// `clock` paces and waits; of the settings only those for retries matter.
    package init(limiter: RateLimiter, settings: RunnerSettings, clock: any MonotonicClock) {
        self.init(limiter: limiter, retry: settings.retry, clock: clock, jitter: settings.jitter)
    }

    init(limiter: RateLimiter, retry: RetryPolicy, clock: any MonotonicClock, jitter: @escaping @Sendable () -> Double)
    {
        self.limiter = limiter
        self.retry = retry
        self.clock = clock
        self.jitter = jitter
    }

    /// The rate in force on a route; `nil` when it is not limited.
    package func rate(on route: Endpoint) -> Rate? {
        limiter.rate(on: route)
    }

    /// How fast requests leave on a route.
    func pace(on route: Endpoint) -> CallPace {
        CallPace(rate: limiter.rate(on: route), spendsWindows: limiter.spendsWindows)
    }

    /// An answer, or a definite no that concerns this question alone.
    enum Answer<Value: Sendable>: Sendable {
        case answered(Value)
        case refused(ReasonCode, String)

        fileprivate init(_ meaning: ReplyOutcome<Value>, on route: Endpoint) {
            switch meaning {
            case .success(let value): self = .answered(value)
            case .refused(let reason, let text): self = .refused(reason, text)
            default: self = .refused(.refusedByServer, "the server answered \(route.rawValue) with something else")
            }
        }
    }

    /// Asks where a refusal means that the server is no use.
    ///
    /// - Returns: the answer and the reply that had it, or `nil` if the run was asked to stop meanwhile.
    /// - Throws: `Stop` when the server refuses or cannot be reached.
    package func ask<Value>(
        _ route: Endpoint, _ question: @Sendable () async -> Reply<Value>
    ) async throws -> (value: Value, reply: Reply<Value>)? {
        var trouble: ReasonCode?
        guard let reply = try await reply(route, question, trouble: &trouble) else { return nil }
        switch reply.meaning {
        case .success(let value): return (value, reply)
        case .refused(_, let text): throw Stop(.notRocketChat, "the server refused \(route.rawValue): \(text)")
        default: throw Stop(.notRocketChat, "the server answered \(route.rawValue) with something else")
        }
    }

    /// Asks where a refusal is an answer too.
    func askOrRefusal<Value>(
        _ route: Endpoint, _ question: @Sendable () async -> Reply<Value>
    ) async throws -> Answer<Value>? {
        var trouble: ReasonCode?
        return try await reply(route, question, trouble: &trouble).map { Answer($0.meaning, on: route) }
    }

    /// Asks where a refusal is an answer too, one question of many.
    ///
    /// An answer that would end the job is believed of the server only if `probe`, a question that is known to be good,
    /// gets none that is better. Otherwise it is asked once more, and then refused for the reason of its trouble.
    ///
    /// - Throws: `Stop` when the server is no use to the probe either.
    func askOrRefusal<Value, Known>(
        _ route: Endpoint, _ question: @Sendable () async -> Reply<Value>, probe: @Sendable () async -> Reply<Known>
    ) async throws -> Answer<Value>? {
        var isRepeated = false
        while true {
            var trouble: ReasonCode?
            do {
                return try await reply(route, question, trouble: &trouble).map { Answer($0.meaning, on: route) }
            } catch let stop as Stop where stop.mayConcernOneRequest {
                guard try await isWell(route, probe) else { return nil }
                guard !isRepeated, trouble == nil else { return .refused(trouble ?? .refusedOnTheWay, stop.detail) }
                isRepeated = true
                guard await limiter.pause(retry.backOff(afterTrouble: 1).length(at: jitter())) else { return nil }
            }
        }
    }

    /// Sends what must not be repeated once it may have been applied.
    ///
    /// What certainly was not applied is repeated like a question; `whenItLeaves` is done right before each time.
    ///
    /// - Returns: the reply, `unknown` where it may have been applied; `nil` if the run was asked to stop before it left.
    /// - Throws: `Stop` when the server refuses or cannot be reached, and the request was certainly not applied; what
    ///   `whenItLeaves` throws.
    func sendOnce<Value>(
        _ route: Endpoint, whenItLeaves: @Sendable () async throws -> Void,
        _ request: @Sendable () async -> Reply<Value>
    ) async throws -> Reply<Value>? {
        var trouble: ReasonCode?
        return try await reply(route, request, repeatsDoubtful: false, whenItLeaves: whenItLeaves, trouble: &trouble)
    }

    /// Asks a question that is known to be good.
    ///
    /// - Returns: `false` if the run was asked to stop meanwhile.
    /// - Throws: `Stop` when the server is no use to it.
    func isWell<Known>(_ route: Endpoint, _ probe: @Sendable () async -> Reply<Known>) async throws -> Bool {
        var trouble: ReasonCode?
        return try await reply(route, probe, trouble: &trouble) != nil
    }

    /// Repeats the question through temporary trouble and waits for the server's window.
    ///
    /// `trouble` is set when temporary trouble used up the attempts. With `repeatsDoubtful` false a request that may have
    /// been applied is not repeated, and its reply is returned.
    private func reply<Value>(
        _ route: Endpoint, _ question: @Sendable () async -> Reply<Value>, repeatsDoubtful: Bool = true,
        whenItLeaves: @Sendable () async throws -> Void = {}, trouble: inout ReasonCode?
    ) async throws -> Reply<Value>? {
        var troubles = 0
        var rateLimited = 0
        while let (reply, server) = try await limiter.send(
            on: route, of: nil, retry: retry, ifItWaits: {}, whenItLeaves: whenItLeaves, question)
        {
            switch reply.meaning {
            case .success, .refused, .notOwner:
                return reply
            case .stop(let stop):
                throw stop
            case .rateLimited:
                rateLimited += server.isOwn ? 1 : 0
                guard rateLimited <= RetryPolicy.maxRateLimited else {
                    trouble = .rateLimited
                    throw Stop(.serverUnreachable, "the server keeps answering that there are too many requests")
                }
            case .unknown where !repeatsDoubtful:
                return reply
            case .unknown(let reason, let text), .notSent(let reason, let text):
                if let outage = server.outage {
                    guard outage < retry.patience else {
                        trouble = reason
                        throw Stop.away(for: outage, text)
                    }
                    continue
                }
                if server.isByRate, rateLimited < RetryPolicy.maxRateLimited {
                    rateLimited += 1
                    continue
                }
                troubles += 1
                guard troubles < retry.maxAttempts else {
                    trouble = reason
                    throw Stop(.serverUnreachable, text)
                }
                let length = retry.backOff(afterTrouble: troubles).length(at: jitter())
                guard await limiter.pause(length, beforeAskingAgainOn: route) else { return nil }
            }
        }
        return nil
    }
}

extension Stop {
    /// The server answered before, and then no more.
    static func away(for length: Duration, _ text: String) -> Stop {
        Stop(.serverUnreachable, "the server has answered nothing for \(Int(length.inSeconds)) s: \(text)")
    }
}
