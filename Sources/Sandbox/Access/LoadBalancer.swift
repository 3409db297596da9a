/// How a load balancer spreads the calls over the server processes behind it.
package enum Balancing: Sendable {
    /// In turn, call by call.
    case calls
    /// In turn, connection by connection: all calls of one connection reach the same process.
    case connections
}

/// The server processes behind one address; each has a limiter of its own (TheServer, "Rate limits").
struct LoadBalancer: Sendable {
    private var limiters: [WindowLimiter]
    private let balancing: Balancing
    private var turns = 0
    /// The process of every connection so far, by the client's port.
    private var places: [Int: Int] = [:]

    /// So many processes, at least 1, all with that limit.
    init(_ count: Int, balancing: Balancing, limit: RateLimit?, now: Duration) {
        precondition(count >= 1, "Somebody has to answer")
        limiters = Array(repeating: WindowLimiter(limit: limit, now: now), count: count)
        self.balancing = balancing
    }

    /// The process that answers the next call of a connection, from 0 on.
    mutating func pick(for connection: Int) -> Int {
        if balancing == .connections, let place = places[connection] { return place }
        let instance = turns % limiters.count
        turns += 1
        if balancing == .connections { places[connection] = instance }
        return instance
    }

    /// Counts a call that a process answers; `nil` when the limiter is off.
    mutating func count(
        _ route: Route, from address: String, by instance: Int, now: Duration
    ) -> WindowLimiter.Verdict? {
        limiters[instance].count(route, from: address, now: now)
    }

    /// Changes the limit of all of them, which starts new windows.
    mutating func change(to limit: RateLimit?, now: Duration) {
        for instance in limiters.indices { limiters[instance].change(to: limit, now: now) }
    }
}
