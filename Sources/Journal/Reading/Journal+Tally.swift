import GRDB
package import Model
import RawSQL

/// Lines and operations, counted by what became of them; what nothing became of is absent.
package struct Tally: Sendable {
    package fileprivate(set) var lines: [LineOutcome: Int] = [:]
    package fileprivate(set) var operations: [OperationState: Int] = [:]
    /// Lines by reason, for the lines that have one.
    package fileprivate(set) var reasons: [ReasonCode: Int] = [:]
    /// PUTs beyond the first of their operation.
    package fileprivate(set) var retried = 0
}

extension JournalSnapshot {
    /// Counts what became of every line and operation, from the rows that say so.
    ///
    /// Each table is read once: operations tell the outcome of their room line, remarks that of lines without one, and
    /// visitor lines are the only ones that have to be added up.
    package func tally() throws -> Tally {
        try read { database in
            var tally = Tally()
            try tally.addOperations(of: database)
            try tally.addRemarkable(of: database)
            try tally.addVisitorLines(of: database)
            return tally
        }
    }

    /// Rows there are, whatever they say; a balance compares them with the sums of the counts.
    package func rowCounts() throws -> (lines: Int, operations: Int) {
        (try read { try Int.fetchOne($0, sql: "SELECT count(*) FROM line") ?? 0 }, try planned())
    }
}

extension Tally {
    /// Room lines have the outcome of their operation; an operation that belongs to no line is not counted at all.
    fileprivate mutating func addOperations(of database: Database) throws {
        var rows = try RawRows(
            database.makeStatement(
                sql: """
                    SELECT \(Schema.reportedState), reason, room IS NULL, id = line, waitsFor > 0, attempts
                    FROM operation
                    """),
            in: database)
        var stateWord = EnumColumnCache<OperationState>()
        var reasonWord = EnumColumnCache<ReasonCode>()
        while try rows.next() {
            let isOfRoomLine = try rows.integer(2) == 1
            guard let state = try stateWord.read(rows, 0), try !isOfRoomLine || rows.integer(3) == 1 else { continue }
            operations[state, default: 0] += 1
            try retried.add(stored: Int64(max(rows.count(5) - 1, 0)))
            guard isOfRoomLine else { continue }
            lines[LineOutcome(of: state), default: 0] += 1
            if let reason = try reasonWord.read(rows, 1)
                ?? state.ownReason(isWaiting: rows.integer(4) == 1)
            {
                reasons[reason, default: 0] += 1
            }
        }
    }

    fileprivate mutating func addRemarkable(of database: Database) throws {
        let sql = "SELECT disposition, reason, count(*) FROM line WHERE reason IS NOT NULL GROUP BY reason, disposition"
        try add(try Row.fetchAll(database, sql: sql))
    }

    fileprivate mutating func addVisitorLines(of database: Database) throws {
        let sql = """
            SELECT outcome, reason, count(*) FROM lineReport WHERE line IN (SELECT line FROM discovery)
            GROUP BY outcome, reason
            """
        try add(try Row.fetchAll(database, sql: sql))
    }

    private mutating func add(_ rows: [Row]) throws {
        for row in rows {
            // A word that this version does not know stands out as unknown instead of being left out.
            lines[LineOutcome(rawValue: try row.decode(atIndex: 0)) ?? .unknown, default: 0] += try row.decode(
                atIndex: 2)
            if let reason = try (row.decode(atIndex: 1) as String?).flatMap(ReasonCode.init(rawValue:)) {
                reasons[reason, default: 0] += try row.decode(atIndex: 2)
            }
        }
    }
}

extension LineOutcome {
    /// That of a line with one operation.
    fileprivate init(of state: OperationState) {
        self =
            switch state {
            case .pending, .sent: .pending
            case .moved: .merged
            case .already: .already
            case .conflict: .conflict
            case .refused: .refused
            case .deferred: .deferred
            case .failed: .failed
            case .unknown: .unknown
            }
    }
}

extension OperationState {
    /// Why an operation is open of which nothing else is known.
    fileprivate func ownReason(isWaiting: Bool) -> ReasonCode? {
        switch self {
        case .sent: .inDoubt
        case .pending: isWaiting ? .earlierLineOpen : .notSentYet
        default: nil
        }
    }
}
