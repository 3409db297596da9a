import Model
import DequeModule
import RocketChat

/// Finds the rate that something in front of the server allows, where its refusals do not say what that is.
///
/// A refusal halves the rate. Good answers raise it, quickly to nearly what was refused and slowly beyond it, until it is
/// what it would be without a limit. A proxy usually counts all requests of a client, so the rate is one for all routes together.
/// A route that was refused waits for a second, and twice as long each time while nothing succeeds on it. A value that
/// never reads a clock.
struct FrontLimit: Sendable {
    /// Good answers from one step up to the next: on the way back, and beyond.
    static let answersPerReturn = 2
    static let answersPerStep = 10

    /// To this part of the rate that was refused it is quick to return.
    private static let safePart = 0.9

    /// Slower than that no rate is tried; longer waits are holds.
    static let slowest = Rate(count: 1, per: .seconds(60))

    /// The first wait, and the longest.
    static let holds: ClosedRange<Duration> = .seconds(1)...(.seconds(15))

    /// The most that is sent; `nil` while nothing shows that there is a limit.
    private(set) var rate: Rate?
    /// Refusals that taught something.
    private(set) var refusals = 0
    /// The rate at which the last of them came.
    private var refusedRate: Rate?
    private var good = 0
    private var refusedAt: Instant?
    /// The operation that was refused last.
    private var operation: Int64?
    /// Routes on which something, and something of other operations, was let through since the rate was halved.
    private var passed: Set<Endpoint> = []
    private var passedByOthers: Set<Endpoint> = []
    /// The routes of the last good answers.
    private var lately: Deque<Endpoint> = []
    private var streaks: [Endpoint: Int] = [:]

    /// Counts a refusal of a request that was sent at an instant, and halves the rate.
    ///
    /// What left before the last refusal came says nothing new, and neither do further refusals on a route before
    /// something was let through there: they are waited out. An operation that is refused again while others are let
    /// through has another trouble.
    ///
    /// - Returns: for how long the route is to be left alone.
    mutating func refuse(
        on route: Endpoint, of operation: Int64? = nil, sentAt: Instant, now: Instant, under ceiling: Rate
    ) -> Duration {
        let hold = min(Self.holds.lowerBound * (1 << min(streaks[route, default: 0], 16)), Self.holds.upperBound)
        if refusedAt.map({ sentAt < $0 }) ?? false { return hold }
        streaks[route, default: 0] += 1
        refusedAt = now
        let isOwn = operation != nil && operation == self.operation && passedByOthers.contains(route)
        self.operation = operation
        guard !isOwn, rate == nil || passed.contains(route) else { return hold }
        passed = []
        passedByOthers = []
        refusals += 1
        let refused = rate.map(ceiling.slower) ?? ceiling
        let halved = Rate(count: 1, per: refused.interval * 2)
        refusedRate = refused
        rate = halved.interval > Self.slowest.interval ? Self.slowest : halved
        good = 0
        return hold
    }

    /// Counts a good answer, and raises the rate after as many as make a step.
    mutating func pass(on route: Endpoint, of operation: Int64? = nil, under ceiling: Rate) {
        streaks[route] = nil
        passed.insert(route)
        if operation == nil || operation != self.operation { passedByOthers.insert(route) }
        lately.append(route)
        if lately.count > Self.answersPerStep * 2 { lately.removeFirst() }
        guard let rate, let refusedRate else { return }
        good += 1
        let safe = refusedRate.perSecond * Self.safePart
        let gap = safe - rate.perSecond
        let isReturning = gap > safe / 50
        guard good >= (isReturning ? Self.answersPerReturn : Self.answersPerStep) else { return }
        good = 0
        let raised = isReturning ? rate.perSecond + gap / 2 : max(rate.perSecond, safe) + refusedRate.perSecond / 40
        // What misses it by a hair is there.
        self.rate = raised < ceiling.perSecond * 0.999 ? Rate(count: 1, per: .seconds(1 / raised)) : nil
    }

    /// A rate for a person to ask for: one that was not refused, in round numbers; `nil` while there seems to be no limit.
    ///
    /// A single refusal may have been anything. A rate that a person sets is for each route, so those in use share this one.
    var advised: Rate? {
        guard let rate, let refusedRate, refusals > 1 else { return nil }
        let shares = Endpoint.allCases.count { route in lately.count { $0 == route } * 5 >= lately.count }
        return Rate(roundingDown: min(rate.perSecond, refusedRate.perSecond * 3 / 4) / Double(max(shares, 1)))
    }
}

/// A limit that something in front of the server seems to have.
package struct FoundLimit: Sendable, Equatable {
    /// A rate to ask for that stays below it; `nil` if none was looked for, because another than `auto` was asked for.
    package var advised: Rate?

    package init(advised: Rate?) {
        self.advised = advised
    }
}

extension Rate {
    /// The greatest whole number of requests per second, minute or hour that is not more.
    fileprivate init(roundingDown perSecond: Double) {
        let units: [Double] = [1, 60, 3600]
        // A rate that was halved and raised may be a hair below a whole number.
        let counts = units.map { (count: Int(perSecond * $0 * 1.001), window: $0) }
        let (count, window) = counts.first { $0.count >= 1 } ?? (1, 3600)
        self.init(count: count, per: .seconds(window))
    }
}
