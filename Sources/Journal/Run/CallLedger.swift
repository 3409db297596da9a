import GRDB
import Model

/// The requests of a job on one endpoint, in all its invocations, beside what was expected.
package struct EndpointCalls: Sendable, Equatable {
    package var endpoint: String
    package var made: Int
    /// Those that the server refused because there were too many.
    package var refused: Int
    package var waitedMilliseconds: Int
    /// How many were expected; `nil` in a job that an earlier version began.
    package var estimated: Int?

    package init(
        endpoint: String, made: Int, refused: Int = 0, waitedMilliseconds: Int = 0, estimated: Int? = nil
    ) {
        self.endpoint = endpoint
        self.made = made
        self.refused = refused
        self.waitedMilliseconds = waitedMilliseconds
        self.estimated = estimated
    }
}

/// Keeps how many requests a job makes on each endpoint, and how many were expected, where the job is.
package struct CallLedger: Sendable {
    private let store: any RoomStore

    /// The step that every operation of a room line belongs to.
    package static let movingNamedRooms = "moving rooms that lines name"

    init(in store: any RoomStore) {
        self.store = store
    }

    /// Remembers how many requests a step of the job will take; what was expected of it first stands.
    package func expect(_ calls: [String: Int], of step: String) async throws {
        try await store.write { try $0.expect(calls, of: step, in: "this") }
    }

    /// Replaces the counts of one run.
    package func note(_ calls: [EndpointCalls], run: Int64) async throws {
        try await store.write { try $0.note(calls, run: run) }
    }

    /// All endpoints that were called or were expected to be.
    package func calls() async throws -> [EndpointCalls] {
        try await store.read { try $0.calls() }
    }

    /// A number for the next invocation, in a store that has no runs.
    package func nextInvocation() async throws -> Int64 {
        try await store.read { try Int64.fetchOne($0, sql: "SELECT coalesce(max(run), 0) + 1 FROM call") ?? 1 }
    }
}

extension Journal {
    /// The calls of the job of this journal.
    package var callLedger: CallLedger { CallLedger(in: self) }

    /// True for a job of which every call was counted from its beginning.
    package func hasAllCalls() throws -> Bool {
        try read { database in
            try Bool.fetchOne(
                database,
                sql: """
                    SELECT (SELECT count(*) FROM run WHERE startedAt >= (SELECT plannedAt FROM job)) <= 1
                        OR EXISTS (SELECT 1 FROM callEstimate WHERE job = 'this')
                    """) ?? false
        }
    }

    /// Remembers what a run of this audit's plan, or the verification of that, will cost.
    package func expect(_ calls: [String: Int], ofLater job: LaterJob) async throws {
        try await write { database in
            try database.execute(sql: "DELETE FROM callEstimate WHERE job = ?", arguments: [job.rawValue])
            try database.expect(calls, of: "all", in: job.rawValue)
        }
    }

    /// A job that follows an audit.
    package enum LaterJob: String, CaseIterable, Sendable {
        case run
        case verify
    }
}

extension JournalSnapshot {
    /// The requests of all runs on each endpoint, by name.
    package func calls() throws -> [EndpointCalls] {
        try read { try $0.calls() }
    }

    /// What an audit expects of a job that follows it; empty if it does not say.
    package func calls(ofLater job: Journal.LaterJob) throws -> [String: Int] {
        try read { database in
            let rows = try Row.fetchAll(
                database, sql: "SELECT endpoint, sum(calls) FROM callEstimate WHERE job = ? GROUP BY endpoint",
                arguments: [job.rawValue])
            return try Dictionary(uniqueKeysWithValues: rows.map { try ($0.decode(atIndex: 0), $0.count(1)) })
        }
    }
}

extension Database {
    func note(_ calls: [EndpointCalls], run: Int64) throws {
        for call in calls {
            try cachedStatement(
                sql: """
                    INSERT OR REPLACE INTO call (run, endpoint, made, refused, waitedMilliseconds) VALUES (?, ?, ?, ?, ?)
                    """
            ).execute(arguments: [run, call.endpoint, call.made, call.refused, call.waitedMilliseconds])
        }
    }

    fileprivate func expect(_ calls: [String: Int], of step: String, in job: String) throws {
        for (endpoint, count) in calls {
            try execute(
                sql: "INSERT OR IGNORE INTO callEstimate (job, step, endpoint, calls) VALUES (?, ?, ?, ?)",
                arguments: [job, step, endpoint, count])
        }
    }

