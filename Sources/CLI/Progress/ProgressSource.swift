import Migration
import Model
import Synchronization

/// Reads the state of a job that is going, and remembers how fast it went lately.
///
/// A class because whoever draws and whoever is asked by a signal share it; its state is behind one lock.
final class ProgressSource: Sendable {
    private let subject: ProgressSubject
    private let board: ProgressBoard
    private let limiter: RateLimiter
    private let clock: any MonotonicClock
    private let meter = Mutex(ProgressMeter())

    init(_ subject: ProgressSubject, _ board: ProgressBoard, _ limiter: RateLimiter, _ clock: any MonotonicClock) {
        self.subject = subject
        self.board = board
        self.limiter = limiter
        self.clock = clock
    }

    /// The state now; the wall clock says when that is.
    func state(at wall: Timestamp) -> ProgressState {
        let snapshot = board.snapshot
        var state = ProgressState(
            subject: subject, board: snapshot, setting: limiter.setting, rate: limiter.rate(on: subject.route),
            wait: limiter.wait, isPaused: limiter.isPaused, limit: limiter.foundLimit, now: wall)
        let now = clock.now
        state.achieved = meter.withLock { meter in
            meter.note(state.count.done, of: snapshot.reading?.what ?? (snapshot.planned > 0 ? "rooms" : ""), at: now)
            return meter.perSecond(at: now)
        }
        return state
    }
}
