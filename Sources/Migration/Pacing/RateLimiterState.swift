import Model
import RocketChat

/// The pacers of all routes, each with what was learnt about its server window.
struct RateLimiterState {
    private(set) var setting: RateSetting
    private(set) var pacers: [Endpoint: RequestSchedule] = [:]
    /// The run ends: nothing leaves any more.
    var isClosed = false
    /// A person wants nothing to leave for now.
    var isPaused = false
    /// The rates that the server's headers taught.
    private var learnt: [Endpoint: Rate] = [:]
    /// What they taught last, of whichever route: the limit is the same on all of them (TheServer, "Rate limits").
    private var taught: Rate?
    private var learners: [Endpoint: ServerRateEstimator] = [:]
    private var outages: [Endpoint: CircuitBreaker] = [:]
    private(set) var front = FrontLimit()
    /// Nothing leaves on any route before; it keeps all of them together to the rate that the front allows.
    private var frontFree: Instant?
    /// Until when routes are held because something in front of the server refused requests.
    private var refusals: [Endpoint: Instant] = [:]
    /// Whatever is wrong before the first good answer is no outage: nothing says that it will pass.
    private var hasAnswered = false
    /// For how long somebody waited for the windows of routes in all.
    private(set) var waited = Duration.zero
    /// Until when waits are counted already.
    private var waitedUntil: [Endpoint: Instant] = [:]
    /// The first slot that somebody waits for on each route, and when that was last known.
    private var waits: [Endpoint: (slot: Instant, seen: Instant)] = [:]

    init(setting: RateSetting) {
        self.setting = setting
    }

    mutating func withPacer<Result>(of route: Endpoint, _ body: (inout RequestSchedule) -> Result) -> Result {
        let rate = rate(of: route)
        return body(&pacers[route, default: RequestSchedule(rate: rate)])
    }

    /// Whether the holder of a turn on a route may send now, as far as its own pace and the limit in front allow.
    mutating func take(_ turn: RequestSchedule.Reservation, on route: Endpoint, now: Instant)
        -> RequestSchedule.Decision
    {
        if let frontFree, now >= turn.slot, now < frontFree { return .wait(until: frontFree) }
        let decision = withPacer(of: route) { $0.take(turn, now: now) }
        if decision == .go, setting == .auto, let rate = front.rate {
            frontFree = now.advanced(by: rate.interval)
        }
        return decision
    }

    func isFree(_ route: Endpoint, now: Instant) -> Bool {
        !isClosed && !isPaused && rate(of: route) == nil && frontFree.map { $0 <= now } ?? true
            && pacers[route]?.heldUntil.map { $0 <= now } ?? true
    }

    /// Paces by another setting from now on, on all routes.
    mutating func change(to setting: RateSetting, now: Instant) {
        self.setting = setting
        waits.removeAll()
        repace(now: now)
    }

    private mutating func repace(now: Instant) {
        for route in pacers.keys {
            let rate = rate(of: route)
            pacers[route]?.change(to: rate, now: now)
        }
    }

    private func rate(of route: Endpoint) -> Rate? {
        switch setting {
        case .auto: front.rate.map(ownRate(of: route).slower) ?? ownRate(of: route)
        case .unlimited: nil
        case .fixed(let rate): rate
        }
    }

    func expectedRate(of route: Endpoint) -> Rate? {
        guard setting == .auto, learnt[route] == nil, let taught else { return rate(of: route) }
        return front.rate.map(taught.slower) ?? taught
    }

    /// What the server itself allows on a route, as far as its headers say.
    private func ownRate(of route: Endpoint) -> Rate {
        learnt[route] ?? taught.map(ServerRateEstimator.withoutHeaders.slower) ?? ServerRateEstimator.withoutHeaders
    }

    /// Only the rate `auto` follows the headers; a window that is used up is waited for at any rate.
    mutating func learn<Value>(from reply: Reply<Value>, on route: Endpoint, now: Instant) {
        guard reply.window != nil || reply.meaning.isOfAPI else { return }
        let lesson = learners[route, default: ServerRateEstimator()].learn(
            from: reply.window, serverDate: reply.serverDate)
        learnt[route] = lesson.rate
        if reply.window != nil { taught = lesson.rate }
        if setting == .auto {
            let rate = rate(of: route)
            withPacer(of: route) { $0.change(to: rate, now: now) }
        }
        if let left = lesson.hold, reply.meaning.wait == nil { hold(route, for: left, now: now) }
    }

    /// Holds a route for as long as a 429 asks for (TheServer, "Waiting").
    mutating func hold<Value>(_ route: Endpoint, after reply: Reply<Value>, now: Instant) {
        if let wait = reply.meaning.wait { hold(route, for: wait, now: now) }
    }

