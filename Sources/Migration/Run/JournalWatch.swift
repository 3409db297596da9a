package import Model
package import Journal
package import Logging

/// Watches the files of a journal while a command works on it.
package struct JournalWatch: Sendable {
    private let isGone: @Sendable () -> Bool
    private let lock: JournalLock?
    private let limiter: RateLimiter
    private let clock: any MonotonicClock
    private let logger: Logger

    /// Watches a journal whose lock this process has.
    package init(lock: JournalLock, limiter: RateLimiter, clock: any MonotonicClock, logger: Logger) {
        isGone = { lock.loss() != nil }
        self.lock = lock
        self.limiter = limiter
        self.clock = clock
        self.logger = logger
    }

    /// Watches journals that are only read.
    package init(reading journals: [Journal], limiter: RateLimiter, clock: any MonotonicClock, logger: Logger) {
        isGone = {
            do {
                for journal in journals { try journal.requirePlace() }
                return false
            } catch {
                // The command asks again for the reason, once it has stopped.
                return true
            }
        }
        lock = nil
        self.limiter = limiter
        self.clock = clock
        self.logger = logger
    }

    /// Looks four times a second until its task is cancelled, or until the journal is gone: then nothing leaves any more.
    package func follow() async {
        while !isGone() {
            restoreLockFile()
            do {
                try await clock.sleep(for: .milliseconds(250))
            } catch {
                return
            }
        }
        limiter.close()
    }

    private func restoreLockFile() {
        guard let lock else { return }
        do {
            if try lock.restoreFile() {
                logger.warning("The lock file of the journal was removed, and is there again: \(lock.path)")
            }
        } catch {
            // The journal itself is locked too, so no second run gets in.
            logger.debug("Cannot restore the lock file", metadata: ["merge.error": "\(error)"])
        }
    }
}
