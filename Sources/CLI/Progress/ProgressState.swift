import Migration
import Model
import RocketChat

/// What is known of a job that is going, at one instant; all that is shown of it is made from this value.
struct ProgressState: Sendable, Equatable {
    var subject: ProgressSubject
    var board: ProgressBoard.Snapshot
    /// The rate that was asked for.
    var setting: RateSetting
    /// The rate in force; `nil` without a limit.
    var rate: Rate?
    /// Steps in a second, lately; `nil` while that cannot be told.
    var achieved: Double?
    var wait: RouteWait?
    var isPaused = false
    /// A limit in front of the server that was met.
    var limit: FoundLimit?
    var now: Timestamp

    /// The step that is under way, and how far it is.
    var count: (done: Int, total: Int) {
        board.reading.map { ($0.done, $0.total) } ?? (board.done, board.planned)
    }

    /// What goes on now.
    enum Activity: Equatable {
        case asking
        case working
        case stopping
        case paused
        case waiting(RouteWait.Cause, Endpoint, until: Timestamp)
    }

    var activity: Activity {
        if board.isDraining { return .stopping }
        if isPaused { return .paused }
        if let wait, wait.cause != .pace || wait.remaining >= Self.shortWait {
            return .waiting(wait.cause, wait.route, until: now + wait.remaining)
        }
        return isAsking ? .asking : .working
    }

    /// Nothing of the job itself has begun.
    var isAsking: Bool { board.reading == nil && board.planned == 0 }

    /// A turn that comes sooner is not worth a word.
    private static let shortWait = Duration.seconds(1)

    /// How long the step that is under way still takes at the rate in force, or as it went lately if that is slower.
    ///
    /// `nil` while that cannot be told.
    var left: Duration? {
        guard !board.isDraining, !isPaused else { return nil }
        let (done, total) = count
        let hold = wait.flatMap { $0.cause == .pace ? nil : $0.remaining } ?? .zero
        let byAchievement = achieved.map { Duration.seconds(1 / $0) } ?? .zero
        // A step of a reading can be several requests: only what was achieved tells how long one takes.
        let byRate = board.reading == nil ? rate?.interval ?? .zero : .zero
        let interval = max(byAchievement, byRate)
        guard interval != .zero, done < total,
            interval.inSeconds * Double(total - done) <= Duration.longestEstimate.inSeconds
        else { return nil }
        return hold + interval * (total - done)
    }
}

extension Timestamp {
    static func + (instant: Timestamp, length: Duration) -> Timestamp {
        Timestamp(milliseconds: instant.milliseconds + Int64(length.inMilliseconds))
    }
}
