import GRDB
package import Model

// Old visitors that should have no room left, as the record of the job has it.
extension JournalSnapshot {
    /// How many there are; an audit empties none.
    package func emptiedVisitors() throws -> Int {
        try read { try Int.fetchOne($0, sql: "SELECT count(*) FROM (\(Self.emptied))") ?? 0 }
    }

    /// Hands over each of them, by id.
    package func forEachEmptied(_ body: (EmptiedRow) throws -> Void) throws {
        try read { database in
            let rows = try Row.fetchCursor(database, sql: "\(Self.emptied) ORDER BY visitor")
            while let row = try rows.next() {
                try body(try EmptiedRow(row))
            }
        }
    }

    /// All of whose operations moved their room or found it moved, and whose rooms are all known.
    ///
    /// Runs of earlier versions read what was left, and a visitor who had rooms then is left out.
    fileprivate static let emptied = """
        SELECT operationReport.oldVisitor AS visitor, max(operationReport.newVisitor) AS newVisitor,
            sum(operationReport.state = 'moved'),
            coalesce(sum(operationReport.state = 'moved' AND operationReport.wasOpen), 0),
            max(emptied.sharesToken), max(emptied.readAt), max(emptied.roomsLeft)
        FROM operationReport LEFT JOIN emptied ON emptied.visitor = operationReport.oldVisitor
        WHERE EXISTS (SELECT 1 FROM job WHERE kind <> 'audit')
            AND operationReport.oldVisitor NOT IN (SELECT oldVisitor FROM discovery WHERE discoveredAt IS NULL)
        GROUP BY operationReport.oldVisitor
        HAVING sum(state = 'moved') > 0 AND sum(state NOT IN ('moved', 'already')) = 0
            AND coalesce(max(emptied.roomsLeft), 0) = 0
        """
}

extension Journal {
    /// Different visitors in the pairs of old visitors that should have no room left and their new ones.
    package func visitorsOfEmptied() throws -> Int {
        try read { database in
            try Int.fetchOne(
                database,
                sql: """
                    WITH pair(old, new) AS (SELECT visitor, newVisitor FROM (\(JournalSnapshot.emptied)))
                    SELECT count(*) FROM (SELECT old FROM pair UNION SELECT new FROM pair)
                    """) ?? 0
        }
    }

    /// The next of them by id after one, for those who ask the server about each.
    package func emptiedVisitors(after visitor: VisitorID?, limit: Int) async throws -> [EmptiedRow] {
        try await read { database in
            try Row.fetchAll(
                database,
                sql: "SELECT * FROM (\(JournalSnapshot.emptied)) WHERE visitor > ? ORDER BY visitor LIMIT ?",
                arguments: [visitor?.rawValue ?? "", limit]
            ).map { try EmptiedRow($0) }
        }
    }
}
