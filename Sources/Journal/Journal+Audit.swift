import GRDB
package import Model

// What an audit asks and foresees.
extension Journal {
    /// Lists the new visitors of all open operations, once; durable when it returns.
    package func listNewVisitors() async throws {
        try await write { database in
            try database.execute(
                sql: """
                    INSERT OR IGNORE INTO newVisitor (visitor)
                    SELECT DISTINCT newVisitor FROM operationReport WHERE state = 'pending'
                    """)
        }
    }

    /// New visitors that nobody has asked the server for yet.
    package func uncheckedVisitors(limit: Int) async throws -> [VisitorID] {
        try await write { database in
            try String.fetchAll(
                database, sql: "SELECT visitor FROM newVisitor WHERE isKnown IS NULL ORDER BY visitor LIMIT ?",
                arguments: [limit]
            ).map { VisitorID($0) }
        }
    }

    /// How many of the listed visitors are asked for, and how many there are.
    package func visitorChecks() throws -> (done: Int, total: Int) {
        try read { database in
            let row = try Row.fetchOne(database, sql: "SELECT count(isKnown), count(*) FROM newVisitor")
            return try (row?.decode(atIndex: 0) ?? 0, row?.decode(atIndex: 1) ?? 0)
        }
    }

    /// Remembers whether the server knows a new visitor.
    package func note(_ visitor: VisitorID, isKnown: Bool) async throws {
        try await write { database in
            try database.execute(
                sql: "UPDATE newVisitor SET isKnown = ? WHERE visitor = ?", arguments: [isKnown, visitor.rawValue])
        }
    }

    /// Settles the operations whose new visitor the server does not know, and those that would follow them: it would
    /// refuse them.
    package func refuseUnknownVisitors(at instant: Timestamp) async throws {
        try await write { database in
            guard
                try Bool.fetchOne(database, sql: "SELECT EXISTS (SELECT 1 FROM newVisitor WHERE isKnown = 0)") ?? false
            else { return }
            try database.execute(
                sql: """
                    UPDATE operation SET state = 'refused', reason = 'new-visitor-not-found', settledAt = ?
                    WHERE state = 'pending' AND id IN (
                        SELECT operationReport.id FROM operationReport JOIN newVisitor
                            ON newVisitor.visitor = operationReport.newVisitor AND newVisitor.isKnown = 0)
                    """, arguments: [instant.milliseconds])
            try database.execute(
                sql: """
                    INSERT INTO operation (id, line, state, reason, settledAt)
                    SELECT number, number, 'refused', 'new-visitor-not-found', ?
                    FROM line JOIN newVisitor ON newVisitor.visitor = line.newVisitor AND newVisitor.isKnown = 0
                    WHERE roomKey IS NOT NULL AND NOT EXISTS (SELECT 1 FROM operation WHERE id = number)
                    """, arguments: [instant.milliseconds])
            try database.execute(
                sql: "UPDATE frontier SET untouched = untouched - ?", arguments: [database.changesCount])
            // A room never comes to the visitors behind one whom the server does not know.
            try database.execute(
                sql: """
                    WITH RECURSIVE later(operation) AS (
                        SELECT precedence.operation FROM precedence JOIN operation ON operation.id = precedence.earlier
                        WHERE operation.reason = 'new-visitor-not-found'
                        UNION SELECT precedence.operation FROM later JOIN precedence
                            ON precedence.earlier = later.operation)
                    UPDATE operation SET state = 'refused', reason = 'earlier-line-not-done', settledAt = ?
                    WHERE id IN (SELECT operation FROM later) AND state = 'pending'
                    """, arguments: [instant.milliseconds])
        }
    }
}
