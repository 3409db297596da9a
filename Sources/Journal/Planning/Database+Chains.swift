import GRDB
import Model

// Operations on one room that wait for one another. From each leads one way on to the end of its chain; ways may join.
extension Database {
    /// What outcomes mean for the operations that wait for them.
    ///
    /// However long the chains are, each operation is reached once.
    func settleFollowers(of outcomes: [Outcome], run: Int64) throws {
        guard try hasChains() else { return }
        for outcome in outcomes {
            switch outcome.state {
            case .moved where outcome.reason == .wouldMove: try settleForeseen(by: outcome, run: run)
            case .moved, .already:
                try free(followersOf: outcome.operation)
                if outcome.reason == .alreadyFurther {
                    try settlePassed(by: outcome, run: run)
                }
            case .conflict, .refused: try settleStranded(by: outcome, run: run)
            case .pending, .sent, .deferred, .failed, .unknown: break
            }
        }
    }

    /// Whether later lines of the same room lead on from an operation to a visitor.
    func leads(_ operation: Int64, to visitor: String) throws -> Bool {
        let select = try cachedStatement(sql: Self.wayOn + " SELECT EXISTS (SELECT 1 FROM later WHERE newVisitor = ?2)")
        return try Bool.fetchOne(select, arguments: [operation, visitor]) ?? false
    }

    private func hasChains() throws -> Bool {
        try Bool.fetchOne(cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM precedence)")) ?? false
    }

    private func free(followersOf operation: Int64) throws {
        try cachedStatement(
            sql: """
                UPDATE operation SET waitsFor = waitsFor - 1
                WHERE id IN (SELECT operation FROM precedence WHERE earlier = ?)
                """
        ).execute(arguments: [operation])
    }

    /// A room that is further along has passed every visitor on the way: nothing is left to do up to the line that
    /// leads to where it is, and nobody has to look again for each.
    private func settlePassed(by outcome: Outcome, run: Int64) throws {
        guard let visitor = outcome.foundVisitor?.rawValue else { return }
        let update = try cachedStatement(
            sql: """
                \(Self.wayOn)
                UPDATE operation SET state = ?3, reason = ?4, foundVisitor = ?2, settledAt = ?5, run = ?6
                WHERE id IN (SELECT operation FROM later WHERE newVisitor <> ?2) AND state = 'pending'
                RETURNING id
                """)
        let passed = try Int64.fetchAll(
            update,
            arguments: [
                outcome.operation, visitor, OperationState.already.rawValue, ReasonCode.alreadyFurther.rawValue,
                outcome.settledAt.milliseconds, run,
            ])
        for operation in passed {
            try free(followersOf: operation)
        }
    }

    /// An audit leaves the room where it is, so it can only look before the first step that is to be made: with that the
    /// others would be made too.
    private func settleForeseen(by outcome: Outcome, run: Int64) throws {
        let update = try cachedStatement(
            sql: """
                WITH RECURSIVE later(operation) AS (
                    SELECT precedence.operation FROM precedence JOIN operation ON operation.id = precedence.operation
                    WHERE precedence.earlier = ?1 AND operation.state = 'pending'
                    UNION ALL
                    SELECT precedence.operation FROM later JOIN precedence ON precedence.earlier = later.operation
                        JOIN operation ON operation.id = precedence.operation
                    WHERE operation.state = 'pending')
                UPDATE operation SET state = ?2, reason = ?3, confirmedBy = ?4, wasOpen = ?5, settledAt = ?6, run = ?7
                WHERE id IN (SELECT operation FROM later) AND state = 'pending'
                """)
        try update.execute(arguments: [
            outcome.operation, outcome.state.rawValue, outcome.reason?.rawValue, outcome.confirmedBy?.rawValue,
            outcome.wasOpen, outcome.settledAt.milliseconds, run,
        ])
    }

    /// A later line of a chain cannot be carried out where an earlier one will never be: it ends the same way.
    private func settleStranded(by outcome: Outcome, run: Int64) throws {
        // What follows a stranded operation is stranded already.
        let update = try cachedStatement(
            sql: """
                WITH RECURSIVE later(operation) AS (
                    SELECT precedence.operation FROM precedence JOIN operation ON operation.id = precedence.operation
                    WHERE precedence.earlier = ?1 AND operation.state NOT IN ('conflict', 'refused')
                    UNION ALL
                    SELECT precedence.operation FROM later JOIN precedence ON precedence.earlier = later.operation
                        JOIN operation ON operation.id = precedence.operation
                    WHERE operation.state NOT IN ('conflict', 'refused'))
                UPDATE operation SET state = ?2, reason = ?3, foundVisitor = ?4, settledAt = ?5, run = ?6
                WHERE id IN (SELECT operation FROM later) AND state = 'pending'
                """)
        try update.execute(arguments: [
            outcome.operation, outcome.state.rawValue, ReasonCode.earlierLineNotDone.rawValue,
            outcome.foundVisitor?.rawValue, outcome.settledAt.milliseconds, run,
        ])
    }

    /// The operations after ?1 up to the one that leads to the visitor ?2, or to the end if there is none.
    private static let wayOn = """
        WITH RECURSIVE later(operation, newVisitor) AS (
            SELECT precedence.operation, line.newVisitor
            FROM precedence JOIN line ON line.number = precedence.operation
            WHERE precedence.earlier = ?1
            UNION ALL
            SELECT precedence.operation, line.newVisitor
            FROM later JOIN precedence ON precedence.earlier = later.operation
                JOIN line ON line.number = precedence.operation
            WHERE later.newVisitor <> ?2)
        """
}
