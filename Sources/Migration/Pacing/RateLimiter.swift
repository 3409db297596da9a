package import Model
package import Logging
package import RocketChat
import ServiceLifecycle
import Synchronization

/// Where every request waits for its turn; shared by all tasks of a run, one schedule for each route.
///
/// A class because turns are handed out to many tasks from one place; all of its state is behind one lock.
package final class RateLimiter: Sendable {
    private let state: Mutex<RateLimiterState>
    private let clock: any MonotonicClock
    /// Until when a question of nobody's operation waits before it is asked again.
    private let silence = Mutex<(route: Endpoint, until: Instant)?>(nil)

    private let logger: Logger

    /// `logger` is told when the rate `auto` becomes slower.
    package init(_ setting: RateSetting, clock: any MonotonicClock, logger: Logger? = nil) {
        self.clock = clock
        self.logger = logger ?? Logger(label: "pace", factory: { _ in SwiftLogNoOpLogHandler() })
        state = Mutex(RateLimiterState(setting: setting))
    }

    /// A reply, and what it says beyond the request that it is for.
    package typealias Recorded<Value: Sendable> = (reply: Reply<Value>, trouble: Trouble)

    /// Sends a request on `route` when it may leave, and records when it did and what the reply says of the server.
    ///
    /// `operation` is whose request it is, `nil` for a question of its own; `retry` says how long an outage is waited for.
    ///
    /// - Returns: `nil` if the run was asked to stop before.
    package func send<Value>(
        on route: Endpoint, of operation: Int64? = nil, retry: RetryPolicy = RetryPolicy(),
        _ request: () async -> Reply<Value>
    ) async -> Recorded<Value>? {
        await send(on: route, of: operation, retry: retry, ifItWaits: {}, whenItLeaves: {}, request)
    }

    /// The same with `ifItWaits`, which is done once if the request may not leave at once, and `whenItLeaves`, which is
    /// done right before it does.
    func send<Value, Failure: Error>(
        on route: Endpoint, of operation: Int64?, retry: RetryPolicy, ifItWaits: () async throws(Failure) -> Void,
        whenItLeaves: () async throws(Failure) -> Void, _ request: () async -> Reply<Value>
    ) async throws(Failure) -> Recorded<Value>? {
        guard let place = try await place(on: route, ifItWaits: ifItWaits) else { return nil }
        let turn = clock.now
        do {
            try await whenItLeaves()
        } catch {
            state.withLock { _ = $0.arrive(place, on: route) }
            throw error
        }
        guard isOpen else {
            state.withLock { _ = $0.arrive(place, on: route) }
            return nil
        }
        state.withLock { $0.count(on: route) }
        let late = turn.duration(to: clock.now)
        let reply = await request()
        if reply.delay + late > .zero {
            state.withLock { state in state.withPacer(of: route) { $0.delay(place, by: reply.delay + late) } }
        }
        state.withLock { $0.count(reply, on: route) }
        return (reply, record(reply, on: route, of: operation, at: place, retry: retry))
    }

    /// Waits until a request may leave on `route`.
    ///
    /// - Returns: its place among all that were let go there; `nil` if the run was asked to stop in the meantime.
    private func place<Failure: Error>(
        on route: Endpoint, ifItWaits: () async throws(Failure) -> Void
    ) async throws(Failure) -> Int? {
        var turn: RequestSchedule.Reservation?
        var hasWaited = false
        while isOpen {
            let (now, decision, place) = state.withLock {
                state -> (Instant, RequestSchedule.Decision, Int) in
                // Read inside the lock: requests are remembered in the order in which they leave.
                let now = clock.now
                // Whoever waits looks again after a piece of it; a slot that passed meanwhile is lost.
                guard !state.isPaused else { return (now, .wait(until: now.advanced(by: .seconds(1))), 0) }
                let current = turn ?? state.withPacer(of: route) { $0.reserve(now: now) }
                turn = current
                let decision = state.take(current, on: route, now: now)
                let place = state.withPacer(of: route) { $0.lastPlace }
                if case .wait(let instant) = decision, instant > now.advanced(by: RateLimiterState.glance) {
                    state.wait(on: route, for: instant, now: now, until: min(instant, now.advanced(by: Self.nap)))
                }
                return (now, decision, place)
            }
            switch decision {
            case .go: return place
            case .again: turn = nil
            case .wait(let instant):
                if !hasWaited {
                    hasWaited = true
                    try await ifItWaits()
                }
                await sleep(until: instant, from: now)
            }
        }
        return nil
    }

    /// True if a request on a route would leave at once, as would any number after it.
    func isFree(on route: Endpoint) -> Bool {
        let now = clock.now
        return state.withLock { $0.isFree(route, now: now) }
    }

    /// Counts requests of an earlier process on a route, by how long ago they left.
    package func remember(_ ages: [Duration], on route: Endpoint) {
        let now = clock.now
        state.withLock { state in
            state.withPacer(of: route) { schedule in
                schedule.remember(ages.map { now.advanced(by: .zero - $0) })
            }
        }
    }

    /// Sleeps through a back-off.
    ///
    /// - Returns: whether the run may go on: `false` if it was asked to stop in the meantime.
    package func pause(_ length: Duration) async -> Bool {
        let end = clock.now.advanced(by: length)
        while isOpen, clock.now < end {
            await sleep(until: end, from: clock.now)
        }
        return isOpen
    }

    /// The same before a question is asked again that a server did not answer; whoever watches is told of it.
    func pause(_ length: Duration, beforeAskingAgainOn route: Endpoint) async -> Bool {
        silence.withLock { $0 = (route, clock.now.advanced(by: length)) }
        defer { silence.withLock { $0 = nil } }
        return await pause(length)
    }

    /// What the user asked for, or steered to.
    package var setting: RateSetting {
        state.withLock { $0.setting }
    }

    /// Does what a person asks of the run while it is going; takes effect within half a second.
    package func steer(_ command: SteeringCommand) {
        let now = clock.now
        state.withLock { state in
            switch command {
            case .pause: state.isPaused = true
            case .resume: state.isPaused = false
            case .rate(let setting): state.change(to: setting, now: now)
            }
        }
    }

    /// A person wants nothing to leave for now.
    package var isPaused: Bool {
        state.withLock { $0.isPaused }
    }

    /// Lets nothing leave any more; whoever waits learns of it within half a second.
    package func close() {
        state.withLock { $0.isClosed = true }
    }

    private var isOpen: Bool {
        !Task.isShuttingDownGracefully && !Task.isCancelled && !state.withLock { $0.isClosed }
    }

    /// Sleeps unless the run is asked to stop; the caller looks again in any case.
    ///
    /// Long waits are cut into naps so that a hold or a new rate is noticed in time.
    private func sleep(until instant: Instant, from now: Instant) async {
        let nap = now.advanced(by: Self.nap)
        let clock = clock
        do {
            try await cancelWhenGracefulShutdown {
                try await clock.sleep(until: min(instant, nap), tolerance: .zero)
            }
        } catch {
            // Cancelled: the loop that called sees it and ends.
        }
    }

    /// Records what a reply says of the server, before anything else is done with it.
    ///
    /// `place` is that of its request, if it waited for its turn here.
    ///
    /// With the rate `auto` its headers say what is left to spend, and what refuses without saying what it allows makes it slower. At
    /// any rate a route is held while its window is used up, for as long as a 429 asks for, and for longer and longer while
    /// nothing succeeds on it. So a request that was refused by rate can be repeated at once: it waits for its turn.
    @discardableResult
    package func record<Value>(
        _ reply: Reply<Value>, on route: Endpoint, of operation: Int64? = nil, at place: Int? = nil,
        retry: RetryPolicy = RetryPolicy()
    ) -> Trouble {
        let now = clock.now
        let (trouble, slower) = state.withLock { state -> (Trouble, Rate?) in
            let before = state.front.rate
            let sentAt = place.flatMap { state.arrive($0, on: route) }
            if reply.status != nil {
                state.learn(from: reply, on: route, sentAt: sentAt, now: now)
            }
            state.hold(route, after: reply, now: now)
            let isByRate = state.limit(after: reply, on: route, of: operation, now: now, retry: retry)
            let outage = state.outage(
                after: reply, on: route, of: operation, isByRate: isByRate, now: now, retry: retry)
            let isOwn = state.isOwn(reply, on: route, now: now)
            let rate = state.front.rate
            let isSlower = rate.map { rate in before.map { rate.interval > $0.interval } ?? true } ?? false
            return (
                Trouble(outage: outage, isByRate: isByRate, isOwn: isOwn),
                isSlower && state.setting == .auto ? rate : nil
            )
        }
        if let slower {
            logger.notice(
                "Slowed down: something in front of the server refuses requests; --rate sets a rate that it allows",
                metadata: [
                    "merge.rate": "\(slower)", "http.route": "\(route.rawValue)",
                    "http.status": "\(reply.status.map { String($0) } ?? "none")",
                ])
        }
        return trouble
    }

    /// What a reply says beyond the operation that it is for.
    package struct Trouble: Sendable, Equatable {
        /// For how long nothing has succeeded, if the server seems to be away; `nil` if it is not.
        package var outage: Duration?
        /// True if the request was refused because there were too many, although its status does not say so.
        package var isByRate: Bool
        /// True if a 429 counts against the request that met it, because others are let through; else it costs nothing
        /// but its call.
        package var isOwn: Bool

        package init(outage: Duration? = nil, isByRate: Bool = false, isOwn: Bool = true) {
            self.outage = outage
            self.isByRate = isByRate
            self.isOwn = isOwn
        }
    }

    /// What is known of a limit in front of the server; `nil` while nothing shows that there is one.
    package var foundLimit: FoundLimit? {
        state.withLock { state in
            state.front.advised.map { FoundLimit(advised: state.setting == .auto ? $0 : nil) }
        }
    }

    /// What is waited for until something leaves again on any route; `nil` when nobody waits.
    package var wait: RouteWait? {
        let now = clock.now
        // Whoever waits looks up after every nap; longer than a few of them nobody is silent.
        let wait = state.withLock { $0.nextWait(now: now, seenWithin: Self.nap * 4) }
        return wait
            ?? silence.withLock { $0 }.map {
                RouteWait(route: $0.route, remaining: max(now.duration(to: $0.until), .zero), cause: .outage)
            }
    }

    /// The rate in force on a route; `nil` when it is not limited.
    package func rate(on route: Endpoint) -> Rate? {
        state.withLock { $0.rate(of: route) }
    }

    /// The rate that a route would have, also if this job has not used it: the server limits all of them alike (TheServer,
    /// "Rate limits").
    package func expectedRate(on route: Endpoint) -> Rate? {
        state.withLock { $0.expectedRate(of: route) }
    }

    /// For how long somebody waited because a server window was used up.
    ///
    /// Waits that overlap on one route count once; a hold that nobody waits for counts nothing. Exact to half a second.
    package var waited: Duration {
        calls.values.reduce(.zero) { $0 + $1.waited }
    }

    /// What was sent on each route so far.
    package var calls: [Endpoint: CallCount] { state.withLock { $0.calls } }

    /// True if a window of the server is spent at once, and not evenly.
    package var spendsWindows: Bool { setting == .auto }

    /// The longest sleep without looking up.
    private static let nap = Duration.milliseconds(500)
}
