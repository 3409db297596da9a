package import Model
package import RocketChat

/// Learns the limit of one route from the server's headers (TheServer, "Rate limits"), for the rate `auto`.
package struct ServerRateEstimator: Sendable {
    /// What an answer teaches.
    package struct RateEstimate: Sendable, Equatable {
        package var rate: Rate
        /// The window is used up, and opens after this.
        package var hold: Duration?
    }

    /// Without headers the caller bypasses the limit or there is none: quick, but still polite.
    package static let withoutHeaders = Rate(count: 10, per: .seconds(1))

    /// The counter is reset only when more than the window has passed (TheServer, "Waiting").
    package static let margin = Duration.seconds(1)

    private var window: Duration?
    private var limit: Int?

    package init() {}

    /// - Parameters:
    ///   - headers: the answer's rate-limit headers, if it had any.
    ///   - serverDate: the server's clock at that answer; without it the time to the reset cannot be told.
    /// - Returns: the rate from now on, and how long to hold the route.
    package mutating func learn(from headers: RateWindow?, serverDate: Timestamp?) -> RateEstimate {
        guard let headers, headers.limit >= 1 else {
            return RateEstimate(rate: Self.withoutHeaders)
        }
        let left = Self.timeLeft(of: headers, serverDate: serverDate)
        if headers.limit != limit {
            limit = headers.limit
            window = nil
        }
        if let left, headers.remaining == headers.limit - 1 {
            // The first call of a window sees all of it. `Date` has whole seconds only, so of lengths that differ by
            // less the shortest is nearest; one that is longer by more is another window.
            window = window.map { left < $0 + .seconds(1) ? min($0, left) : left } ?? left
        }
        // What is left of a window that others began says little about its length.
        let length = max(window ?? max(left ?? .zero, Self.defaultWindow), .milliseconds(100))
        let rate = Rate(count: headers.limit, per: length)
        guard headers.remaining == 0 else { return RateEstimate(rate: rate) }
        return RateEstimate(rate: rate, hold: left ?? length)
    }

    private static let defaultWindow = Duration.seconds(60)

    private static func timeLeft(of headers: RateWindow, serverDate: Timestamp?) -> Duration? {
        guard let reset = headers.reset, let serverDate else { return nil }
        let milliseconds = reset.milliseconds - serverDate.milliseconds
        // A clock that jumped must neither hurry nor freeze the run.
        return .milliseconds(min(max(milliseconds, 0), 3_600_000))
    }
}
