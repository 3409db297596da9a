import Model

/// How often requests may leave, as the user writes it (Specification, "Options").
package enum RateSetting: Sendable, Equatable, CustomStringConvertible {
    /// The server's own limit, learnt from its headers.
    case auto
    case unlimited
    case fixed(Rate)

    /// Reads `auto`, `unlimited`, `10/min`, `5/s` or `20000/h`; `nil` for anything else.
    package init?(_ text: String) {
        switch text.lowercased() {
        case "auto": self = .auto
        case "unlimited": self = .unlimited
        default:
            guard let rate = Rate(text) else { return nil }
            self = .fixed(rate)
        }
    }

    package var description: String {
        switch self {
        case .auto: "auto"
        case .unlimited: "unlimited"
        case .fixed(let rate): rate.description
        }
    }
}

/// So many requests in any window of that length, never more.
package struct Rate: Sendable, Equatable, CustomStringConvertible {
    /// At least 1.
    package var count: Int
    /// More than zero.
    package var window: Duration

    package init(count: Int, per window: Duration) {
        precondition(count >= 1, "A rate needs at least one request in its window")
        precondition(window > .zero, "A rate needs a window longer than zero")
        self.count = count
        self.window = window
    }

    /// Reads `10/min`, `5/s` or `20000/h`, with the longer and shorter names of the units; `80/s/8` is the share of each
    /// of eight processes that keep to one rate together.
    ///
    /// A rate that cannot be parted evenly is none: in some window the parts would be more than the whole.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), let count = Int(parts[0]), (1...1_000_000_000).contains(count),
            let window = Self.units[parts[1].lowercased()]
        else { return nil }
        guard parts.count == 3 else {
            self.init(count: count, per: window)
            return
        }
        guard let processes = Int(parts[2]), processes >= 1, count.isMultiple(of: processes) else { return nil }
        self.init(count: count / processes, per: window)
    }

    /// The time from one request to the next when they are spaced evenly.
    package var interval: Duration { window / count }

    /// The one of two rates with the longer interval.
    func slower(_ other: Rate) -> Rate { other.interval > interval ? other : self }

    package var perSecond: Double { Double(count) / window.inSeconds }

    package var description: String {
        switch window {
        case .seconds(1): "\(count)/s"
        case .seconds(60): "\(count)/min"
        case .seconds(3600): "\(count)/h"
        default: "\(count)/\(window.inMilliseconds / 1000).\(window.inMilliseconds / 100 % 10) s"
        }
    }

    private static let units: [String: Duration] = [
        "s": .seconds(1), "sec": .seconds(1), "second": .seconds(1), "m": .seconds(60), "min": .seconds(60),
        "minute": .seconds(60), "h": .seconds(3600), "hour": .seconds(3600),
    ]
}
