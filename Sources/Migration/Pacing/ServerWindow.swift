import Model
import RocketChat

/// Says how much of the server's window on one route is left to spend, for the rate `auto` (TheRun, "Pacing").
///
/// What remains of a window is spent at once, then its end is waited for. One request opens a window alone; every answer
/// then lets one more be in flight, as long as only this process uses the window. Where others use it too, only a small
/// part of what remains is in flight, so that no window refuses more than one request. A value that never reads a clock.
struct ServerWindow: Sendable {
    /// Whether a request may leave.
    enum Permission: Sendable, Equatable {
        case granted
        /// The window is used up, and the next one opens then.
        case closed(until: Instant)
        /// Those in flight may use up what is left: their answers tell.
        case afterAnswers
    }

    /// What an answer says of the window that it was counted in.
    struct Answer: Sendable {
        var headers: RateWindow
        /// From now to the end of the window at most.
        var left: Duration
        /// Which of the server's processes answered: each one has windows of its own.
        var instance: String
        /// How long the request, which was one too many, has to wait at most; `nil` if it was not.
        var refusedFor: Duration?
        var sentAt: Instant
    }

    /// The window of one of the server's processes.
    private struct Count: Sendable {
        var limit: Int
        var remaining: Int
        var reset: Timestamp?
        /// The end at the latest.
        var end: Instant
        /// When the next window is taken to be open.
        var opening: Instant
        /// Answers to this process that were counted in it.
        var answers: Int
        var knownSince: Instant
    }

    /// Ends of one window that differ by no more are the same: the server computes it anew for each answer.
    private static let jitter: Int64 = 50

    /// A request without an answer for that long does not keep others from leaving.
    private static let patience = Duration.seconds(5)

    /// Of a window that others use too, this part may be in flight.
    private static let sharedPart = 16

    /// Server processes that are remembered.
    private static let most = 64

    private var counts: [String: Count] = [:]
    private var inFlight: [(place: Int, leftAt: Instant)] = []
    /// Answers since the last window opened.
    private var answers = 0
    /// True if others used this window too, or the one before.
    private(set) var isShared = false
    private var sawOthers = false
    /// `nil` until an answer shows whether there is a limit.
    private(set) var isLimited: Bool?

    func permission(now: Instant) -> Permission {
        guard isLimited != false else { return .granted }
        let open = counts.values.filter { now < $0.opening }
        if let opening = open.filter({ $0.remaining <= 0 }).map(\.opening).max() { return .closed(until: opening) }
        let lately = inFlight.count { $0.leftAt.duration(to: now) < Self.patience }
        guard let remaining = open.map(\.remaining).min() else { return lately == 0 ? .granted : .afterAnswers }
        let most = isShared ? max(remaining / Self.sharedPart, 1) : answers + 1
        return inFlight.count < remaining && lately < most ? .granted : .afterAnswers
    }

    mutating func leave(_ place: Int, now: Instant) { inFlight.append((place, now)) }

    /// - Returns: when the request left, if it was counted.
    @discardableResult
    mutating func arrive(_ place: Int) -> Instant? {
        guard let index = inFlight.firstIndex(where: { $0.place == place }) else { return nil }
        return inFlight.remove(at: index).leftAt
    }

    /// The API answered without headers: there is no limit.
    mutating func lift() {
        isLimited = false
        counts = [:]
        answers = 0
    }

    /// Counts an answer, and tells the clock how good its guess of the window's end was.
    ///
    /// - Returns: when the next window opens, if this one is used up.
    mutating func learn(_ answer: Answer, clock: inout ServerClock, now: Instant) -> Instant? {
        isLimited = true
        let headers = answer.headers
        let end = now.advanced(by: answer.left)
        var count = counts[answer.instance]
        if var known = count, isSame(known, headers, now: now) {
            known.remaining = min(known.remaining, headers.remaining)
            known.end = min(known.end, end)
            if let length = answer.refusedFor, answer.sentAt >= known.opening {
                clock.wasEarly(by: length)
                known.end = now.advanced(by: length)
            }
            known.answers += 1
            answers += 1
            count = known
        } else {
            if let known = count {
                let isEarlier = headers.reset.map { $0 < known.reset ?? $0 } ?? false
                // An answer of the window before that was overtaken says nothing any more.
                if isEarlier, answer.sentAt < known.knownSince { return nil }
                if answer.refusedFor == nil, answer.sentAt >= known.opening { clock.wasInTime() }
                // Counts that alternate are those of several processes.
                isShared = sawOthers || isEarlier
                sawOthers = isEarlier
            }
            answers = 1
            count = Count(
                limit: headers.limit, remaining: headers.remaining, reset: headers.reset, end: end, opening: end,
                answers: 1, knownSince: now)
        }
        guard var count else { return nil }
        count.opening = count.end.advanced(by: clock.margin)
        if counts.count >= Self.most { counts = counts.filter { now < $1.opening } }
        counts[answer.instance] = count
        if count.limit - count.remaining > count.answers + inFlight.count {
            sawOthers = true
            isShared = true
        }
        return count.remaining <= 0 ? count.opening : nil
    }

