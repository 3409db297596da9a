import FoundationEssentials
import GRDB
import Glibc
package import Model

// From an audit's plan to the journal of the run that carries it out.
extension Journal {
    /// Makes the journal of a run from this audit: exactly the operations found movable are pending in it.
    ///
    /// The audit names the journal before that appears, so that two runs can never carry out one plan. It is used from
    /// the first claim on (``noteUsed(at:)``): removing the journal does not make the plan new then. When `isThere` says
    /// that the run's journal exists, it only has to be the one made from this plan.
    ///
    /// - Returns: the age of the oldest look that the plan rests on, if it was carried over just now.
    /// - Throws: `JournalError` when the plan is too old, used, unfinished, or another journal is in its place.
    @discardableResult
    package func carryOver(
        to path: String, at instant: Timestamp, maxAge: Duration, toolVersion: String, isThere: Bool
    ) throws -> Duration? {
        let identity = try read { try String.fetchOne($0, sql: "SELECT identity FROM job") ?? "" }
        guard !isThere else {
            let journal = try Journal(at: path, for: .read)
            let madeFrom = try journal.read { try String.fetchOne($0, sql: "SELECT madeFrom FROM job") }
            try journal.close()
            guard madeFrom == identity else { throw JournalError.otherPlan(path: path, plan: self.path) }
            return nil
        }
        let use = URL(filePath: path).standardizedFileURL.path
        if let by = try read({ try String.fetchOne($0, sql: "SELECT usedBy FROM job WHERE usedAt IS NOT NULL") }) {
            throw JournalError.planUsed(path: self.path, by: by)
        }
        try requireUsable(at: instant, maxAge: maxAge)
        let oldestLook = try read { try Int64.fetchOne($0, sql: "SELECT min(settledAt) FROM operation") }
        let usedBy = try write { database -> String? in
            let usedBy = try String.fetchOne(database, sql: "SELECT usedBy FROM job")
            try database.execute(sql: "UPDATE job SET usedBy = ? WHERE usedBy IS NULL", arguments: [use])
            return usedBy
        }
        // A journal that was not complete, or claimed nothing before it was removed, left its name: this makes it again.
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
                    DELETE FROM surveyedRoom;
                    DELETE FROM survey;
                    """)
            try database.execute(
                sql: """
                    UPDATE job SET kind = 'run', madeFrom = identity, identity = lower(hex(randomblob(16))),
                        usedBy = NULL, usedAt = NULL, undoneBy = NULL, plannedAt = ?, toolVersion = ?
                    """, arguments: [instant.milliseconds, toolVersion])
        }
        return oldestLook.flatMap { $0.age(at: instant) }
    }

    /// Remembers that the run of this plan has claimed its first operations; durable when it returns.
    package func noteUsed(at instant: Timestamp) throws {
        try write { database in
            try database.execute(
                sql: "UPDATE job SET usedAt = ? WHERE usedAt IS NULL", arguments: [instant.milliseconds])
        }
    }

    /// When the last run of an audit ended; of one that was killed, when it looked last.
    package func auditEnd() throws -> Timestamp {
        try read { database in
            let end = try Int64.fetchOne(
                database,
                sql: """
                    SELECT coalesce(
                        (SELECT max(endedAt) FROM run), (SELECT max(settledAt) FROM operation),
                        (SELECT plannedAt FROM job), 0)
                    """)
            return Timestamp(milliseconds: end ?? 0)
        }
    }

    private func requireUsable(at instant: Timestamp, maxAge: Duration) throws {
        guard let age = try auditEnd().milliseconds.age(at: instant) else {
            throw JournalError.damaged(path: path, why: "it was made at a time that there cannot be")
        }
        guard age <= maxAge else {
            throw JournalError.planTooOld(path: path, age: age, maxAge: maxAge)
        }
        guard try !hasOpenQuestions() else { throw JournalError.planUnfinished(path: path) }
    }
}

extension Int64 {
    /// How long ago an instant was; `nil` if no clock shows it.
    fileprivate func age(at instant: Timestamp) -> Duration? {
        let (age, overflows) = instant.milliseconds.subtractingReportingOverflow(self)
        return overflows ? nil : .milliseconds(age)
    }
}
