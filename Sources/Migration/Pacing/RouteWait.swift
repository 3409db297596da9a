package import RocketChat

/// What somebody waits for before the next request leaves.
package struct RouteWait: Sendable, Equatable {
    package enum Cause: Sendable, Equatable {
        /// The rate that was asked for.
        case pace
        /// The server's window is used up.
        case window
        /// Something in front of the server refuses requests without saying for how long.
        case refusal
        /// The server does not answer.
        case outage
    }

    package var route: Endpoint
    package var remaining: Duration
    package var cause: Cause

    package init(route: Endpoint, remaining: Duration, cause: Cause) {
        self.route = route
        self.remaining = remaining
        self.cause = cause
    }
}
