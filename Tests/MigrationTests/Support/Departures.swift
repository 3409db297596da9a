import Sandbox

@testable import Migration

// Judgements on the instants at which requests left or arrived, in order.
extension [Duration] {
    /// The first request that is one too many in a sliding window as long as the rate's, or `nil`.
    func excess(over rate: Rate) -> Int? {
        indices.dropFirst(rate.count).first { self[$0] - self[$0 - rate.count] < rate.window }
    }

    /// How much time was made up at most: by how much some request came earlier than its distance from an earlier one.
    func caughtUp(at rate: Rate) -> Duration {
        var most = Duration.zero
        var latest = Duration.zero
        for (number, instant) in enumerated() {
            let delay = instant - rate.spacing * number
            latest = Swift.max(latest, delay)
            most = Swift.max(most, latest - delay)
        }
        return most
    }

    /// The part of what a limit allows that was used between the first and the last.
    func share(of limit: RateLimit) -> Double {
        guard let first, let last, last > first else { return 0 }
        return Double(count - 1) / Double(limit.calls) / ((last - first) / limit.window)
    }
}

extension Rate {
    /// From slot to slot: a thousandth more than the rate asks, and where that is little up to four for as many
    /// milliseconds in a window.
    var spacing: Duration { interval + max(interval / 1000, min(interval / 250, .milliseconds(4) / count)) }
}
