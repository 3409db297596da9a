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

    /// What is pending, with a row or without, in the order of the plan.
    private func next(_ limit: Int, _ exchange: RunTransaction, _ cursor: inout Cursor) throws -> [Operation] {
        guard !exchange.onlyDiscovered else {
            let found = try pending(after: max(cursor.pending, Schema.firstDiscovered - 1), limit: limit)
            try send(found, exchange)
            cursor.pending = found.last?.id ?? cursor.pending
            return found
        }
        let known = try pending(after: cursor.pending, limit: limit)
        let untouched = try untouched(upTo: known.count == limit ? known.last?.id : nil, limit: limit)
        let next = (known + untouched).sorted { $0.id < $1.id }.prefix(limit)
        guard let last = next.last?.id else { return [] }
        // Both are in order, so what is taken of each is its beginning.
        let claimed = known.prefix { $0.id <= last }
        try send(claimed, exchange)
        cursor.pending = claimed.last?.id ?? cursor.pending
        try insert(untouched.prefix { $0.id <= last }, exchange)
        try moveFrontier(behind: last)
        return Array(next)
    }

    /// Gives the operation of a room line a row, if it has none yet.
    func touch(line: Int64) throws {
        try cachedStatement(sql: "INSERT OR IGNORE INTO operation (id, line) VALUES (?1, ?1)").execute(arguments: [line]
        )
        guard changesCount == 1 else { return }
        try cachedStatement(sql: "UPDATE frontier SET untouched = untouched - 1").execute()
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

    /// Writes the rows of lines that stood for their operations until now.
    private func insert(_ operations: ArraySlice<Operation>, _ exchange: RunTransaction) throws {
        guard !operations.isEmpty else { return }
        var insertion = try RawInsertion(
            "INSERT INTO operation (id, line, state, run, mayHaveMoved) VALUES (?1, ?1, 'sent', ?2, ?3)", in: self)
        for operation in operations {
            insertion.bind(operation.id)
            insertion.bind(exchange.run)
            insertion.bind(exchange.declares ? 1 : 0)
            try insertion.run()
        }
        try cachedStatement(sql: "UPDATE frontier SET untouched = untouched - ?").execute(arguments: [operations.count])
    }

    /// Every line up to this one has its row: it is not looked at again.
    private func moveFrontier(behind last: Int64) throws {
        try cachedStatement(sql: "UPDATE frontier SET claimedUpTo = ?1 WHERE untouched > 0 AND claimedUpTo < ?1")
            .execute(arguments: [last])
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

    /// The next lines that stand for their operations; none is asked for behind the limit of a claim that is full.
    private func untouched(upTo end: Int64?, limit: Int) throws -> [Operation] {
        let frontier = try cachedStatement(sql: "SELECT claimedUpTo FROM frontier WHERE untouched > 0")
        guard let claimedUpTo = try Int64.fetchOne(frontier) else { return [] }
        let select = try cachedStatement(
            sql: """
                SELECT number, number, room, oldVisitor, newVisitor, 0, 0 FROM line NOT INDEXED
                WHERE number > ? AND number <= ? AND roomKey IS NOT NULL
                    AND NOT EXISTS (SELECT 1 FROM operation WHERE id = line.number)
                ORDER BY number LIMIT ?
                """)
        return try operations(select, [claimedUpTo, end ?? .max, limit])
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
