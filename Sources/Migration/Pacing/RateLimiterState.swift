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
    private var windows: [Endpoint: ServerWindow] = [:]
    /// What is known of the clocks of the server's processes.
    private var clocks: [String: ServerClock] = [:]
    private var outages: [Endpoint: CircuitBreaker] = [:]
    private(set) var front = FrontLimit()
    /// Nothing leaves on any route before; it keeps all of them together to the rate that the front allows.
    private var frontFree: Instant?
    /// Until when routes are held because something in front of the server refused requests.
    private var refusals: [Endpoint: Instant] = [:]
    /// Whatever is wrong before the first good answer is no outage: nothing says that it will pass.
    private var hasAnswered = false
    /// The last good answer on each route.
    private var passes: [Endpoint: Instant] = [:]
    /// The first 429 of all.
    private var firstRefusal: Instant?
    /// Routes on which something was let through after the last 429.
    private var passedSince: Set<Endpoint> = []
    /// What was sent on each route.
    private(set) var calls: [Endpoint: CallCount] = [:]
    /// Until when waits are counted already.
    private var waitedUntil: [Endpoint: Instant] = [:]
    /// The first slot that somebody waits for on each route, and when that was last known.
    private var waits: [Endpoint: (slot: Instant, seen: Instant)] = [:]

    init(setting: RateSetting) {
        self.setting = setting
    }

    mutating func withPacer<Result>(of route: Endpoint, _ body: (inout RequestSchedule) -> Result) -> Result {
        let rate = spacing(of: route)
        return body(&pacers[route, default: RequestSchedule(rate: rate)])
    }

    /// Whether the holder of a turn on a route may send now, as far as its own pace and the limit in front allow.
    mutating func take(_ turn: RequestSchedule.Reservation, on route: Endpoint, now: Instant)
        -> RequestSchedule.Decision
    {
        if let frontFree, now >= turn.slot, now < frontFree { return .wait(until: frontFree) }
        if setting == .auto, now >= turn.slot {
            switch windows[route, default: ServerWindow()].permission(now: now) {
            case .granted: break
            case .closed(let opening): return .wait(until: opening)
            case .afterAnswers: return .wait(until: now.advanced(by: Self.glance))
            }
        }
        let (decision, place) = withPacer(of: route) { ($0.take(turn, now: now), $0.lastPlace) }
        guard decision == .go else { return decision }
        guard setting == .auto else { return .go }
        windows[route, default: ServerWindow()].leave(place, now: now)
        if let rate = front.rate { frontFree = now.advanced(by: rate.interval) }
        return .go
    }

    /// How often a request looks that waits for the answers to others; waits as short as that are nothing to tell of.
    static let glance = Duration.milliseconds(20)

    /// The request that was let go at a place was answered, or has not left after all.
    ///
    /// - Returns: when it was let go, if that was noted.
    @discardableResult
    mutating func arrive(_ place: Int, on route: Endpoint) -> Instant? {
        windows[route]?.arrive(place)
    }

    /// Counts a request that leaves on a route.
    mutating func count(on route: Endpoint) {
        calls[route, default: CallCount()].made += 1
    }

    /// Completes the count with the reply to a request on a route: one that never left is none.
    mutating func count<Value>(_ reply: Reply<Value>, on route: Endpoint) {
        switch reply.meaning {
        case .notSent: calls[route, default: CallCount(made: 1)].made -= 1
        case .rateLimited: calls[route, default: CallCount()].refused += 1
        case .success, .refused, .notOwner, .unknown, .stop: break
        }
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
            let rate = spacing(of: route)
            pacers[route]?.change(to: rate, now: now)
        }
    }

    /// The rate at which requests are spaced: a server window that is known is spent without spacing.
    private func spacing(of route: Endpoint) -> Rate? {
        setting == .auto && windows[route]?.isLimited == true ? front.rate : rate(of: route)
    }

    /// The rate in force on a route, as a person would say it.
    func rate(of route: Endpoint) -> Rate? {
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

    /// Learns from the headers of an answer to what left at an instant; a window that is used up is waited for at any rate.
    mutating func learn<Value>(from reply: Reply<Value>, on route: Endpoint, sentAt: Instant?, now: Instant) {
        guard reply.window != nil || reply.meaning.isOfAPI else { return }
        let lesson = learners[route, default: ServerRateEstimator()].learn(
            from: reply.window, serverDate: reply.serverDate)
        learnt[route] = lesson.rate
        let opening = openingOfNextWindow(
            after: reply, on: route, sentAt: sentAt ?? reply.sentAt(arrived: now), now: now, length: lesson.rate.window)
        guard reply.window != nil else {
            repace(route, now: now)
            return
        }
        taught = lesson.rate
        repace(route, now: now)
        if setting == .auto {
            if let opening { withPacer(of: route) { $0.hold(until: opening) } }
        } else if let left = lesson.hold, reply.meaning.wait == nil {
            hold(route, for: left, now: now)
        }
    }

    /// Counts an answer in the window of a route.
    ///
    /// - Returns: when the next window opens, if this one is used up.
    private mutating func openingOfNextWindow<Value>(
        after reply: Reply<Value>, on route: Endpoint, sentAt: Instant, now: Instant, length: Duration
    ) -> Instant? {
        var window = windows[route, default: ServerWindow()]
        defer { windows[route] = window }
        guard let headers = reply.window, headers.limit >= 1 else {
            window.lift()
            return nil
        }
        let instance = reply.instance ?? ""
        var clock = clocks[instance, default: ServerClock()]
        if clocks.count > 64 { clocks.removeAll() }
        defer { clocks[instance] = clock }
        let byClock = clock.timeLeft(
            until: headers.reset, date: reply.serverDate, isFirst: headers.remaining == headers.limit - 1,
            sentAt: sentAt, now: now)
        // Both are the most that it can be.
        let left = [byClock, reply.meaning.wait].compactMap(\.self).min() ?? length
        let answer = ServerWindow.Answer(
            headers: headers, left: left, instance: instance,
            refusedFor: reply.meaning.isByRate ? reply.meaning.wait ?? left : nil, sentAt: sentAt)
        return window.learn(answer, clock: &clock, now: now)
    }

    private mutating func repace(_ route: Endpoint, now: Instant) {
        guard setting == .auto else { return }
        let rate = spacing(of: route)
        withPacer(of: route) { $0.change(to: rate, now: now) }
    }

    /// Holds a route for as long as a 429 asks for (TheServer, "Waiting"); what the server's own window asks for is in its
    /// headers.
    mutating func hold<Value>(_ route: Endpoint, after reply: Reply<Value>, now: Instant) {
        guard let wait = reply.meaning.wait else { return }
        guard setting != .auto || reply.window == nil || reply.retryAfter != nil else { return }
        hold(route, for: wait, now: now)
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
            passes[route] = now
            passedSince.insert(route)
            return false
        case .rateLimited(let hint):
            wait = hint.wait
        case .unknown where reply.mayBeRateLimit:
            guard isBusy(route, now: now, retry: retry) else { return false }
            wait = reply.retryAfter
        case .unknown, .notSent, .stop:
            return false
        }
        // The server's own windows are waited for, and so is a longer time that a gateway asks for.
        guard reply.window == nil, wait ?? .zero < Self.longestTick else { return reply.mayBeRateLimit }
        let hold = front.refuse(
            on: route, of: operation, sentAt: reply.sentAt(arrived: now), now: now, under: ownRate(of: route))
        let until = now.advanced(by: wait.map { $0 + ServerRateEstimator.margin } ?? hold)
        holdBack(route, until: until)
        // The same limit may count the others, and reads that resolve a doubt would be the next to be refused.
        let soon = now.advanced(by: FrontLimit.holds.lowerBound)
        frontFree = frontFree.map { max($0, soon) } ?? soon
        return reply.mayBeRateLimit
    }

    /// True if a 503 is taken for a refusal by rate: something was let through lately, on this route or for a longer time
    /// on others.
    private func isBusy(_ route: Endpoint, now: Instant, retry: RetryPolicy) -> Bool {
        guard let last = passes.values.max(), last.duration(to: now) < retry.grace else { return false }
        return outages[route]?.length(at: now) ?? .zero < retry.grace * 2
    }

    /// Tells whether a 429 counts against the request that met it: others are let through meanwhile, or none for an hour.
    mutating func isOwn<Value>(_ reply: Reply<Value>, on route: Endpoint, now: Instant) -> Bool {
        guard reply.meaning.isByRate else { return true }
        let start = firstRefusal ?? now
        firstRefusal = start
        let last = passes.values.max() ?? start
        return passedSince.remove(route) != nil || last.duration(to: now) > .seconds(3600)
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
        after reply: Reply<Value>, on route: Endpoint, of operation: Int64?, isByRate: Bool, now: Instant,
        retry: RetryPolicy
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
            // A refusal by rate is waited out as one, and shorter.
            guard !isByRate else { return nil }
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
        calls[route, default: CallCount()].waited += start.duration(to: end)
        waitedUntil[route] = end
    }
}

extension Reply {
    /// When its request left, if it arrived at an instant.
    fileprivate func sentAt(arrived now: Instant) -> Instant { now.advanced(by: .zero - max(duration - delay, .zero)) }
}

extension ReplyOutcome {
    fileprivate var isByRate: Bool {
        if case .rateLimited = self { true } else { false }
    }

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
