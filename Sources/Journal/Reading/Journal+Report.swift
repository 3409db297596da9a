import GRDB
import Model
import RawSQL

// What a report lists.
extension JournalSnapshot {
    /// Every run on the journal, oldest first.
    package func runs() throws -> [Run] {
        try read { database in
            try Row.fetchAll(database, sql: "SELECT * FROM run ORDER BY id").map { try Run($0) }
        }
    }

    /// Hands over each line in file order, without keeping any.
    package func forEachLine(_ body: (LineRow) throws -> Void) throws {
        try read { database in
            var rows = try RawRows(
                database.makeStatement(sql: "SELECT \(LineReading.columns) FROM lineReport"), in: database)
            let repeated = try database.makeStatement(sql: "SELECT outcome FROM lineReport WHERE line = ?")
            var reading = LineReading()
            var last = 0
            while try rows.next() {
                var line = try reading.line(rows)
                // The view goes through the lines in the order of their key; asking for that order again would sort.
                guard line.line > last else {
                    throw JournalError.damaged(path: path, why: "its lines come out of order")
                }
                last = line.line
                if let first = line.repeats {
                    line.repeatedOutcome = try String.fetchOne(repeated, arguments: [first])
                        .flatMap(LineOutcome.init(rawValue:))
                }
                try body(line)
            }
        }
    }

    /// Hands over each operation in plan order, without keeping any.
    package func forEachOperation(_ body: (OperationRow) throws -> Void) throws {
        try forEachNumberedOperation { try body($1) }
    }

    /// Operations of which a condition in SQL holds, in plan order.
    func operations(_ condition: String) throws -> [OperationRow] {
        try read { database in
            var rows = try RawRows(
                database.makeStatement(
                    sql: "SELECT \(OperationReading.columns) FROM operationReport WHERE \(condition)"), in: database)
            var reading = OperationReading()
            var operations: [OperationRow] = []
            while try rows.next() { operations.append(try reading.operation(rows)) }
            return operations
        }
    }

    /// The same as ``forEachOperation(_:)``, each with its number.
    func forEachNumberedOperation(_ body: (Int64, OperationRow) throws -> Void) throws {
        try read { database in
            var rows = try RawRows(
                database.makeStatement(sql: "SELECT \(OperationReading.columns), id FROM operationReport"), in: database
            )
            var reading = OperationReading()
            var last: Int64 = 0
            while try rows.next() {
                // As with the lines.
                let id = try rows.integer(OperationReading.count)
                guard id > last else {
                    throw JournalError.damaged(path: path, why: "its operations come out of order")
                }
                last = id
                try body(id, try reading.operation(rows))
            }
        }
    }
}

extension Journal {
    /// What planning found about the lines, by reason, with the first lines of each.
    package func findings(examples: Int) throws -> [Finding] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT reason, count(*) AS count, disposition = 'rejected' AS isRejection
                    FROM line WHERE reason IS NOT NULL GROUP BY reason ORDER BY min(number)
                    """
            ).compactMap { row in
                guard let reason = ReasonCode(rawValue: try row.decode(forColumn: "reason")) else { return nil }
                let first = try Row.fetchAll(
                    database, sql: "SELECT number, detail FROM line WHERE reason = ? ORDER BY number LIMIT ?",
                    arguments: [reason.rawValue, examples])
                return try Finding(
                    reason: reason, count: row.decode(forColumn: "count"),
                    isRejection: row.decode(forColumn: "isRejection"),
                    examples: first.map { try ($0.decode(forColumn: "number"), $0.decode(forColumn: "detail") ?? "") })
            }
        }
    }
}