    fileprivate func calls() throws -> [EndpointCalls] {
        let hasEstimate = try Bool.fetchOne(self, sql: "SELECT EXISTS (SELECT 1 FROM callEstimate WHERE job = 'this')")
        return try Row.fetchAll(
            self,
            sql: """
                SELECT endpoint, sum(made), sum(refused), sum(waited), sum(expected)
                FROM (
                    SELECT endpoint, made, refused, waitedMilliseconds AS waited, 0 AS expected FROM call
                    UNION ALL SELECT endpoint, 0, 0, 0, calls FROM callEstimate WHERE job = 'this')
                GROUP BY endpoint HAVING sum(made) + sum(expected) > 0 ORDER BY endpoint
                """
        ).map { row in
            try EndpointCalls(
                endpoint: row.decode(atIndex: 0), made: row.count(1), refused: row.count(2),
                waitedMilliseconds: row.count(3), estimated: hasEstimate == true ? row.count(4) : nil)
        }
    }
}

/// How much a plan asks for.
package struct PlanSize: Sendable, Equatable {
    /// Operations on rooms that lines name.
    package var rooms: Int
    /// Lines whose old visitors' rooms have to be found.
    package var visitorLines: Int
    /// Operations on rooms that were found for these; `nil` before they are looked for.
    package var foundRooms: Int?
    /// Different visitors that rooms leave, and that they go to.
    package var oldVisitors: Int
    package var newVisitors: Int

    package init(rooms: Int, visitorLines: Int, foundRooms: Int? = nil, oldVisitors: Int, newVisitors: Int) {
        self.rooms = rooms
        self.visitorLines = visitorLines
        self.foundRooms = foundRooms
        self.oldVisitors = oldVisitors
        self.newVisitors = newVisitors
    }
}

extension JournalSnapshot {
    /// How much a plan asks for that was not begun.
    package func size() throws -> PlanSize {
        try size(ofOperations: "state = 'pending'", visitors: "discoveredAt IS NULL", found: nil)
    }

    /// How much the run of a plan asks for, as far as an audit that is through found it possible.
    package func sizeOfRun() throws -> PlanSize {
        let found = try read { database in
            try Int.fetchOne(
                database,
                sql: "SELECT count(*) FROM operation WHERE state = 'moved' AND id >= \(Schema.firstDiscovered)")
        }
        return try size(ofOperations: "state = 'moved'", visitors: "true", found: found)
    }

    private func size(ofOperations operations: String, visitors: String, found: Int?) throws -> PlanSize {
        try read { database in
            let row = try Row.fetchOne(
                database,
                sql: """
                    WITH pair(old, new) AS (
                        SELECT oldVisitor, newVisitor FROM operationReport WHERE \(operations)
                        UNION SELECT oldVisitor, finalVisitor FROM discovery WHERE discoveredAt IS NULL AND \(visitors))
                    SELECT
                        (SELECT count(*) FROM operation
                            WHERE \(operations) AND id < \(Schema.firstDiscovered)),
                        (SELECT count(*) FROM discovery WHERE \(visitors)),
                        (SELECT count(DISTINCT old) FROM pair), (SELECT count(DISTINCT new) FROM pair)
                    """)
            return try PlanSize(
                rooms: row?.count(0) ?? 0, visitorLines: row?.count(1) ?? 0, foundRooms: found,
                oldVisitors: row?.count(2) ?? 0, newVisitors: row?.count(3) ?? 0)
        }
    }
}

extension Journal {
    /// Operations on rooms that were found for visitor lines, and those of them that were seen closed.
    package func foundRooms() throws -> (all: Int, closed: Int) {
        try read { database in
            let row = try Row.fetchOne(
                database,
                sql: """
                    SELECT count(*), coalesce(sum(seenClosed), 0) FROM operation WHERE id >= \(Schema.firstDiscovered)
                    """)
            return try (row?.count(0) ?? 0, row?.count(1) ?? 0)
        }
    }

    /// Operations that were ended without being settled, and are carried out again by the next run.
    package func leftOpen() throws -> Int {
        try read { database in
            try Int.fetchOne(
                database,
                sql: """
                    SELECT count(*) FROM operation WHERE \(Schema.isUnsettled) AND state <> 'sent'
                        AND reason IS NOT 'not-in-plan' AND NOT \(Schema.isForetold)
                    """) ?? 0
        }
    }

    /// How much this plan asks for that was not begun.
    package func size() throws -> PlanSize { try snapshot { try $0.size() } }
}
