import Migration
import Model

/// How long a command may work: for so long, and only at certain hours.
struct WorkingTime {
    var maxDuration: Duration?
    var window: DailyWindow?

    /// When the work has to end, and what to say then.
    struct End {
        var instant: ContinuousClock.Instant
        var stop: Stop
    }

    /// The earlier of the two ends; in the past when the window is closed now.
    ///
    /// `now` and `wall` are the same instant on two clocks.
    func end(now: ContinuousClock.Instant, at wall: Timestamp) -> End? {
        let byDuration = maxDuration.map { End(instant: now + $0, stop: .durationReached) }
        guard let window else { return byDuration }
        let change = window.change(after: wall, offset: LocalTime.offset)
        let isOpen = window.isOpen(at: wall, offset: LocalTime.offset)
        let closes = isOpen ? change : wall
        let opens = isOpen ? window.change(after: change, offset: LocalTime.offset) : change
        let byWindow = End(
            instant: now + .milliseconds(closes.milliseconds - wall.milliseconds),
            stop: Stop(
                .windowClosed,
                "the window \(window) (--window) is closed until \(LocalTime.text(opens))"))
        guard let byDuration, byDuration.instant < byWindow.instant else { return byWindow }
        return byDuration
    }
}

extension WorkingTime.End? {
    /// Why work that was asked to stop was asked to.
    var asked: Stop { reached ?? .signal }

    /// Why nothing more may be done; `nil` while there is time.
    var reached: Stop? { flatMap { .now >= $0.instant ? $0.stop : nil } }
}
