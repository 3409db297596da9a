import GRDB
import Model
import RawSQL

// How operations are handed out: those in doubt first, then what is pending, in the order of the plan.
extension Database {
    func claim(_ exchange: RunTransaction) throws -> Claim {
        var cursor = exchange.cursor
        var operations = try inDoubt(after: cursor.doubtful, limit: exchange.wanted)
        try send(operations, exchange)
        cursor.doubtful = operations.last?.id ?? cursor.doubtful
        if operations.count < exchange.wanted {
            operations += try next(exchange.wanted - operations.count, exchange, &cursor)
        }
        return Claim(operations: operations, cursor: cursor, isDeclared: exchange.declares)
    }

    /// What is pending, in the order of the plan.
    private func next(_ limit: Int, _ exchange: RunTransaction, _ cursor: inout Cursor) throws -> [Operation] {
        let first = exchange.onlyDiscovered ? max(cursor.pending, Schema.firstDiscovered - 1) : cursor.pending
        let operations = try pending(after: first, limit: limit)
        try send(operations, exchange)
        cursor.pending = operations.last?.id ?? cursor.pending
        return operations
    }

    private func send(_ operations: some Sequence<Operation>, _ exchange: RunTransaction) throws {
        var update = try RawInsertion(
            "UPDATE operation SET state = 'sent', run = ?, mayHaveMoved = mayHaveMoved OR ? WHERE id = ?", in: self)
        for operation in operations {
            update.bind(exchange.run)
            update.bind(exchange.declares ? 1 : 0)
            update.bind(operation.id)
            try update.run()
        }
    }

    private func inDoubt(after id: Int64, limit: Int) throws -> [Operation] {
        let select = try cachedStatement(
            sql: """
                \(Self.selection)
                WHERE operation.state = 'pending' AND operation.mayHaveMoved = 1 AND operation.id > ?
                ORDER BY operation.id LIMIT ?
                """)
        return try operations(select, [id, limit])
    }

    private func pending(after id: Int64, limit: Int) throws -> [Operation] {
        let select = try cachedStatement(
            sql: """
                \(Self.selection)
                WHERE operation.state = 'pending' AND operation.waitsFor = 0 AND operation.mayHaveMoved = 0
                    AND operation.id > ?
                ORDER BY operation.id LIMIT ?
                """)
        return try operations(select, [id, limit])
    }

    private static let selection = """
        SELECT operation.id, operation.line, coalesce(operation.room, line.room),
            coalesce(operation.oldVisitor, line.oldVisitor), coalesce(operation.newVisitor, line.newVisitor),
            operation.mayHaveMoved, EXISTS (SELECT 1 FROM precedence WHERE precedence.earlier = operation.id)
        FROM operation JOIN line ON line.number = operation.line
        """

    private func operations(_ statement: Statement, _ arguments: StatementArguments) throws -> [Operation] {
        var operations: [Operation] = []
        var rows = try RawRows(statement, arguments, in: self)
        while try rows.next() {
            operations.append(
                try Operation(
                    id: rows.integer(0), line: rows.count(1), room: RoomID(rows.text(2)),
                    oldVisitor: VisitorID(rows.text(3)), newVisitor: VisitorID(rows.text(4)),
                    isFollowed: rows.integer(6) == 1, mayHaveMoved: rows.integer(5) == 1))
        }
        return operations
    }
}
