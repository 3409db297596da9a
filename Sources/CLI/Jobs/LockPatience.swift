import Journal
import Matching
import Model
import ServiceLifecycle

/// How long a command waits for a journal that another run has locked.
struct LockPatience: Sendable {
    /// How long is left between two looks: a lock can only be asked for.
    private static let interval = Duration.milliseconds(250)

    private let limit: Duration
    private let deadline: Instant
    private let clock: any MonotonicClock

    /// Ends at once where something is locked.
    static let none = LockPatience(.zero, clock: ContinuousClock())

    var isAny: Bool { limit > .zero }

    /// Waits for at most `limit` from now on, however many locks are taken.
    init(_ limit: Duration, clock: any MonotonicClock) {
        self.limit = limit
        self.clock = clock
        deadline = clock.now + limit
    }

    /// Takes a lock, when it is free at the latest.
    ///
    /// Says once who has it.
    ///
    /// - Throws: what `attempt` throws, `locked` after the time; `Stop.signal` if the command was asked to stop.
    func take<Lock>(_ attempt: () throws -> Lock) async throws -> Lock {
        while true {
            do {
                return try attempt()
            } catch {
                let left = clock.now.duration(to: deadline)
                guard let sentence = Self.sentence(for: error), left > .zero else { throw error }
                Output.remark(
                    "\(sentence) This command waits for at most \(limit.inWords) (--wait).")
                try await sleep(for: min(left, Self.interval))
            }
        }
    }

    /// Waits until nobody works on a journal that is about to be read.
    func waitForEnd(ofJournalAt path: String) async throws {
        try await take {
            guard let holder = JournalLock.holder(ofJournalAt: path) else { return }
            throw JournalError.locked(path: path, holder: holder)
        }
    }

    private func sleep(for length: Duration) async throws {
        guard !Task.isShuttingDownGracefully else { throw Stop.signal }
        do {
            try await cancelWhenGracefulShutdown { try await clock.sleep(for: length) }
        } catch is CancellationError {
            throw Stop.signal
        }
    }

    /// What is in use by whom; `nil` for an error that waiting does not mend.
    private static func sentence(for error: any Error) -> String? {
        if case .locked(let path, let holder)? = (error as? JournalError)?.unnamed {
            return "The journal \(path) is in use by \(holder)."
        }
        if case .locked(let path)? = error as? SuggestionError { return "Another suggest is at work on \(path)." }
        return nil
    }
}
