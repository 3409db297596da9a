import Journal
import Model
package import RocketChat
import ServiceLifecycle

/// Asks the server for every new visitor of a plan before an audit looks at the rooms.
package struct VisitorCheck<C: Clock>: Sendable where C.Duration == Duration {
    let reader: RocketChatReader
    let desk: ReadingDesk<C>

    package init(reader: RocketChatReader, desk: ReadingDesk<C>) {
        self.reader = reader
        self.desk = desk
    }

    /// Settles what the server would refuse because it does not know the new visitor.
    ///
    /// - Returns: whether it came to its end; `false` if the audit was asked to stop.
    /// - Throws: `Stop`, `JournalError`.
    package func check() async throws -> Bool {
        defer { desk.board.endReading() }
        try await desk.journal.listNewVisitors()
        var (done, total) = try desk.journal.visitorChecks()
        while true {
            let visitors = try await desk.journal.uncheckedVisitors(limit: 100)
            guard !visitors.isEmpty else { break }
            for visitor in visitors {
                switch try await desk.asker.askOrRefusal(.visitorsInfo, { await reader.visitor(visitor) }) {
                case nil: return false
                case .refused(.newVisitorNotFound, _)?: try await desk.journal.note(visitor, isKnown: false)
                // Any other refusal does not say that the visitor is missing; the looks at the rooms decide.
                case .answered?, .refused?: try await desk.journal.note(visitor, isKnown: true)
                }
                done += 1
                desk.board.read("the new visitors", done: done, of: total)
            }
        }
        try await desk.journal.refuseUnknownVisitors(at: desk.now())
        return true
    }
}
