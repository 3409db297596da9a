import GRDB
package import Model

// What an audit asks and foresees.
extension Journal {
    /// Lists the new visitors of all open operations, and of visitor lines whose rooms are not known yet, once; durable
    /// when it returns.
    package func listNewVisitors() async throws {
        try await write { database in
            try database.execute(
                sql: """
                    INSERT OR IGNORE INTO newVisitor (visitor)
                    SELECT newVisitor FROM operationReport WHERE state = 'pending'
                    UNION SELECT finalVisitor FROM discovery WHERE discoveredAt IS NULL
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
            try database.settle(
                "newVisitor IN (SELECT visitor FROM newVisitor WHERE isKnown = 0)",
                as: .refused, .newVisitorNotFound, at: instant)
        }
    }

    /// Settles the operations of a new visitor that cannot be asked for, and those that would follow them; it counts as
    /// asked for.
    package func setAside(_ newVisitor: VisitorID, because reason: ReasonCode, at instant: Timestamp) async throws {
        try await write { database in
            try database.execute(
                sql: "UPDATE newVisitor SET isKnown = 1 WHERE visitor = ?", arguments: [newVisitor.rawValue])
            try database.settle(
                "newVisitor = :visitor", ["visitor": newVisitor.rawValue],
                as: reason == .refusedOnTheWay ? .refused : .failed, reason, at: instant)
        }
    }
}

extension Journal {
    /// Whether an audit was interrupted: by a kill, or by what stopped it before everything was looked at.
    package func isUnfinishedAudit() throws -> Bool {
        let last = try runs().last
        // One that was killed after its last look still has to end.
        if let last, last.endedAt == nil { return true }
        return try (last == nil || last?.stop != nil) && hasOpenQuestions()
    }

    /// Whether something could still be looked at: what waits for a step that is not in the plan never is.
    func hasOpenQuestions() throws -> Bool {
        let open = try read { database in
            try Bool.fetchOne(
                database,
                sql: """
                    SELECT EXISTS (SELECT 1 FROM operation WHERE state = 'sent')
                        OR EXISTS (SELECT 1 FROM operation WHERE state = 'pending' AND waitsFor = 0)
                    """)
        }
        // What something on the way refuses is not found by looking again.
        let unfound = try read { database in
            try Bool.fetchOne(
                database,
                sql: """
                    SELECT EXISTS (SELECT 1 FROM discovery WHERE discoveredAt IS NULL
                        AND reason IS NOT 'refused-on-the-way')
                    """)
        }
        return try open ?? true || unfound ?? true || unaskedOldVisitors() > 0
    }
}

extension Database {
    /// Settles the pending operations that a condition on `newVisitor` holds for, and those that wait for them.
    fileprivate func settle(
        _ condition: String, _ values: StatementArguments = [:], as state: OperationState, _ reason: ReasonCode,
        at instant: Timestamp
    ) throws {
        let arguments =
            values + ["state": state.rawValue, "reason": reason.rawValue, "instant": instant.milliseconds]
        try execute(
            sql: """
                UPDATE operation SET state = :state, reason = :reason, settledAt = :instant
                WHERE state = 'pending' AND id IN (SELECT id FROM operationReport WHERE \(condition))
                """, arguments: arguments)
        // A room never comes to the visitors behind one that it cannot be given to.
        try execute(
            sql: """
                WITH RECURSIVE later(operation) AS (
                    SELECT precedence.operation FROM precedence JOIN operation ON operation.id = precedence.earlier
                    WHERE operation.reason = :reason
                    UNION SELECT precedence.operation FROM later JOIN precedence
                        ON precedence.earlier = later.operation)
                UPDATE operation SET state = 'refused', reason = 'earlier-line-not-done', settledAt = :instant
                WHERE id IN (SELECT operation FROM later) AND state = 'pending'
                """, arguments: ["reason": reason.rawValue, "instant": instant.milliseconds])
    }
}
