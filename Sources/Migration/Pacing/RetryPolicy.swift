/// How often an operation tries, and how long it backs off in between.
package struct RetryPolicy: Sendable, Equatable {
    /// Temporary troubles an operation may meet before it is given up for this run; at least 1.
    package var maxAttempts: Int
    /// The ceiling of the first wait; it doubles with every trouble.
    package var base: Duration
    /// The ceiling that waits never pass.
    package var cap: Duration
    /// The least wait before reading again: a server that was cut off may still write shortly afterwards (TheMove,
    /// "Repeats and races").
    package var quiet: Duration

    package init(
        maxAttempts: Int = 6, base: Duration = .milliseconds(500), cap: Duration = .seconds(30),
        quiet: Duration = .seconds(1)
    ) {
        precondition(maxAttempts >= 1, "An operation needs at least one attempt")
        self.maxAttempts = maxAttempts
        self.base = base
        self.cap = cap
        self.quiet = quiet
    }

    /// For how long a route is held on which nothing succeeds; `count` is 1 for the first hold.
    ///
    /// With the standard values 3, 6, 12, 24 and 30 seconds: the attempts of an operation outlast a minute.
    func outageHold(_ count: Int) -> Duration {
        min(cap, base * 6 * (1 << min(count - 1, 16)))
    }

    /// For how long moves that may have been carried out are spread by holds while none of them succeeds.
    ///
    /// Each of them counts as an attempt, so a server that refuses to move at all must not be waited for much longer
    /// than the attempts of one operation last: a minute and a half unless told.
    var grace: Duration { .seconds(15) * maxAttempts }

    /// How long a server that was there is waited for once it answers nothing any more.
    ///
    /// Half a minute for each attempt that an operation has: three minutes unless told.
    var patience: Duration { .seconds(30) * maxAttempts }

    /// Answers 429 an operation accepts in a row; each one has waited for a window, so this is no ordinary trouble.
    static let maxRateLimited = 20

    /// Full jitter: anywhere between nothing and a ceiling that doubles with every trouble.
    ///
    /// `trouble` is 1 for the first.
    func backOff(afterTrouble trouble: Int) -> Wait {
        let doublings = min(max(trouble - 1, 0), 16)
        return Wait(atLeast: .zero, atMost: min(cap, base * (1 << doublings)))
    }

    /// The same, but not before the server had time to finish what it may still be doing.
    func quietBackOff(afterTrouble trouble: Int) -> Wait {
        let backOff = backOff(afterTrouble: trouble)
        return Wait(atLeast: quiet, atMost: quiet + backOff.atMost)
    }
}

/// A wait of a length between two bounds; whoever sleeps draws it.
package struct Wait: Sendable, Equatable {
    package var atLeast: Duration
    package var atMost: Duration

    package init(atLeast: Duration, atMost: Duration) {
        self.atLeast = atLeast
        self.atMost = atMost
    }

    /// The length at a share of the way: 0 for the least, 1 for the most.
    package func length(at share: Double) -> Duration {
        atLeast + (atMost - atLeast) * share
    }
}

/// What happens to rooms with a live conversation (Specification, "Options").
package enum OpenRoomPolicy: String, CaseIterable, Sendable {
    /// Look before every move, and leave a live conversation alone until a later run.
    case `defer`
    /// Move it too; no look is needed before the PUT.
    case move
}
