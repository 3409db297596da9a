import Synchronization

/// Keeps what it is given, from any task.
///
/// A class because tasks share it; all of its state is behind one lock.
final class Recorder<Value: Sendable>: Sendable {
    private let state = Mutex<[Value]>([])

    var values: [Value] { state.withLock { $0 } }

    func add(_ value: Value) {
        state.withLock { $0.append(value) }
    }
}