    private func isSame(_ known: Count, _ headers: RateWindow, now: Instant) -> Bool {
        guard known.limit == headers.limit else { return false }
        guard let reset = headers.reset, let before = known.reset else {
            return now < known.end && headers.remaining <= known.remaining
        }
        return (before.milliseconds - Self.jitter...before.milliseconds + Self.jitter).contains(reset.milliseconds)
    }
}

/// Compares the clock of a server process with ours, as far as its answers show it.
///
/// `Date` has whole seconds only and answers take their time, so each of them says how far the server's clock is ahead at
/// least; the greatest of these counts. The first call of a window says it to the millisecond, once it is known how long
/// the windows are: they begin with it. A value that never reads a clock.
struct ServerClock: Sendable {
    /// How long after its end at the latest a window is taken to be over.
    ///
    /// The counter is reset only when more than the window has passed (TheServer, "Waiting"). The margin is halved with
    /// every window that was opened in time, and grows when one was not.
    private(set) var margin = Duration.seconds(1)
    /// What was too short once, and a little more.
    private var least = Self.shortest

    private var start: Instant?
    /// By how many milliseconds the server's clock is ahead of ours since `start`, at least, and when that was seen.
    private var lead: (milliseconds: Double, seenAt: Instant)?

    /// What the last window's length was, in milliseconds, if windows have whole seconds.
    private var length: Double?
    /// Windows that were still closed when they were taken to be open.
    private var mistakes = 0

    private static let shortest = Duration.milliseconds(10)
    private static let longest = Duration.seconds(60)
    /// What two clocks may drift apart in the meantime.
    private static let drift = 0.0002
    /// A clock that jumped must neither hurry nor freeze the run.
    private static let longestWindow = 3_600_000.0

    /// The time from an answer to an instant of the server's clock at most; `nil` if the answer has no date.
    ///
    /// `isFirst` says that the answer is to the first call of a window that ends then.
    mutating func timeLeft(
        until instant: Timestamp?, date: Timestamp?, isFirst: Bool = false, sentAt: Instant, now: Instant
    ) -> Duration? {
        guard let instant, let date else { return nil }
        let start = start ?? now
        self.start = start
        let arrived = start.duration(to: now).inSeconds * 1000
        var seen = Double(date.milliseconds) - arrived
        if isFirst, let opened = opening(ofWindowUntil: instant, date: date) { seen = max(seen, opened - arrived) }
        var best = seen
        if let lead {
            let before = lead.milliseconds - lead.seenAt.duration(to: now).inSeconds * 1000 * Self.drift
            // The true lead is less than a second more than this; else the clock was set back.
            let most = Double(date.milliseconds) + 1000 - start.duration(to: sentAt).inSeconds * 1000
            if before <= most { best = max(seen, before) }
        }
        lead = (best, now)
        let left = Double(instant.milliseconds) - best - arrived
        return .seconds(min(max(left, 0), Self.longestWindow) / 1000)
    }

    /// When a window began, by the server's clock in milliseconds; `nil` until two had the same whole seconds.
    ///
    /// `Date` is cut to whole seconds, so that the length seems to be greater by less than one.
    private mutating func opening(ofWindowUntil end: Timestamp, date: Timestamp) -> Double? {
        let whole = ((Double(end.milliseconds) - Double(date.milliseconds)) / 1000).rounded(.down) * 1000
        defer { length = whole }
        guard whole > 0, whole == length, mistakes < 3 else { return nil }
        return Double(end.milliseconds) - whole
    }

    /// A window was open when it was taken to be.
    mutating func wasInTime() {
        margin = max(margin / 2, least)
        least = max(least - least / 32, Self.shortest)
    }

    /// A window was still closed when it was taken to be open, and remained so for that long.
    mutating func wasEarly(by length: Duration) {
        lead = nil
        self.length = nil
        mistakes += 1
        margin = min(margin + max(length, margin), Self.longest)
        least = margin
    }
}
