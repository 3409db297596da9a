package import Journal
package import Logging
package import Model

/// Looks into the journal for what people ask of a run, and does it.
package struct SteeringFollower: Sendable {
    private let journal: Journal
    private let run: Int64
    private let limiter: RateLimiter
    private let clock: any MonotonicClock
    private let now: @Sendable () -> Timestamp
    private let logger: Logger

    /// `clock` waits between looks; `now` is the wall clock, for the journal.
    package init(
        journal: Journal, run: Int64, limiter: RateLimiter, clock: any MonotonicClock,
        now: @escaping @Sendable () -> Timestamp,
        logger: Logger
    ) {
        self.journal = journal
        self.run = run
        self.limiter = limiter
        self.clock = clock
        self.now = now
        self.logger = logger
    }

    /// Looks four times a second until its task is cancelled.
    package func follow() async {
        while !Task.isCancelled {
            do {
                try await clock.sleep(for: .milliseconds(250))
                try await look()
            } catch is CancellationError {
                return
            } catch {
                // Whatever is wrong with the journal, the run itself meets it and says so.
                logger.debug("Cannot look for steering", metadata: ["merge.error": "\(error)"])
            }
        }
    }

    private func look() async throws {
        for steering in try await journal.openSteering(of: run) {
            guard let command = SteeringCommand(steering.command) else {
                // A later version of the program knows more commands.
                try await journal.refuse(steering, because: "this version does not know the command")
                continue
            }
            limiter.steer(command)
            logger.notice(
                "Steered", metadata: ["merge.command": "\(command)", "merge.by": "\(steering.askedBy)"])
            try await journal.take([steering], at: now())
        }
    }
}
