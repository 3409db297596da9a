import GRDB
package import Model
import RawSQL

/// What a journal knows of one room, visitor or line.
package struct History: Sendable {
    /// What is asked about.
    package enum Subject: Sendable, Equatable {
        case room(String)
        /// An old or a new visitor.
        case visitor(String)
        case line(Int)
    }

    /// What became of one operation, step by step.
    package struct Move: Sendable {
        package var row: OperationRow
        /// When it was planned: with the mapping, or when the room was found; `nil` in an undo, whose plan grows.
        package var plannedAt: Timestamp?
        /// The room was found for a visitor line, and is not named by its line.
        package var isFound: Bool
        /// The room was read with its conversation closed before.
        package var wasSeenClosed: Bool
        /// A PUT left whose answer does not exclude that it was applied, and nothing is known since.
        package var isInDoubt: Bool
        /// Requests, oldest first, each with the run that made it.
        package var attempts: [(run: Int64, attempt: Attempt)]
    }

    package var job: Job
    /// Lines of the mapping that name it or asked for one of its operations, in file order.
    package var lines: [LineRow]
    package var moves: [Move]
    /// Lines and operations that are left out, because there are so many.
    package var more = (lines: 0, moves: 0)

    /// True if the journal does not know it.
    package var isEmpty: Bool { lines.isEmpty && moves.isEmpty }
}

extension JournalSnapshot {
    /// What the journal knows of something, at most `limit` lines and operations of it.
    package func history(of subject: History.Subject, limit: Int) throws -> History {
        let ids = try read { database in
            switch subject {
            case .room(let room):
                try Int64.fetchAll(
                    database, sql: "SELECT id FROM operationReport WHERE room = ? ORDER BY id", arguments: [room])
            case .visitor(let visitor):
                try Int64.fetchAll(
                    database,
                    sql: "SELECT id FROM operationReport WHERE oldVisitor = ?1 OR newVisitor = ?1 ORDER BY id",
                    arguments: [visitor])
            case .line(let line):
                try Int64.fetchAll(
                    database, sql: "SELECT id FROM operation WHERE id IN (\(Self.operationsOfLine)) ORDER BY id",
                    arguments: [line])
            }
        }
        let shown = Array(ids.prefix(limit))
        let numbers = try lines(about: subject, operations: shown)
        return History(
            job: try job(), lines: try lines(Array(numbers.prefix(limit))), moves: try moves(shown),
            more: (numbers.count - min(numbers.count, limit), ids.count - shown.count))
    }

    /// What became of some rooms here, without the lines; for an undo of the job that they are from.
    package func history(ofRooms rooms: [RoomID], limit: Int) throws -> History {
        let places = Array(repeating: "?", count: rooms.count).joined(separator: ", ")
        let ids = try read { database in
            try Int64.fetchAll(
                database, sql: "SELECT id FROM operationReport WHERE room IN (\(places)) ORDER BY id",
                arguments: StatementArguments(rooms.map(\.rawValue)))
        }
        let shown = Array(ids.prefix(limit))
        return History(job: try job(), lines: [], moves: try moves(shown), more: (0, ids.count - shown.count))
    }

    /// The operations that the line ?1, or the one that it repeats, asked for first or after another line.
    static let operationsOfLine = """
        WITH asked(number) AS (SELECT coalesce(repeats, number) FROM line WHERE number = ?1)
        SELECT id FROM operation, asked WHERE id = asked.number
        UNION SELECT id FROM operation, asked WHERE line = asked.number AND room IS NOT NULL
        UNION SELECT operation FROM sharedOperation, asked WHERE line = asked.number
        """

    /// The numbers of lines that name it, and of those that asked for operations.
    private func lines(about subject: History.Subject, operations: [Int64]) throws -> [Int] {
        let list = Self.list(operations)
        let (condition, arguments): (String, StatementArguments) =
            switch subject {
            case .room(let room): ("room = ?", [room])
            case .visitor(let visitor): ("oldVisitor = ?1 OR newVisitor = ?1", [visitor])
            case .line(let line): ("number = ?1 OR number = (SELECT repeats FROM line WHERE number = ?1)", [line])
            }
        return try read { database in
            try Int64.fetchAll(
                database,
                sql: """
                    SELECT number FROM line WHERE \(condition)
                    UNION SELECT line FROM operation WHERE id IN (\(list))
                    UNION SELECT line FROM sharedOperation WHERE operation IN (\(list))
                    ORDER BY 1
                    """, arguments: arguments
            ).map { try Int(stored: $0) }
        }
    }

    private func lines(_ numbers: [Int]) throws -> [LineRow] {
        try read { database in
            var rows = try RawRows(
                database.makeStatement(
                    sql: "SELECT \(LineReading.columns) FROM lineReport WHERE line IN (\(Self.list(numbers)))"),
                in: database)
            var reading = LineReading()
            var lines: [LineRow] = []
            while try rows.next() { lines.append(try reading.line(rows)) }
            return lines
        }
    }

    private func moves(_ ids: [Int64]) throws -> [History.Move] {
        let list = Self.list(ids)
        let attempts = try attempts(of: list)
        let reports = try operations("id IN (\(list)) ORDER BY id")
        let states = try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT operation.id, operation.room IS NOT NULL, operation.seenClosed,
                        operation.mayHaveMoved AND operation.state IN ('pending', 'sent'),
                        coalesce(discovery.discoveredAt, (SELECT plannedAt FROM job WHERE kind <> 'undo'))
                    FROM operation LEFT JOIN discovery ON discovery.line = operation.line
                    WHERE operation.id IN (\(list)) ORDER BY operation.id
                    """)
        }
        return try zip(reports, states).map { report, state in
            History.Move(
                row: report, plannedAt: try state.hasNull(atIndex: 4) ? nil : state.instant(4),
                isFound: try state.decode(atIndex: 1),
                wasSeenClosed: try state.decode(atIndex: 2), isInDoubt: try state.decode(atIndex: 3),
                attempts: attempts[try state.decode(atIndex: 0)] ?? [])
        }
    }

    private func attempts(of list: String) throws -> [Int64: [(run: Int64, attempt: Attempt)]] {
        try read { database in
            var attempts: [Int64: [(run: Int64, attempt: Attempt)]] = [:]
            let rows = try Row.fetchCursor(
                database,
                sql: """
                    SELECT operation, run, action, sentAt, milliseconds, httpStatus, meaning
                    FROM attempt WHERE operation IN (\(list)) ORDER BY id
                    """)
            while let row = try rows.next() {
                let operation: Int64 = try row.decode(atIndex: 0)
                let action = Attempt.Action(rawValue: try row.decode(atIndex: 2))
                let attempt = try Attempt(
                    operation: operation, action: action ?? .look, sentAt: row.instant(3), milliseconds: row.count(4),
                    status: row.decode(atIndex: 5), meaning: row.decode(atIndex: 6))
                attempts[operation, default: []].append((try row.decode(atIndex: 1), attempt))
            }
            return attempts
        }
    }

    private static func list(_ numbers: [some BinaryInteger]) -> String {
        numbers.map { "\($0)" }.joined(separator: ", ")
    }
}
