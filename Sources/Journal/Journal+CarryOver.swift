import FoundationEssentials
import GRDB
import Glibc
package import Model

// From an audit's plan to the journal of the run that carries it out.
extension Journal {
    /// Makes the journal of a run from this audit: exactly the operations found movable are pending in it.
    ///
    /// The audit is marked as used before the journal appears, so that two runs can never carry out one plan. When
    /// `isThere` says that the run's journal exists, it only has to be the one made from this plan.
    ///
    /// - Throws: `JournalError` when the plan is too old, used, unfinished, or another journal is in its place.
    package func carryOver(
        to path: String, at instant: Timestamp, maxAge: Duration, toolVersion: String, isThere: Bool
    ) throws {
        let identity = try read { try String.fetchOne($0, sql: "SELECT identity FROM job") ?? "" }
        guard !isThere else {
            let journal = try Journal(at: path, for: .read)
            let madeFrom = try journal.read { try String.fetchOne($0, sql: "SELECT madeFrom FROM job") }
            try journal.close()
            guard madeFrom == identity else { throw JournalError.otherPlan(path: path, plan: self.path) }
            return
        }
        try requireUsable(at: instant, maxAge: maxAge)
        let use = URL(filePath: path).standardizedFileURL.path
        let usedBy = try write { database -> String? in
            let usedBy = try String.fetchOne(database, sql: "SELECT usedBy FROM job")
            try database.execute(sql: "UPDATE job SET usedBy = ? WHERE usedBy IS NULL", arguments: [use])
            return usedBy
        }
        // A kill between the mark and the journal leaves a mark of the same journal: then it goes on here.
        if let usedBy, usedBy != use {
            throw JournalError.planUsed(path: self.path, by: usedBy)
        }
        try Self.create(at: path, copying: self) { database in
            try database.execute(
                sql: """
                    UPDATE operation SET reason = 'not-in-plan', state = iif(state = 'pending', 'deferred', state)
                    WHERE state IN ('pending', 'deferred', 'failed', 'unknown');
                    UPDATE operation SET state = 'pending', reason = NULL, confirmedBy = NULL, httpStatus = NULL,
                        wasOpen = NULL, settledAt = NULL, mayHaveMoved = 0
                    WHERE state = 'moved';
                    UPDATE operation SET waitsFor = (
                        SELECT count(*) FROM precedence JOIN operation AS earlier ON earlier.id = precedence.earlier
                        WHERE precedence.operation = operation.id AND earlier.state NOT IN ('moved', 'already', 'conflict', 'refused'))
                    WHERE id IN (SELECT operation FROM precedence);
                    """)
            try database.execute(
                sql: """
                    UPDATE job SET kind = 'run', madeFrom = identity, identity = lower(hex(randomblob(16))),
                        usedBy = NULL, undoneBy = NULL, plannedAt = ?, toolVersion = ?
                    """, arguments: [instant.milliseconds, toolVersion])
        }
    }

    private func requireUsable(at instant: Timestamp, maxAge: Duration) throws {
        let plannedAt = try job().plannedAt
        let age = Duration.milliseconds(instant.milliseconds - plannedAt.milliseconds)
        guard age <= maxAge else {
            throw JournalError.planTooOld(path: path, age: age, maxAge: maxAge)
        }
        guard try !isUnfinishedAudit() else { throw JournalError.planUnfinished(path: path) }
    }

    /// Whether something could still be looked at: what waits for a step that is not in the plan never is.
    private func isUnfinishedAudit() throws -> Bool {
        let open = try read { database in
            try Bool.fetchOne(
                database,
                sql: """
                    SELECT (SELECT untouched > 0 FROM frontier) OR EXISTS (SELECT 1 FROM operation WHERE state = 'sent')
                        OR EXISTS (SELECT 1 FROM operation WHERE state = 'pending' AND waitsFor = 0)
                    """)
        }
        return try open ?? true || undiscovered() > 0
    }
}
