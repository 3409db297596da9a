import Journal
package import Model
package import RocketChat
import ServiceLifecycle

/// Asks the server which visitors of a plan exist.
package struct NewVisitorCheck: Sendable {
    let visitor: @Sendable (VisitorID) async -> Reply<VisitorRecord>
    let desk: ReadContext

    /// `visitor` asks for one of them (TheReads, "One visitor").
    package init(desk: ReadContext, visitor: @escaping @Sendable (VisitorID) async -> Reply<VisitorRecord>) {
        self.visitor = visitor
        self.desk = desk
    }

    /// Settles what the server would refuse because it does not know the new visitor, before an audit looks at rooms,
    /// and sets aside the lines whose new visitor cannot be asked for.
    ///
    /// - Returns: whether it came to its end; `false` if the audit was asked to stop.
    /// - Throws: `Stop`, `JournalError`.
    package func checkNewVisitors() async throws -> Bool {
        defer { desk.board.endReading() }
        try await desk.journal.listNewVisitors()
        var (done, total) = try desk.journal.visitorChecks()
        if total > done {
            // The first check is of all that lines name; more may come to light with the rooms that are found.
            try await desk.expect(CallEstimate([.visitorsInfo: total - done]), of: "new visitors from \(done)")
        }
        while true {
            let visitors = try await desk.journal.uncheckedVisitors(limit: 100)
            guard !visitors.isEmpty else { break }
            for visitor in visitors {
                switch try await ask(visitor) {
                case nil: return false
                case .refused(.newVisitorNotFound, _)?: try await desk.journal.note(visitor, isKnown: false)
                // The server's other words do not say that the visitor is missing; the looks at the rooms decide.
                case .answered?, .refused(.refusedByServer, _)?, .refused(.invalidRequest, _)?,
                    .refused(.roomNotAllowed, _)?:
                    try await desk.journal.note(visitor, isKnown: true)
                case .refused(let reason, let detail)?: try await desk.setAside(visitor, because: reason, detail)
                }
                done += 1
                desk.board.read("the new visitors", done: done, of: total)
            }
        }
        try await desk.journal.refuseUnknownVisitors(at: desk.now())
        return true
    }

    /// Finds out which old visitors without rooms exist: one that does not is a mistake in the mapping, or the wrong
    /// server.
    ///
    /// - Returns: whether it came to its end; `false` if the run was asked to stop.
    /// - Throws: `Stop`, `JournalError`.
    package func checkOldVisitors() async throws -> Bool {
        var last = 0
        try await desk.expect(
            CallEstimate([.visitorsInfo: desk.journal.unaskedOldVisitors()]), of: "old visitors without rooms")
        while true {
            let visitors = try await desk.journal.unaskedOldVisitors(after: last, limit: 100)
            guard let end = visitors.last else { return true }
            last = end.line
            for move in visitors {
                switch try await ask(move.oldVisitor) {
                case nil: return false
                case .answered?: try await desk.journal.note(move, visitorExists: true)
                case .refused(.newVisitorNotFound, _)?: try await desk.journal.note(move, visitorExists: false)
                case .refused(let reason, let detail)?: try await desk.setAside(move, because: reason, detail)
                }
            }
        }
    }

    private func ask(_ id: VisitorID) async throws -> RetryingClient.Answer<VisitorRecord>? {
        try await desk.asker.askOrRefusal(.visitorsInfo) {
            await visitor(id)
        } probe: {
            await visitor(Probe.visitor)
        }
    }
}
