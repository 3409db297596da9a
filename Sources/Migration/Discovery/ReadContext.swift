package import Journal
package import Logging
package import Model
package import RocketChat

/// What everything works with that reads from the server for a journal, apart from its operations.
package struct ReadContext: Sendable {
    let journal: Journal
    let asker: RetryingClient
    /// Most requests in flight.
    let concurrency: Int
    let now: @Sendable () -> Timestamp
    let board: ProgressBoard
    let logger: Logger
    /// Where calls are counted; `nil` if the job is one whose calls were not counted from its beginning.
    private let ledger: CallLedger?

    /// `clock` paces and waits; `now` is the wall clock, for what is written into the journal.
    package init(
        journal: Journal, limiter: RateLimiter, settings: RunnerSettings, clock: any MonotonicClock,
        now: @escaping @Sendable () -> Timestamp, board: ProgressBoard, logger: Logger,
        ledger: CallLedger? = nil
    ) {
        self.ledger = ledger
        self.journal = journal
        asker = RetryingClient(limiter: limiter, retry: settings.retry, clock: clock, jitter: settings.jitter)
        concurrency = settings.concurrency
        self.now = now
        self.board = board
        self.logger = logger
    }

    /// Remembers what a step of the work will cost; what was expected of it first stands.
    package func expect(_ estimate: CallEstimate, of step: String) async throws {
        try await ledger?.expect(estimate.named, of: step)
    }

    /// Reads the definitions of all custom fields.
    ///
    /// - Returns: `nil` if the run was asked to stop meanwhile.
    /// - Throws: `Stop` when the server refuses or cannot be reached.
    package func customFields(of reader: some ContactReader) async throws -> [CustomFieldDefinition]? {
        var fields: [CustomFieldDefinition] = []
        // No workspace has so many; a server that never comes to an end is not followed.
        for _ in 0..<100 {
            let offset = fields.count
            guard
                let (page, _) = try await asker.ask(
                    .customFields, { await reader.customFields(offset: offset, count: 100) })
            else { return nil }
            fields += page.fields
            if page.fields.isEmpty || fields.count >= page.total { return fields }
        }
        return fields
    }

    /// Settles the operations of a new visitor that cannot be asked for, and says why.
    func setAside(_ newVisitor: VisitorID, because reason: ReasonCode, _ detail: String) async throws {
        logger.warning(
            "the lines of a new visitor are set aside",
            metadata: ["visitor": "\(newVisitor)", "reason": "\(reason.rawValue)", "detail": "\(detail)"])
        try await journal.setAside(newVisitor, because: reason, at: now())
    }

    /// Remembers that a visitor line is set aside, and says why.
    func setAside(_ move: VisitorMove, because reason: ReasonCode, _ detail: String) async throws {
        // Where no anchor is granted all lines are refused, and the stop or the report says so once.
        if reason != .discoveryRefused {
            logger.warning(
                "a visitor line is set aside",
                metadata: [
                    "line": "\(move.line)", "visitor": "\(move.oldVisitor)", "reason": "\(reason.rawValue)",
                    "detail": "\(detail)",
                ])
        }
        try await journal.noteUndiscovered(move, because: reason)
    }
}
