import GRDB
import Model
import RawSQL

// The statements of a run. Each is prepared once and kept by GRDB with the connection.
extension Database {
    func exchange(_ exchange: RunTransaction) throws -> Claim {
        try record(exchange.attempts, run: exchange.run)
        try commit(exchange)
        try settleFollowers(of: exchange.outcomes, run: exchange.run)
        if !exchange.outcomes.isEmpty { CrashPoint.beforeCommit.reach() }
        try release(exchange.released)
        guard exchange.wanted > 0 else { return Claim(operations: [], cursor: exchange.cursor) }
        let claim = try claim(exchange)
        if claim.isDeclared, !claim.operations.isEmpty { CrashPoint.beforeIntent.reach() }
        return claim
    }

    private func record(_ attempts: [Attempt], run: Int64) throws {
        var insertion = try RawInsertion(
            """
            INSERT INTO attempt (operation, run, action, sentAt, milliseconds, httpStatus, meaning)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """, in: self)
        for attempt in attempts {
            insertion.bind(attempt.operation)
            insertion.bind(run)
            insertion.bind(attempt.action.rawValue)
            insertion.bind(attempt.sentAt.milliseconds)
            insertion.bind(Int64(attempt.milliseconds))
            insertion.bind(attempt.status.map { Int64($0) })
            insertion.bind(attempt.meaning)
            try insertion.run()
        }
    }

    /// Writes outcomes, and how many PUTs were sent; most operations have both in the same transaction.
    private func commit(_ exchange: RunTransaction) throws {
        var moves: [Int64: Int64] = [:]
        for attempt in exchange.attempts where attempt.action == .move && attempt.meaning != "not-sent" {
            moves[attempt.operation, default: 0] += 1
        }
        var update = try RawInsertion(
            """
            UPDATE operation SET state = ?, reason = ?, confirmedBy = ?, httpStatus = ?, foundVisitor = ?,
                wasOpen = ?, settledAt = ?, mayHaveMoved = ?, attempts = attempts + ?
            WHERE id = ? AND state = 'sent'
            """, in: self)
        for outcome in exchange.outcomes {
            update.bind(outcome.state.rawValue)
            update.bind(outcome.reason?.rawValue)
            update.bind(outcome.confirmedBy?.rawValue)
            update.bind(outcome.status.map { Int64($0) })
            update.bind(outcome.foundVisitor?.rawValue)
            update.bind(outcome.wasOpen.map { $0 ? 1 : 0 })
            update.bind(outcome.settledAt.milliseconds)
            update.bind(outcome.mayHaveMoved ? 1 : 0)
            update.bind(moves.removeValue(forKey: outcome.operation) ?? 0)
            update.bind(outcome.operation)
            try update.run()
            guard changesCount == 1 else {
                throw BrokenRule(what: "operation \(outcome.operation) was not in flight when its outcome came")
            }
        }
        for (operation, count) in moves {
            try cachedStatement(sql: "UPDATE operation SET attempts = attempts + ? WHERE id = ?")
                .execute(arguments: [count, operation])
        }
    }

    private func release(_ operations: [Operation]) throws {
        guard !operations.isEmpty else { return }
        let update = try cachedStatement(
            sql: "UPDATE operation SET state = 'pending', mayHaveMoved = ? WHERE id = ? AND state = 'sent'")
        for operation in operations {
            try update.execute(arguments: [operation.mayHaveMoved, operation.id])
        }
    }
}

/// Something that this program does only through a fault of its own.
struct BrokenRule: Error {
    var what: String
}
