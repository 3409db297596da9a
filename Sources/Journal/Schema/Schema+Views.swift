import GRDB
import Model

// What the report reads and what an administrator can query with `sqlite3`.
extension Schema {
    /// Makes the views those of this version; writes only if they differ.
    ///
    /// `isTemporary` shadows them for this connection alone, where the file is only read.
    static func createViews(in database: Database, isTemporary: Bool = false) throws {
        for (name, query) in [("operationReport", operationReport), ("lineReport", lineReport)] {
            let create = "VIEW \(name) AS\n\(query)"
            let present = try String.fetchOne(
                database, sql: "SELECT sql FROM sqlite_schema WHERE type = 'view' AND name = ?", arguments: [name])
            guard present != "CREATE \(create)" else { continue }
            if isTemporary {
                try database.execute(sql: "CREATE TEMP \(create)")
            } else {
                try database.execute(sql: "DROP VIEW IF EXISTS \(name); CREATE \(create)")
            }
        }
    }

    /// Every operation, in plan order: those of room lines in file order, then those of discovered rooms.
    private static let operationReport = """
        SELECT
            operation.id AS id,
            coalesce(operation.room, line.room) AS room,
            coalesce(operation.oldVisitor, line.oldVisitor) AS oldVisitor,
            coalesce(operation.newVisitor, line.newVisitor) AS newVisitor,
            operation.line AS line,
            \(reportedState) AS state,
            \(reason) AS reason,
            operation.confirmedBy AS confirmedBy,
            operation.attempts AS attempts,
            operation.httpStatus AS httpStatus,
            operation.foundVisitor AS foundVisitor,
            operation.wasOpen AS wasOpen,
            operation.settledAt AS settledAt
        -- In the order of the operations, whatever else could be read first.
        FROM operation CROSS JOIN line ON line.number = operation.line
        """

    /// Every line in file order, with what became of it; the worst operation of a visitor line decides its outcome.
    private static let lineReport = """
        SELECT
            line.number AS line,
            line.oldVisitor AS oldVisitor,
            line.newVisitor AS newVisitor,
            line.room AS room,
            CASE
                WHEN line.disposition IS NOT NULL THEN line.disposition
                WHEN line.room <> '' THEN \(outcome("coalesce(\(shown("operation")), 'pending')"))
                WHEN discovery.reason IN ('refused-on-the-way', 'refused-by-server', 'invalid-request') THEN 'refused'
                WHEN discovery.reason NOT IN ('discovery-incomplete', 'discovery-refused') THEN 'failed'
                WHEN discovery.discoveredAt IS NULL THEN 'pending'
                WHEN operation.id IS NULL THEN CASE
                    WHEN discovery.visitorExists = 0 THEN 'refused'
                    WHEN discovery.visitorExists = 1 OR \(hasRoomsElsewhere) THEN 'no-rooms'
                    ELSE 'pending'
                END
                ELSE \(outcome(shown("operation")))
            END AS outcome,
            CASE
                WHEN line.reason IS NOT NULL THEN line.reason
                WHEN line.room <> '' OR operation.id IS NOT NULL THEN \(reason)
                WHEN discovery.discoveredAt IS NULL THEN coalesce(discovery.reason, 'not-discovered-yet')
                WHEN discovery.visitorExists = 0 THEN 'old-visitor-not-found'
                WHEN discovery.visitorExists IS NULL AND NOT \(hasRoomsElsewhere) THEN 'old-visitor-not-asked-yet'
            END AS reason,
            CASE
                WHEN line.roomKey IS NOT NULL THEN 1
                WHEN discovery.line IS NOT NULL THEN (SELECT count(*) FROM (\(ofVisitorLine)))
                ELSE 0
            END AS operations,
            CASE
                WHEN line.roomKey IS NOT NULL THEN coalesce(operation.state = 'moved', 0)
                WHEN discovery.line IS NOT NULL THEN (
                    SELECT count(*) FROM operation AS one WHERE one.state = 'moved' AND one.id IN (\(ofVisitorLine)))
                ELSE 0
            END AS moved,
            line.detail AS detail,
            line.text AS text,
            discovery.finalVisitor AS finalVisitor,
            line.repeats AS repeats,
            operation.foundVisitor AS foundVisitor
        FROM line
            LEFT JOIN discovery ON discovery.line = iif(line.room = '', line.number, NULL)
            LEFT JOIN operation ON operation.id = CASE
                WHEN line.roomKey IS NOT NULL THEN line.number
                WHEN discovery.line IS NOT NULL THEN (
                    SELECT one.id FROM operation AS one WHERE one.id IN (\(ofVisitorLine))
                    ORDER BY \(severity(shown("one"))) DESC LIMIT 1)
                END
        """

    /// The state of an operation as a reader sees it: one that may have moved its room counts as sent until it is read,
    /// and one that was claimed and not declared is pending.
    static let reportedState = """
        CASE WHEN operation.state = 'pending' OR operation.state = 'sent'
            THEN iif(operation.mayHaveMoved, 'sent', 'pending') ELSE \(shown("operation")) END
        """

    /// What is open for too long counts as refused, although the next run looks at it again.
    private static func shown(_ operation: String) -> String {
        "iif(\(operation).reason IS 'open-too-long', 'refused', \(operation).state)"
    }

    /// A visitor line whose rooms are all named by room lines of other parts.
    private static let hasRoomsElsewhere =
        "EXISTS (SELECT 1 FROM sharedElsewhere WHERE sharedElsewhere.line = line.number)"

    /// Why an operation is as it is.
    private static let reason = """
        CASE
            WHEN operation.reason IS NOT NULL THEN operation.reason
            WHEN operation.state IS NULL THEN 'not-sent-yet'
            WHEN \(reportedState) = 'sent' THEN 'in-doubt'
            WHEN operation.state = 'pending' THEN iif(operation.waitsFor > 0, 'earlier-line-open', 'not-sent-yet')
        END
        """

    /// The operations of a visitor line: those it asked for first, and those it shares with lines before it.
    private static let ofVisitorLine = """
        SELECT found.id FROM operation AS found WHERE found.line = line.number AND found.room IS NOT NULL
        UNION ALL
        SELECT sharedOperation.operation FROM sharedOperation WHERE sharedOperation.line = line.number
        """

    private static func outcome(_ state: String) -> String {
        "CASE \(state) WHEN 'moved' THEN 'merged' WHEN 'sent' THEN 'pending' ELSE \(state) END"
    }

    /// How bad a state is: the outcome of a line with several operations is that of its worst.
    private static func severity(_ column: String) -> String {
        let order: [OperationState] = [
            .already, .moved, .deferred, .failed, .refused, .conflict, .unknown, .pending, .sent,
        ]
        let cases = order.enumerated().map { "WHEN '\($1.rawValue)' THEN \($0 + 1)" }
        return "CASE \(column) \(cases.joined(separator: " ")) ELSE 0 END"
    }
}
