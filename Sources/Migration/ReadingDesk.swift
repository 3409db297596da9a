package import Journal
package import Model

/// What everything works with that reads from the server for a journal, apart from its operations.
package struct ReadingDesk<C: Clock>: Sendable where C.Duration == Duration {
    let journal: Journal
    let asker: Asker<C>
    /// Most requests in flight.
    let concurrency: Int
    let now: @Sendable () -> Timestamp
    let board: ProgressBoard

    /// `clock` paces and waits; `now` is the wall clock, for what is written into the journal.
    package init(
        journal: Journal, turnstile: Turnstile<C>, settings: RunnerSettings, clock: C,
        now: @escaping @Sendable () -> Timestamp, board: ProgressBoard
    ) {
        self.journal = journal
        asker = Asker(turnstile: turnstile, retry: settings.retry, clock: clock, jitter: settings.jitter)
        concurrency = settings.concurrency
        self.now = now
        self.board = board
    }
}
