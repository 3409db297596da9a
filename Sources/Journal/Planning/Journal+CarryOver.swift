import FoundationEssentials
import GRDB
import Glibc
package import Model

// From an audit's plan to the journal of the run that carries it out.
extension Journal {
    /// Makes the journal of a run from this audit: exactly the operations found movable are pending in it.
    ///
    /// The plan is used from the first claim on (``noteUsed(by:at:hasBegun:)``): removing the journal does not make it new
    /// then. Before that several journals can be made from it, of which one alone can claim anything. When `isThere` says
    /// that the run's journal exists, it has to be one that was made from this plan.
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
            let hasBegun = try journal.hasBegun()
            try journal.close()
            guard madeFrom == identity else { throw JournalError.otherPlan(path: path, plan: self.path) }
            if !hasBegun { try requireUnused(by: Self.use(path)) }
            return nil
        }
        try requireUnused()
        guard try job().sample == nil else { throw JournalError.planSampled(path: self.path) }
        try requireUsable(at: instant, maxAge: maxAge)
        let oldestLook = try read { try Int64.fetchOne($0, sql: "SELECT min(settledAt) FROM operation") }
        // A journal that continues without the plan is known by its place alone.
        try write { try $0.execute(sql: "UPDATE job SET usedBy = ?", arguments: [Self.use(path)]) }
        try Self.create(at: path, copying: self) { database in
            try database.execute(
                sql: """
                    UPDATE operation SET reason = 'not-in-plan', state = iif(state = 'pending', 'deferred', state)
                    WHERE state IN ('pending', 'deferred', 'failed', 'unknown');
                    UPDATE operation SET state = 'pending', reason = NULL, confirmedBy = NULL, httpStatus = NULL,
                        wasOpen = NULL, settledAt = NULL, mayHaveMoved = 0, seenClosed = 0
                    WHERE state = 'moved';
                    UPDATE operation SET waitsFor = \(Schema.openEarlierOperations)
                    WHERE id IN (SELECT operation FROM precedence);
                    DELETE FROM surveyedRoom;
                    DELETE FROM survey;
                    DELETE FROM call;
                    DELETE FROM callEstimate;
                    """)
            try database.execute(
                sql: """
                    UPDATE job SET kind = 'run', madeFrom = identity, identity = lower(hex(randomblob(16))),
                        usedBy = NULL, usedAt = NULL, undoneBy = NULL, plannedAt = ?, toolVersion = ?
                    """, arguments: [instant.milliseconds, toolVersion])
        }
        return oldestLook.flatMap { $0.age(at: instant) }
    }

    /// Remembers that the run with the journal at `path` has claimed operations of this plan; durable when it returns.
    ///
    /// `hasBegun` says whether an earlier run with that journal, wherever it was then, has done so.
    ///
    /// - Throws: `JournalError.planUsed` if another journal has done so before.
    package func noteUsed(by path: String, at instant: Timestamp, hasBegun: Bool) throws {
        let use = Self.use(path)
        let usedBy = try write { database in
            try database.execute(
                sql: "UPDATE job SET usedBy = ?, usedAt = ? WHERE usedAt IS NULL",
                arguments: [use, instant.milliseconds])
            return try String.fetchOne(database, sql: "SELECT usedBy FROM job")
        }
        if let usedBy, usedBy != use, !hasBegun {
            throw JournalError.planUsed(path: self.path, by: usedBy)
        }
    }

    /// Whether a run with this journal has asked or sent anything for one of its operations.
    ///
    /// What an audit has asked is copied into the journal of its plan.
    package func hasBegun() throws -> Bool {
        try read { database in
            try Bool.fetchOne(
                database,
                sql: """
                    SELECT startedAt >= (SELECT plannedAt FROM job) FROM run
                    WHERE id = (SELECT run FROM attempt ORDER BY id DESC LIMIT 1)
                    """) ?? false
        }
    }

    /// What a plan calls the journal that carries it out.
    private static func use(_ path: String) -> String { URL(filePath: path).standardizedFileURL.path }

    /// Refuses a plan of which another journal than that at `path` has claimed anything.
    private func requireUnused(by path: String? = nil) throws {
        let row = try read { try Row.fetchOne($0, sql: "SELECT usedBy, usedAt FROM job WHERE usedBy IS NOT NULL") }
        guard let row, let usedBy: String = try row.decode(atIndex: 0), usedBy != path else { return }
        guard try (row.decode(atIndex: 1) as Int64?) != nil || Self.hasBegun(at: usedBy) else { return }
        throw JournalError.planUsed(path: self.path, by: usedBy)
    }

    /// Of what is no journal any more the plan alone can tell.
    private static func hasBegun(at path: String) -> Bool {
        (try? Journal(at: path, for: .read).hasBegun()) ?? false
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
