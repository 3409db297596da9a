package import Journal
package import Model
package import RocketChat
import ServiceLifecycle

/// Asks the server for every new visitor of a plan before an audit looks at the rooms.
package struct VisitorCheck<C: Clock>: Sendable where C.Duration == Duration {
    let reader: RocketChatReader
    let journal: Journal
    let asker: Asker<C>
    let now: @Sendable () -> Timestamp
    let board: ProgressBoard

    package init(
        reader: RocketChatReader, journal: Journal, turnstile: Turnstile<C>, settings: RunnerSettings, clock: C,
        now: @escaping @Sendable () -> Timestamp, board: ProgressBoard
    ) {
        self.reader = reader
        self.journal = journal
        asker = Asker(turnstile: turnstile, retry: settings.retry, clock: clock, jitter: settings.jitter)
        self.now = now
        self.board = board
    }

    /// Settles what the server would refuse because it does not know the new visitor.
    ///
    /// - Returns: whether it came to its end; `false` if the audit was asked to stop.
    /// - Throws: `Stop`, `JournalError`.
    package func check() async throws -> Bool {
        defer { board.endReading() }
        try await journal.listNewVisitors()
        var (done, total) = try journal.visitorChecks()
        while true {
            let visitors = try await journal.uncheckedVisitors(limit: 100)
            guard !visitors.isEmpty else { break }
            for visitor in visitors {
                switch try await asker.askOrRefusal(.visitorsInfo, { await reader.visitor(visitor) }) {
                case nil: return false
                case .answered?: try await journal.note(visitor, isKnown: true)
                case .refused?: try await journal.note(visitor, isKnown: false)
                }
                done += 1
                board.read("the new visitors", done: done, of: total)
            }
        }
        try await journal.refuseUnknownVisitors(at: now())
        return true
    }
}
