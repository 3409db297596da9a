import GRDB
package import Model

extension JournalSnapshot {
    /// Calls `body` with each visitor line that a run has settled well: all rooms of the old visitor that were there at an
    /// instant are with the new one.
    ///
    /// The new visitor is the one at the end of the line's chain. Room lines say nothing about a visitor as a whole.
    package func forEachVisitorMerged(
        _ body: (_ old: String, _ new: String, _ instant: Timestamp) throws -> Void
    ) throws {
        try read { database in
            let rows = try Row.fetchCursor(
                database,
                sql: """
                    SELECT lineReport.oldVisitor, lineReport.finalVisitor, discovery.discoveredAt
                    FROM lineReport JOIN discovery ON discovery.line = lineReport.line
                    WHERE lineReport.room = '' AND lineReport.outcome IN ('merged', 'already', 'no-rooms')
                        AND discovery.discoveredAt IS NOT NULL
                    """)
            while let row = try rows.next() {
                try body(row.decode(atIndex: 0), row.decode(atIndex: 1), row.instant(2))
            }
        }
    }
}
