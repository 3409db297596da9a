/// Work that goes on after its request was answered.
struct DeferredWrites: Sendable {
    typealias Work = @Sendable () async throws -> Void

    private let works: AsyncStream<Work>
    private let continuation: AsyncStream<Work>.Continuation

    init() {
        (works, continuation) = AsyncStream.makeStream()
    }

    /// Hands over work; it begins while ``run()`` runs.
    func add(_ work: @escaping Work) {
        continuation.yield(work)
    }

    /// Lets ``run()`` end once the work in hand is done.
    func finish() {
        continuation.finish()
    }

    /// Does the work that is handed over, all of it at the same time, until finished or cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            for await work in works {
                group.addTask {
                    do {
                        try await work()
                    } catch {
                        // Only cancellation gets here: the sandbox ends before the write was due.
                    }
                }
            }
        }
    }
}
