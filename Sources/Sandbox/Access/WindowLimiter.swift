/// How many calls a route takes from one address in one window.
package struct RateLimit: Sendable, Equatable {
    /// Calls per window and address, at least 0.
    package var calls: Int
    /// The length of a window.
    package var window: Duration

    package init(calls: Int, window: Duration) {
        self.calls = calls
        self.window = window
    }
}

/// The fixed-window limiter (TheServer, "Rate limits"), as a value that is told the time.
struct WindowLimiter: Sendable {
    /// What the limiter says about one call.
    struct Verdict: Equatable {
        let isAllowed: Bool
        let limit: Int
        let remaining: Int
        /// Until the window ends.
        let resetsIn: Duration

        /// The wait in whole milliseconds.
        var waitMilliseconds: Int { Int(resetsIn / .milliseconds(1)) }
    }

    /// One window of one route, shared by all addresses.
    private struct Window {
        var start: Duration
        var calls: [String: Int] = [:]
    }

    /// The limit in force; `nil` when the limiter is off.
    private(set) var limit: RateLimit?
    /// When the limit was set: the first window of every route starts then.
    private var since: Duration
    private var windows: [Route: Window] = [:]

    init(limit: RateLimit?, now: Duration) {
        self.limit = limit
        since = now
    }

    /// Changes the limit, which starts new windows.
    mutating func change(to limit: RateLimit?, now: Duration) {
        self = WindowLimiter(limit: limit, now: now)
    }

    /// Counts a call; `nil` when the limiter is off.
    mutating func count(_ route: Route, from address: String, now: Duration) -> Verdict? {
        guard let limit else { return nil }
        var window = windows[route] ?? Window(start: since)
        // Only when more than the window has passed: a call at its very end still belongs to it.
        if now - window.start > limit.window { window = Window(start: now) }
        let used = window.calls[address, default: 0] + 1
        window.calls[address] = used
        windows[route] = window
        return Verdict(
            isAllowed: used <= limit.calls,
            limit: limit.calls,
            remaining: max(0, limit.calls - used),
            resetsIn: window.start + limit.window - now
        )
    }
}