    /// Slows down where something in front of the server refuses requests without saying what it allows.
    ///
    /// The rate follows with `auto` alone; the route is held at any rate.
    ///
    /// - Returns: true for a refusal that is taken for one by rate although its status does not say so, because the
    ///   server answered on the route lately.
    mutating func limit<Value>(
        after reply: Reply<Value>, on route: Endpoint, of operation: Int64?, now: Instant, retry: RetryPolicy
    ) -> Bool {
        let before = front.rate
        defer {
            if setting == .auto, front.rate != before { repace(now: now) }
        }
        let wait: Duration?
        switch reply.meaning {
        case .success, .refused, .notOwner:
            front.pass(on: route, of: operation, under: ownRate(of: route))
            return false
        case .rateLimited(let hint):
            wait = hint.wait
        case .unknown where reply.mayBeRateLimit:
            guard hasAnswered, outages[route]?.length(at: now) ?? .zero < retry.grace else { return false }
            wait = reply.retryAfter
        case .unknown, .notSent, .stop:
            return false
        }
        // The server's own windows are waited for, and so is a longer time that a gateway asks for.
        guard reply.window == nil, wait ?? .zero < Self.longestTick else { return reply.mayBeRateLimit }
        let sentAt = now.advanced(by: .zero - max(reply.duration - reply.delay, .zero))
        let hold = front.refuse(on: route, of: operation, sentAt: sentAt, now: now, under: ownRate(of: route))
        let until = now.advanced(by: wait.map { $0 + ServerRateEstimator.margin } ?? hold)
        holdBack(route, until: until)
        // The same limit may count the others, and reads that resolve a doubt would be the next to be refused.
        let soon = now.advanced(by: FrontLimit.holds.lowerBound)
        frontFree = frontFree.map { max($0, soon) } ?? soon
        return reply.mayBeRateLimit
    }

    private mutating func holdBack(_ route: Endpoint, until instant: Instant) {
        withPacer(of: route) { $0.hold(until: instant) }
        if pacers[route]?.heldUntil == instant { refusals[route] = instant }
    }

    /// Limits that count in seconds let requests through again within this time, whatever they ask for.
    private static var longestTick: Duration { .seconds(10) }

    /// Tells whether a trouble is part of an outage of the server, and then holds the route for a while.
    ///
    /// - Returns: how long nothing has succeeded on the route; `nil` when the server answers, or it may be the trouble
    ///   of one operation.
    mutating func outage<Value>(
        after reply: Reply<Value>, on route: Endpoint, of operation: Int64?, now: Instant, retry: RetryPolicy
    ) -> Duration? {
        switch reply.meaning {
        case .success, .refused, .notOwner, .rateLimited:
            hasAnswered = true
            outages[route]?.clear()
            return nil
        case .unknown(let reason, _), .notSent(let reason, _):
            // Only what is repeated without counting is repeated for longer than that.
            let isCounted = route == .roomVisitor && reply.meaning.mayBeDone
            guard hasAnswered,
                let outage = outages[route, default: CircuitBreaker()].note(
                    reason, of: operation, now: now, retry: retry, within: isCounted ? retry.grace : .seconds(1 << 40))
            else { return nil }
            if let until = outage.holdUntil {
                withPacer(of: route) { $0.hold(until: until) }
                if reply.mayBeRateLimit { refusals[route] = until }
            }
            return outage.length
        case .stop:
            return nil
        }
    }

    /// Whether a hold that ends then is there because the server does not answer.
    func isOutage(on route: Endpoint, until instant: Instant) -> Bool {
        outages[route]?.heldUntil == instant
    }

    /// The server opens its window a little later than it says.
    private mutating func hold(_ route: Endpoint, for duration: Duration, now: Instant) {
        withPacer(of: route) { $0.hold(until: now.advanced(by: duration + ServerRateEstimator.margin)) }
    }

    /// What is waited for until something leaves on any route, if somebody who waits was seen lately.
    func nextWait(now: Instant, seenWithin limit: Duration) -> RouteWait? {
        let lively = waits.filter { $1.slot > now && $1.seen.duration(to: now) <= limit }
        guard let (route, wait) = lively.min(by: { $0.value.slot < $1.value.slot }) else { return nil }
        let held = pacers[route]?.heldUntil.flatMap { $0 > now ? $0 : nil }
        return RouteWait(
            route: route, remaining: now.duration(to: held ?? wait.slot),
            cause: held.map { cause(ofHoldOn: route, until: $0) } ?? .pace)
    }

    private func cause(ofHoldOn route: Endpoint, until instant: Instant) -> RouteWait.Cause {
        if refusals[route] == instant { return .refusal }
        return isOutage(on: route, until: instant) ? .outage : .window
    }

    /// Takes note that somebody waits on a route for a slot, from now until then; what others wait meanwhile is the same
    /// wait.
    mutating func wait(on route: Endpoint, for slot: Instant, now: Instant, until instant: Instant) {
        let known = waits[route].map { $0.slot > now ? min($0.slot, slot) : slot }
        waits[route] = (known ?? slot, now)
        guard let held = pacers[route]?.heldUntil, held > now, !isOutage(on: route, until: held) else { return }
        let start = max(now, waitedUntil[route] ?? now)
        let end = min(instant, held)
        guard end > start else { return }
        waited += start.duration(to: end)
        waitedUntil[route] = end
    }
}

extension ReplyOutcome {
    fileprivate var mayBeDone: Bool {
        if case .unknown = self { true } else { false }
    }

    /// How long a 429 asks to be left alone; `nil` if it does not say.
    fileprivate var wait: Duration? {
        if case .rateLimited(let hint) = self { hint.wait } else { nil }
    }

    /// The API itself answered, so that missing headers say that there is no limit; a gateway knows nothing about it.
    fileprivate var isOfAPI: Bool {
        switch self {
        case .success, .refused, .notOwner: true
        case .rateLimited, .unknown, .notSent, .stop: false
        }
    }
}
