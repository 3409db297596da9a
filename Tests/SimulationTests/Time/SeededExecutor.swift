import Dispatch
import Synchronization

/// Runs all tasks of simulated lives on one thread, one job at a time, in an order that the life decides.
///
/// Swift hands every part of a task that is ready to the executor that the task prefers, and so do the child tasks, the
/// default actors and the functions of other packages. What has executors of its own stays outside: GRDB's queue, which
/// is waited for before the next job is chosen, so that a transaction takes no time and no order of its own.
///
/// A class because tasks are tied to one executor; all of its state is behind one lock.
final class SeededExecutor: TaskExecutor {
    private struct State {
        var ready: [UnownedJob] = []
        var stage: Stage?
        var isIdle = false
        var isOver = false
    }

    private let state = Mutex(State())
    private let signal = DispatchSemaphore(value: 0)

    /// Lets the jobs of `body` run on a thread of their own until it returns.
    static func with<Value: Sendable>(
        _ body: @escaping @Sendable (SeededExecutor) async throws -> Value
    ) async throws -> Value {
        let executor = SeededExecutor()
        DispatchQueue(label: "simulation").async { executor.run() }
        defer { executor.end() }
        // A child begins on the executor; a task that is going on reaches it with some later hop only.
        return try await withThrowingTaskGroup(of: Value.self) { group in
            group.addTask(executorPreference: executor) { try await body(executor) }
            guard let value = try await group.next() else { throw CancellationError() }
            return value
        }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        enqueue(stray: UnownedJob(job))
    }

    /// The same for a job that did not ask for this executor.
    func enqueue(stray job: UnownedJob) {
        let isIdle = state.withLock { state in
            state.ready.append(job)
            defer { state.isIdle = false }
            return state.isIdle
        }
        if isIdle { signal.signal() }
    }

    /// The life whose jobs run from now on; between lives the thread sleeps.
    func enter(_ stage: Stage?) {
        state.withLock { $0.stage = stage }
    }

    private func end() {
        let isIdle = state.withLock { state in
            state.isOver = true
            defer { state.isIdle = false }
            return state.isIdle
        }
        if isIdle { signal.signal() }
    }

    private func run() {
        StrayJobs.comeHome(to: self)
        defer { StrayJobs.areFree() }
        while true {
            let stage = state.withLock { $0.stage }
            stage?.awaitTransactions()
            let count = state.withLock { $0.ready.count }
            if count > 0 {
                let choice = stage?.choose(among: count) ?? 0
                let job = state.withLock { $0.ready.remove(at: choice) }
                unsafe job.runSynchronously(on: asUnownedTaskExecutor())
            } else if let stage {
                stage.goOn()
            } else {
                let isOver = state.withLock { state in
                    guard state.ready.isEmpty, !state.isOver else { return state.isOver }
                    state.isIdle = true
                    return false
                }
                if isOver { return }
                if state.withLock({ $0.isIdle }) { signal.wait() }
            }
        }
    }
}
