import GRDB
package import Model

// What a report reads. Every number is counted by SQL from the rows themselves.
extension Journal {
    /// Lines by outcome; outcomes that no line has are absent.
    package func lineCounts() throws -> [LineOutcome: Int] {
        try counts("SELECT outcome, count(*) FROM lineReport GROUP BY outcome")
    }

    /// Operations by state; states that no operation has are absent.
    package func operationCounts() throws -> [OperationState: Int] {
        try counts("SELECT state, count(*) FROM operation GROUP BY state")
    }

    /// Lines by reason, for the lines that have one.
    package func reasonCounts() throws -> [ReasonCode: Int] {
        try counts("SELECT reason, count(*) FROM lineReport WHERE reason IS NOT NULL GROUP BY reason")
    }

    /// Rows there are, whatever they say; a balance compares them with the sums of the counts.
    package func rowCounts() throws -> (lines: Int, operations: Int) {
        try read { database in
            (
                try Int.fetchOne(database, sql: "SELECT count(*) FROM line") ?? 0,
                try Int.fetchOne(database, sql: "SELECT count(*) FROM operation") ?? 0
            )
        }
    }

    /// Requests that operations made, in all runs.
    package func requestCounts() throws -> RequestCounts {
        try read { database in
            let row = try Row.fetchOne(
                database,
                sql: """
                    SELECT coalesce(sum(action = 'move'), 0) AS moves, coalesce(sum(action = 'look'), 0) AS looks,
                        coalesce(sum(meaning = 'rate-limited'), 0) AS rateLimited
                    FROM attempt
                    """)
            let retried = try Int.fetchOne(
                database, sql: "SELECT coalesce(sum(attempts - 1), 0) FROM operation WHERE attempts > 1")
            let waited = try Int.fetchOne(database, sql: "SELECT coalesce(sum(waitedMilliseconds), 0) FROM run")
            return try RequestCounts(
                moves: row?.decode(forColumn: "moves") ?? 0, looks: row?.decode(forColumn: "looks") ?? 0,
                retried: retried ?? 0,
                rateLimited: row?.decode(forColumn: "rateLimited") ?? 0, waitedMilliseconds: waited ?? 0)
        }
    }

    /// How many answered PUTs took how many milliseconds, shortest first.
    package func moveDurations() throws -> [(milliseconds: Int, count: Int)] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT milliseconds, count(*) FROM attempt WHERE action = 'move' AND httpStatus IS NOT NULL
                    GROUP BY milliseconds ORDER BY milliseconds
                    """
            ).map { try ($0.decode(atIndex: 0), $0.decode(atIndex: 1)) }
        }
    }

    /// PUTs per second in the last run, from its first to its last; `nil` if it sent fewer than two.
    package func achievedRate() throws -> Double? {
        try read { database in
            let row = try Row.fetchOne(
                database,
                sql: """
                    SELECT count(*) AS count, max(sentAt) - min(sentAt) AS span FROM attempt
                    WHERE action = 'move' AND run = (SELECT max(id) FROM run)
                    """)
            guard let row, let span = try row.decode(forColumn: "span") as Int?, span > 0 else { return nil }
            let count: Int = try row.decode(forColumn: "count")
            return Double(count - 1) * 1000 / Double(span)
        }
    }

    /// Every run on the journal, oldest first.
    package func runs() throws -> [Run] {
        try read { database in
            try Row.fetchAll(database, sql: "SELECT * FROM run ORDER BY id").map { try Run($0) }
        }
    }

    /// Hands over each line in file order, without keeping any.
    package func forEachLine(_ body: (LineRow) throws -> Void) throws {
        try read { database in
            let rows = try Row.fetchCursor(
                database,
                sql: """
                    SELECT line, oldVisitor, newVisitor, room, outcome, reason, operations, moved, detail, repeats,
                        foundVisitor
                    FROM lineReport
                    """)
            let repeated = try database.makeStatement(sql: "SELECT outcome FROM lineReport WHERE line = ?")
            var last = 0
            while let row = try rows.next() {
                var line = try LineRow(row)
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
        try read { database in
            let rows = try Row.fetchCursor(
                database,
                sql: """
                    SELECT room, oldVisitor, newVisitor, line, state, reason, confirmedBy, attempts, httpStatus,
                        foundVisitor, wasOpen, settledAt
                    FROM operationReport ORDER BY id
                    """)
            while let row = try rows.next() {
                try body(try OperationRow(row))
            }
        }
    }

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

    private func counts<Key: RawRepresentable<String> & Hashable>(_ sql: String) throws -> [Key: Int] {
        try read { database in
            var counts: [Key: Int] = [:]
            for row in try Row.fetchAll(database, sql: sql) {
                guard let key = Key(rawValue: try row.decode(atIndex: 0)) else { continue }
                counts[key] = try row.decode(atIndex: 1)
            }
            return counts
        }
    }
}
