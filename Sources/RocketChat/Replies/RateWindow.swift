package import Model

/// The server's `X-RateLimit-*` headers; users who may bypass the limit get none (TheServer, "Rate limits").
package struct RateWindow: Sendable, Equatable {
    /// Calls allowed in a window.
    package var limit: Int
    /// Calls left in this window after the answered one.
    package var remaining: Int
    /// When the window ends, by the server's clock.
    package var reset: Timestamp?

    package init(limit: Int, remaining: Int, reset: Timestamp? = nil) {
        self.limit = limit
        self.remaining = remaining
        self.reset = reset
    }
}

/// How long the server asks a route to be left alone.
package struct RateLimitHint: Sendable, Equatable {
    /// From the arrival of the answer, without a margin; 0 to one hour, or `nil` if the server does not say.
    package var wait: Duration?

    package init(wait: Duration?) {
        self.wait = wait
    }
}

extension RateLimitHint {
    /// The waiting rule (TheServer, "Waiting"): the first of these that can be read counts.
    init(head: ReplyHead, message: String?) {
        let wait =
            head.retryAfter.flatMap { Self.seconds(retryAfter: $0, now: head.date) }
            ?? message.flatMap(Self.seconds(inMessage:))
            ?? Self.seconds(until: head.window?.reset, now: head.date)
        // A clock that is wrong or a hostile number must neither hurry nor freeze a run.
        self.wait = wait.map { .milliseconds(min(max($0, 0), 3600) * 1000) }
    }

    /// `Retry-After` is a number of seconds or a date by the server's clock.
    private static func seconds(retryAfter: String, now: Timestamp?) -> Double? {
        if let seconds = Double(retryAfter), seconds.isFinite {
            return seconds
        }
        return seconds(until: HTTPDate(retryAfter)?.timestamp, now: now)
    }

    /// The number before the word "seconds": `… You must wait 47 seconds before trying …`.
    private static func seconds(inMessage message: String) -> Double? {
        let words = message.split(separator: " ")
        guard let unit = words.firstIndex(where: { $0.hasPrefix("second") }), unit > words.startIndex else {
            return nil
        }
        guard let seconds = Double(words[unit - 1]), seconds.isFinite else { return nil }
        return seconds
    }

    private static func seconds(until instant: Timestamp?, now: Timestamp?) -> Double? {
        guard let instant, let now else { return nil }
        return (Double(instant.milliseconds) - Double(now.milliseconds)) / 1000
    }
}
