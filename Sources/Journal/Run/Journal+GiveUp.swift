import GRDB
package import Model

extension Journal {
    /// Gives up rooms that are open and were so when this journal first looked at them, `before` an instant: they need
    /// review from now on, and so do later lines that wait for them.
    ///
    /// They remain work for the next run, which looks at each again: one that was closed meanwhile is moved, and all are
    /// left for later again if that run gives nothing up.
    package func giveUp(openSince before: Timestamp, at now: Timestamp) async throws {
        try await write { database in
            // The first look that was answered found the room open: otherwise it would have been moved.
            try database.execute(
                sql: """
                    UPDATE operation SET reason = ?1
                    WHERE \(Schema.isUnsettled) AND state = 'deferred' AND reason = ?2 AND id IN (
                        SELECT operation FROM attempt WHERE action = 'look' AND meaning = 'success'
                        GROUP BY operation HAVING min(sentAt) <= ?3)
                    """,
                arguments: [ReasonCode.openTooLong.rawValue, ReasonCode.openRoom.rawValue, before.milliseconds])
            guard try Bool.fetchOne(database, sql: "SELECT EXISTS (SELECT 1 FROM precedence)") == true else { return }
            try database.execute(
                sql: """
                    WITH RECURSIVE later(operation) AS (
                        SELECT precedence.operation FROM precedence
                            JOIN operation AS earlier ON earlier.id = precedence.earlier
                        WHERE earlier.state = 'deferred' AND earlier.reason = ?1
                        UNION
                        SELECT precedence.operation FROM later JOIN precedence ON precedence.earlier = later.operation)
                    UPDATE operation SET state = 'deferred', reason = ?1, settledAt = ?2
                    WHERE id IN (SELECT operation FROM later) AND state = 'pending' AND waitsFor > 0
                        AND mayHaveMoved = 0
                    """, arguments: [ReasonCode.openTooLong.rawValue, now.milliseconds])
        }
    }
}
