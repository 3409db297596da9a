import Synchronization

/// Counts how many are in a place at a time.
///
/// A class because tasks share it; all of its state is behind one lock.
final class Crowd: Sendable {
    private let state = Mutex((present: 0, most: 0))

    var present: Int { state.withLock { $0.present } }

    var most: Int { state.withLock { $0.most } }

    func enter() {
        state.withLock { state in
            state.present += 1
            state.most = max(state.most, state.present)
        }
    }

    func leave() {
        state.withLock { $0.present -= 1 }
    }
}
