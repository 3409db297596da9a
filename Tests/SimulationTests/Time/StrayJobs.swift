import Glibc
import Synchronization

/// Brings jobs home that tasks of a life would hand to the pool that all tasks share.
///
/// Unstructured tasks prefer no executor, and ServiceLifecycle makes one whenever a wait for the graceful shutdown is
/// cancelled. What is enqueued by the thread of an executor stays with that executor; all other threads are left alone.
enum StrayJobs {
    private typealias Original = @convention(thin) (UnownedJob) -> Void
    private typealias Hook = @convention(thin) (UnownedJob, Original) -> Void

    private static let executors = Mutex<[pthread_t: SeededExecutor]>([:])

    static func comeHome(to executor: SeededExecutor) {
        precondition(isInstalled, "This runtime has no place for a hook")
        executors.withLock { $0[pthread_self()] = executor }
    }

    static func areFree() {
        executors.withLock { $0[pthread_self()] = nil }
    }

    private static let isInstalled: Bool = {
        guard let symbol = unsafe dlsym(dlopen(nil, RTLD_LAZY), "swift_task_enqueueGlobal_hook") else { return false }
        unsafe symbol.assumingMemoryBound(to: Hook?.self).pointee = { job, original in
            if let executor = executors.withLock({ $0[pthread_self()] }) {
                executor.enqueue(stray: job)
            } else {
                original(job)
            }
        }
        return true
    }()
}
