import Dispatch

/// Carries out the work of an actor that blocks its thread on one that is not of the shared pool.
///
/// A class, because an executor is one and the same for the life of its actor.
final class QueueExecutor: SerialExecutor {
    private let queue: DispatchQueue

    init(label: String) {
        queue = DispatchQueue(label: label)
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { unsafe job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
