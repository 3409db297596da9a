import Dispatch
import Journal
import Mapping
import Model
import ServiceLifecycle
import Synchronization

/// Does work that blocks on a thread of its own, so that signals are heeded meanwhile: where there is one processor, the
/// shared pool has one thread.
func onOwnThread<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue(label: "own thread").async { continuation.resume(with: Result(catching: work)) }
    }
}

/// Hands work a question that every thread may ask: whether it was asked to stop.
///
/// - Throws: what `work` throws; `Stop.signal` where it gave up reading because of such a request.
func withStopRequest<Value: Sendable>(
    _ work: (_ isAskedToStop: @escaping @Sendable () -> Bool) async throws -> Value
) async throws -> Value {
    let request = StopRequest()
    do {
        return try await withTaskCancellationOrGracefulShutdownHandler {
            try await work { request.isMade.load(ordering: .relaxed) }
        } onCancelOrGracefulShutdown: {
            request.isMade.store(true, ordering: .relaxed)
        }
    } catch MappingError.stopped {
        throw Stop.signal
    } catch let error as JournalError where error.isLockedElsewhere && request.isMade.load(ordering: .relaxed) {
        throw Stop.signal
    }
}

/// A class, because the one who asks and the one who looks have it in common.
private final class StopRequest: Sendable {
    let isMade = Atomic(false)
}
