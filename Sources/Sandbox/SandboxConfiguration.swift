package import Logging

/// What a sandbox is like when it starts.
package struct SandboxConfiguration: Sendable {
    /// The port on 127.0.0.1; 0 takes a free one.
    package var port: Int
    /// The path of a Unix socket to listen at in place of a port; whoever may reach it may call.
    package var socket: String?
    package var profile: Profile
    /// What is there at the start; `nil` for the demo workspace.
    package var seed: Seed?
    /// The limiter (TheServer, "Rate limits"); `nil` for none.
    package var rateLimit: RateLimit?
    /// Server processes behind the address, at least 1; each has a limiter of its own.
    package var instances: Int
    /// How the calls are spread over them.
    package var balancing: Balancing
    /// The wait before 401 and 403; `nil` for a random one of 500 to 1000 ms (TheServer, "Credentials").
    package var denialDelay: Duration?
    package var faults: [Fault]
    /// Added to the wall clock in `Date` and `X-RateLimit-Reset`.
    package var clockSkew: Duration
    /// Routing shows waiting rooms to agents before they are assigned (TheMove, "Room access").
    package var allowsQueuePreview: Bool
    /// There are routes under `/sandbox`, for those who have the key.
    package var hasControl: Bool
    package var time: SandboxTime
    package var logger: Logger

    /// Seconds by which the clock may be wrong: a year, which every calendar bears.
    package static let clockSkews = -31_622_400.0...31_622_400
    /// The longest window of the limiter, in seconds: a day.
    package static let longestWindow = 86_400.0

    package init(
        port: Int = 0, socket: String? = nil, profile: Profile = .v6_9, seed: Seed? = nil,
        rateLimit: RateLimit? = RateLimit(calls: 10, window: .seconds(60)), instances: Int = 1,
        balancing: Balancing = .calls, denialDelay: Duration? = nil,
        faults: [Fault] = [], clockSkew: Duration = .zero, allowsQueuePreview: Bool = false,
        hasControl: Bool = true, time: SandboxTime = .system, logger: Logger = Logger(label: "sandbox")
    ) {
        self.port = port
        self.socket = socket
        self.profile = profile
        self.seed = seed
        self.rateLimit = rateLimit
        self.instances = instances
        self.balancing = balancing
        self.denialDelay = denialDelay
        self.faults = faults
        self.clockSkew = clockSkew
        self.allowsQueuePreview = allowsQueuePreview
        self.hasControl = hasControl
        self.time = time
        self.logger = logger
    }
}
