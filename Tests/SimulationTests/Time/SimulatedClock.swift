import Model
import Synchronization
import TestSupport

/// A clock that stands still while anything is ready to be done, and then jumps to whatever comes next.
///
/// A class because sleepers and the stage share it; all of its state is behind one lock.
final class SimulatedClock: MonotonicClock {
    typealias Instant = ContinuousClock.Instant

    private struct Sleeper {
        var id: Int
        var deadline: Instant
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now = Instant(.zero)
        var last = 0
        var sleepers: [Sleeper] = []
        var cancelled: Set<Int> = []
        var isCut = false
    }

    private let state = Mutex(State())

    var now: Instant { state.withLock { $0.now } }

    /// Since the beginning of the life.
    var offset: Duration { now.offset }

    var minimumResolution: Duration { .zero }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let id = state.withLock { state in
            state.last += 1
            return state.last
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let end = state.withLock { state -> Result<Void, any Error>? in
                    if state.isCut || state.cancelled.remove(id) != nil { return .failure(CancellationError()) }
                    if deadline <= state.now { return .success(()) }
                    state.sleepers.append(Sleeper(id: id, deadline: deadline, continuation: continuation))
                    return nil
                }
                if let end { continuation.resume(with: end) }
            }
        } onCancel: {
            let sleeper = state.withLock { state -> Sleeper? in
                guard let index = state.sleepers.firstIndex(where: { $0.id == id }) else {
                    state.cancelled.insert(id)
                    return nil
                }
                return state.sleepers.remove(at: index)
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    /// When the next sleeper wants to be woken.
    var next: Duration? { state.withLock { $0.sleepers.map(\.deadline).min()?.offset } }

    /// Goes on to an instant, and wakes everybody whose time has come, in the order of their deadlines.
    func goOn(to offset: Duration) {
        let woken = state.withLock { state -> [Sleeper] in
            state.now = max(state.now, Instant(offset))
            let due = state.sleepers.filter { $0.deadline <= state.now }
            state.sleepers.removeAll { $0.deadline <= state.now }
            return due.sorted { ($0.deadline, $0.id) < ($1.deadline, $1.id) }
        }
        for sleeper in woken { sleeper.continuation.resume() }
    }

    /// Lets nobody sleep any more: a process that was killed is brought to its end in no time.
    func cut(_ isCut: Bool) {
        let woken = state.withLock { state -> [Sleeper] in
            state.isCut = isCut
            state.cancelled = []
            defer { state.sleepers = [] }
            return state.sleepers
        }
        for sleeper in woken { sleeper.continuation.resume(throwing: CancellationError()) }
    }
}
