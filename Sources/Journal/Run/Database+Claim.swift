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
        var operations: [Operation] = []
        if exchange.whileFinding, cursor.pending < Cursor.lastNamed {
            operations = try independent(after: cursor.pending, limit: limit)
            cursor.pending = operations.count < limit ? Cursor.lastNamed : operations.last?.id ?? cursor.pending
        }
        if operations.count < limit {
            operations += try pending(after: cursor.pending, limit: limit - operations.count)
            cursor.pending = operations.last.map { max($0.id, cursor.pending) } ?? cursor.pending
        }
        try send(operations, exchange)
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

    /// Room lines that have nothing to do with an old visitor whose rooms are not all known.
    private func independent(after id: Int64, limit: Int) throws -> [Operation] {
        let select = try cachedStatement(
            sql: """
                \(Self.selection)
                WHERE operation.state = 'pending' AND operation.waitsFor = 0 AND operation.mayHaveMoved = 0
                    AND operation.id > ? AND operation.id <= \(Cursor.lastNamed)
                    AND NOT EXISTS (
                        SELECT 1 FROM discovery
                        WHERE oldVisitor IN (line.oldVisitor, line.newVisitor) AND discoveredAt IS NULL)
                ORDER BY operation.id LIMIT ?
                """)
        return try operations(select, [id, limit])
    }

    private static let selection = """
        SELECT operation.id, operation.line, coalesce(operation.room, line.room),
            coalesce(operation.oldVisitor, line.oldVisitor), coalesce(operation.newVisitor, line.newVisitor),
            operation.mayHaveMoved, EXISTS (SELECT 1 FROM precedence WHERE precedence.earlier = operation.id),
            operation.seenClosed
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
                    isFollowed: rows.integer(6) == 1, mayHaveMoved: rows.integer(5) == 1,
                    isSeenClosed: rows.integer(7) == 1))
        }
        return operations
    }
}
