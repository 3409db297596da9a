import Model
import RocketChat

/// What somebody means to do, for an estimate of how long it takes.
package struct Workload: Sendable, Equatable {
    /// At least 1.
    package var moves: Int
    package var rate: RateSetting
    /// Most requests in flight, 1 to 256.
    package var concurrency: Int
    package var openRooms: OpenRoomPolicy

    package init(moves: Int, rate: RateSetting, concurrency: Int, openRooms: OpenRoomPolicy) {
        precondition(moves >= 1, "A workload needs at least one move")
        precondition((1...256).contains(concurrency), "Concurrency is 1 to 256")
        self.moves = moves
        self.rate = rate
        self.concurrency = concurrency
        self.openRooms = openRooms
    }

    /// Requests that a move waits for one after the other: the look, if the policy needs it, and the PUT.
    var tripsPerMove: Int { openRooms == .defer ? 2 : 1 }

    /// The rate that comes of what was asked for and the server's limit; `nil` when neither sets one.
    package func rate(under limit: Rate?) -> Rate? {
        switch (rate, limit) {
        case (.auto, let limit): limit ?? ServerRateEstimator.withoutHeaders
        case (.unlimited, let limit): limit
        case (.fixed(let rate), nil): rate
        case (.fixed(let rate), let limit?): limit.slower(rate)
        }
    }

    /// Requests in flight that make full use of a rate; at least 1.
    func concurrency(for rate: Rate, roundTrip: Duration) -> Int {
        // No machine needs a number that does not fit; a clock that jumped could ask for one.
        Int(min(max((roundTrip * tripsPerMove / rate.interval).rounded(.up), 1), 1_000_000))
    }
}

/// How long a number of moves takes.
package struct MoveEstimate: Sendable, Equatable {
    package var moves: Int
    /// From the first request to the last answer, without waits for anything but the pace.
    package var duration: Duration
    /// The rate sets the pace, and not the round trip.
    package var isBoundByRate: Bool

    package init(of workload: Workload, limit: Rate?, roundTrip: Duration) {
        moves = workload.moves
        let byRate = workload.rate(under: limit).map { $0.interval * workload.moves } ?? .zero
        let byTrips = roundTrip * workload.tripsPerMove * workload.moves / workload.concurrency
        duration = max(byRate, byTrips)
        isBoundByRate = byRate >= byTrips
    }
}

extension Rate {
    /// The server's default (TheServer, "Rate limits").
    static let standardWindow = Duration.seconds(60)

    /// The server's limit as far as one answer shows it (TheServer, "Rate limits").
    ///
    /// Only the first call of a window sees its whole length, to the second or two. Any other answer shows less than it,
    /// so the server's default is taken unless even the rest is longer.
    init(_ window: RateWindow, serverDate: Timestamp?) {
        self.init(count: max(window.limit, 1), per: Self.length(window, serverDate: serverDate))
    }

    private static func length(_ window: RateWindow, serverDate: Timestamp?) -> Duration {
        guard let reset = window.reset, let serverDate else { return standardWindow }
        let left = Duration.seconds(min(max((reset.milliseconds - serverDate.milliseconds) / 1000, 1), 86_400))
        guard window.remaining == window.limit - 1 else { return max(left, standardWindow) }
        // `Date` has whole seconds, and the first window of a server began before its first call.
        return abs((left - standardWindow).inSeconds) <= 2 ? standardWindow : left
    }
}
