import GRDB
package import Model

// Claim, commit and release: how a run takes work from the journal and brings back what became of it.
extension Journal {
    /// Begins a run: what earlier runs left unsettled is pending again.
    ///
    /// But for what an audit found deferred: it has looked at that, and to look again would tell it no more.
    ///
    /// What a run had claimed when it was killed is in doubt only if its intent was declared: no PUT leaves before.
    ///
    /// - Returns: the run's number, durable.
    package func begin(_ run: Run) async throws -> Int64 {
        let id = try await write { database in
            try (LogMark(of: database) ?? .random()).opened.write(to: database)
            try database.execute(
                sql: """
                    INSERT INTO run (startedAt, host, pid, user, toolVersion, serverVersion, rate, concurrency, openRooms)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    run.startedAt.milliseconds, run.host, run.pid, run.user, run.toolVersion, run.serverVersion,
                    run.settings.rate, run.settings.concurrency, run.settings.openRooms,
                ])
            let id = database.lastInsertedRowID
            try database.execute(
                sql: """
                    UPDATE operation SET state = 'pending', reason = NULL, foundVisitor = NULL, settledAt = NULL
                    WHERE \(Schema.isUnsettled) AND reason IS NOT 'not-in-plan' AND NOT \(Schema.isForetold)
                    """)
            return id
        }
        do {
            // The file itself shows from now on that it needs its log. A disk that refuses this now is not asked to keep
            // what is sent next.
            try await database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA wal_checkpoint") }
        } catch {
            throw JournalError.translated(error, path: path)
        }
        return id
    }

    /// Commits outcomes and attempts, gives claims back, and claims the next operations, in one transaction.
    ///
    /// Everything in `exchange` is durable when it returns: outcomes may be counted, and claimed operations may be sent if
    /// their intent was declared with the claim.
    /// Operations that may have moved their room are claimed first; an operation that must wait for an earlier one on
    /// its room is not claimed before that is settled.
    package func exchange(_ exchange: RunTransaction) async throws -> Claim {
        let claim = try await write { try $0.exchange(exchange) }
        if !exchange.outcomes.isEmpty { CrashPoint.afterCommit.reach() }
        if claim.isDeclared, !claim.operations.isEmpty { CrashPoint.afterIntent.reach() }
        return claim
    }

    /// Declares the intent to send the PUTs of claimed operations, or takes it back of those whose PUT did not leave or
    /// was certainly not applied; durable when it returns.
    ///
    /// Only what is declared is looked at again after a kill, and counts as moved by this job if it is found there.
    package func declare(_ intents: [Intent]) async throws {
        let isNew = intents.contains(where: \.mayLeave)
        try await write { database in
            let update = try database.cachedStatement(
                sql: "UPDATE operation SET mayHaveMoved = ? WHERE id = ? AND state = 'sent'")
            for intent in intents {
                try update.execute(arguments: [intent.mayLeave, intent.operation])
            }
            if isNew { CrashPoint.beforeIntent.reach() }
        }
        if isNew { CrashPoint.afterIntent.reach() }
    }

    /// The same on the calling thread, for a task that is cancelled and still has something to bring back.
    package func exchangeAtOnce(_ exchange: RunTransaction) throws -> Claim {
        try write { try $0.exchange(exchange) }
    }

    /// Whether later lines of the same room lead on from an operation to a visitor.
    package func leads(_ operation: Operation, to visitor: VisitorID) throws -> Bool {
        try read { try $0.leads(operation.id, to: visitor.rawValue) }
    }

    /// Remembers which version answered a run.
    package func note(serverVersion: String, run: Int64) async throws {
        try await write { database in
            try database.execute(
                sql: "UPDATE run SET serverVersion = ? WHERE id = ?", arguments: [serverVersion, run])
        }
    }

    /// Requests for operations since an instant.
    package func departures(of action: Attempt.Action, since start: Timestamp) throws -> [Timestamp] {
        try read { database in
            // Attempts are recorded nearly in order, so the last ones are enough, and the table is not searched.
            try Int64.fetchAll(
                database,
                sql: """
                    SELECT sentAt FROM (SELECT action, sentAt FROM attempt ORDER BY id DESC LIMIT 8192)
                    WHERE action = ? AND sentAt > ?
                    """, arguments: [action.rawValue, start.milliseconds]
            ).map { try Timestamp(stored: $0) }
        }
    }

    /// The runs before one, or all of them, that may have sent something since an instant.
    package func runEnds(before run: Int64?, since start: Timestamp) throws -> [RunEnd] {
        try read { database in
            // A run that was killed was so before the next one began, because a journal has one run at a time.
            try Row.fetchAll(
                database,
                sql: """
                    SELECT coalesce(run.endedAt, next.startedAt) AS instant,
                        iif(run.endedAt IS NULL, min(run.concurrency, (SELECT count(*) FROM operation
                            WHERE (state = 'sent' OR state = 'pending') AND operation.run = run.id)), 0) AS unrecorded
                    FROM run LEFT JOIN run AS next ON next.id = run.id + 1 AND next.id < ?1
                    WHERE run.id < ?1 AND (instant IS NULL OR instant > ?2)
                    """, arguments: [run ?? .max, start.milliseconds]
            ).map { row in
                try RunEnd(instant: row.optionalInstant("instant"), unrecorded: row.count("unrecorded"))
            }
        }
    }

    /// Ends a run; durable when it returns.
    ///
    /// Synchronous, so that a cancelled task can still say goodbye. `calls` are its requests on each endpoint.
    package func end(
        _ run: Int64, at instant: Timestamp, stop: Stop?, waited: Duration, pace: Pace? = nil,
        calls: [EndpointCalls] = []
    ) throws {
        try write { database in
            try database.note(calls, run: run)
            try database.execute(
                sql: """
                    UPDATE run SET endedAt = ?, stopReason = ?, stopDetail = ?, waitedMilliseconds = ?, paceCalls = ?,
                        paceMilliseconds = ?
                    WHERE id = ?
                    """,
                arguments: [
                    instant.milliseconds, stop?.reason.rawValue, stop?.detail,
                    waited.components.seconds * 1000 + waited.components.attoseconds / 1_000_000_000_000_000,
                    pace?.calls, pace?.milliseconds, run,
                ])
            try LogMark(of: database)?.closed.write(to: database)
        }
    }

    /// Usable lines that name no room.
    package func visitorLines() throws -> Int {
        try read { database in
            try Int.fetchOne(database, sql: "SELECT count(*) FROM discovery") ?? 0
        }
    }
}

extension JournalSnapshot {
    /// Operations that still have to be carried out: pending ones, and those in doubt.
    package func remaining() throws -> Int {
        try read { database in
            let unsettled = try Int.fetchOne(
                database,
                sql: """
                    SELECT count(*) FROM operation WHERE \(Schema.isUnsettled)
                        AND reason IS NOT 'not-in-plan' AND NOT \(Schema.isForetold)
                    """)
            return try pending() + (unsettled ?? 0)
        }
    }

    /// Operations that the present run has not got to, and those that wait for an earlier one.
    package func pending() throws -> Int {
        try read { try Int.fetchOne($0, sql: "SELECT count(*) FROM operation WHERE state = 'pending'") ?? 0 }
    }

    /// The first rooms that the last run moved, in plan order.
    package func movedByLastRun(limit: Int) throws -> [OperationRow] {
        try operations(
            """
            id IN (SELECT id FROM operation WHERE state = 'moved' AND run = (SELECT max(id) FROM run)
                ORDER BY id LIMIT \(limit))
            """)
    }

    /// Rooms that were moved, but not by the last run.
    package func movedBeforeLastRun() throws -> Int {
        try read { database in
            try Int.fetchCount(
                database,
                "SELECT count(*) FROM operation WHERE state = 'moved' AND run < (SELECT max(id) FROM run)")
        }
    }

    /// Operations in the plan.
    package func planned() throws -> Int {
        try read { database in
            // Not counted from the rows themselves: a balance compares them with this. Operations are never deleted, so
            // the largest number of a discovered one tells how many there are.
            try Int.fetchCount(
                database,
                """
                SELECT plannedRooms + (SELECT max(0, coalesce(max(id) + 1, 0) - \(Schema.firstDiscovered)) FROM operation)
                FROM job
                """)
        }
    }
}

/// What a run hands to the journal in one transaction.
package struct RunTransaction: Sendable {
    package var run: Int64
    package var outcomes: [Outcome] = []
    package var attempts: [Attempt] = []
    /// Claimed operations that got no outcome, each with whether it may have moved its room.
    package var released: [Operation] = []
    /// How many operations to claim at most.
    package var wanted = 0
    /// Rooms are still being found: a room line that moves a room from or to an old visitor whose rooms are not all known
    /// is not claimed, unless it is in doubt, because it would change what is found there.
    package var whileFinding = false
    /// Nothing keeps the PUTs of claimed operations from leaving at once: their intent is declared with the claim.
    package var declares = false
    /// Where the last claim ended; start with ``Cursor/start``.
    package var cursor = Cursor.start

    package init(run: Int64) {
        self.run = run
    }
}

/// When a run can have sent its last request.
package struct RunEnd: Sendable, Equatable {
    /// `nil` if it was killed some time before now.
    package var instant: Timestamp?
    /// How many requests for operations it may have had in flight when it was killed.
    package var unrecorded: Int

    package init(instant: Timestamp?, unrecorded: Int) {
        self.instant = instant
        self.unrecorded = unrecorded
    }
}

/// How far a run has gone through the plan, so that operations which have to wait are not looked at in every claim.
package struct Cursor: Sendable, Equatable {
    package static let start = Cursor(doubtful: 0, pending: 0)

    var doubtful: Int64
    var pending: Int64

    /// Where a new pass over the plan begins.
    ///
    /// While rooms are being found, room lines that could be claimed were so in the first pass; to look at all others with
    /// every pass would cost more than it could bring.
    package func restarted(whileFinding: Bool) -> Cursor {
        whileFinding && pending >= Self.lastNamed ? Cursor(doubtful: 0, pending: Self.lastNamed) : .start
    }

    /// Behind all operations of room lines.
    static let lastNamed = Schema.firstDiscovered - 1
}

/// What a claim brought.
package struct Claim: Sendable {
    package var operations: [Operation]
    package var cursor: Cursor
    /// The intent to send their PUTs is durable too.
    package var isDeclared: Bool

    package init(operations: [Operation], cursor: Cursor, isDeclared: Bool = false) {
        self.operations = operations
        self.cursor = cursor
        self.isDeclared = isDeclared
    }
}

/// Whether the PUT of a claimed operation may leave.
package struct Intent: Sendable, Equatable {
    package var operation: Int64
    package var mayLeave: Bool

    package init(operation: Int64, mayLeave: Bool) {
        self.operation = operation
        self.mayLeave = mayLeave
    }
}
