import FoundationEssentials
import GRDB
package import Model

/// An old visitor, its survivor, and what became of both.
package struct ContactPair: Sendable, Equatable {
    package var old: VisitorID
    package var survivor: VisitorID
    package var line: Int
    /// Rooms that the job moved from one to the other.
    package var rooms: Int
    package var outcome: ContactOutcome
    package var reason: ContactReason?
    package var detail: String?
    /// What the survivor got, by name: never a value.
    package var copied: [String]
    /// What differs and stays with the old visitor, by name.
    package var differs: [String]
    package var settledAt: Timestamp?
    /// The rooms have the survivor's name.
    package var isNamed = false

    package init(
        old: VisitorID, survivor: VisitorID, line: Int, rooms: Int, outcome: ContactOutcome = .pending,
        reason: ContactReason? = nil, detail: String? = nil, copied: [String] = [], differs: [String] = [],
        settledAt: Timestamp? = nil
    ) {
        self.old = old
        self.survivor = survivor
        self.line = line
        self.rooms = rooms
        self.outcome = outcome
        self.reason = reason
        self.detail = detail
        self.copied = copied
        self.differs = differs
        self.settledAt = settledAt
    }
}

extension ContactsJournal {
    /// Takes over every pair of the job that is not known yet, and takes up again those that needed review.
    ///
    /// Pairs whose rooms are not all settled well are taken over as such.
    package func takePairs(from journal: Journal) throws {
        try write { database in
            try database.execute(
                sql:
                    "UPDATE pair SET outcome = 'pending', reason = NULL, detail = NULL WHERE outcome IN ('review', 'planned', 'restored')"
            )
        }
        // A chunk at a time, so that neither file waits long for the other and memory stays flat.
        var chunk: [ContactPair] = []
        func flush() throws {
            try write { database in
                for pair in chunk {
                    try database.execute(
                        sql: """
                            INSERT INTO pair (old, survivor, line, rooms, outcome, reason) VALUES (?, ?, ?, ?, ?, ?)
                            ON CONFLICT (old) DO UPDATE SET
                                survivor = excluded.survivor, line = excluded.line, rooms = excluded.rooms,
                                isNamed = isNamed AND rooms = excluded.rooms,
                                outcome = excluded.outcome, reason = excluded.reason
                            WHERE outcome = 'pending'
                            """,
                        arguments: [
                            pair.old.rawValue, pair.survivor.rawValue, pair.line, pair.rooms, pair.outcome.rawValue,
                            pair.reason?.rawValue,
                        ])
                }
            }
            chunk.removeAll(keepingCapacity: true)
        }
        try journal.snapshot { snapshot in
            try snapshot.forEachContactPair { pair in
                chunk.append(pair)
                if chunk.count == 1000 { try flush() }
            }
        }
        try flush()
        try write { try Self.followChains(in: $0) }
    }

    /// A visitor that is itself merged into another one is not where a chain ends.
    private static func followChains(in database: Database) throws {
        // Each round follows one more link of every chain; a circle never ends.
        for _ in 0..<64 {
            try database.execute(
                sql: """
                    UPDATE pair SET survivor = (SELECT next.survivor FROM pair AS next WHERE next.old = pair.survivor)
                    WHERE outcome = 'pending' AND survivor IN (SELECT old FROM pair)
                    """)
            guard database.changesCount > 0 else { return }
        }
        try database.execute(
            sql: """
                UPDATE pair SET outcome = 'review', reason = 'several-survivors'
                WHERE outcome = 'pending' AND survivor IN (SELECT old FROM pair)
                """)
    }

    /// The next survivors with pairs that are not looked at yet, by id after one.
    package func openSurvivors(after survivor: VisitorID?, limit: Int) throws -> [VisitorID] {
        try read { database in
            try String.fetchAll(
                database,
                sql: """
                    SELECT DISTINCT survivor FROM pair WHERE outcome = 'pending' AND survivor > ?
                    ORDER BY survivor LIMIT ?
                    """, arguments: [survivor?.rawValue ?? "", limit]
            ).map { VisitorID($0) }
        }
    }

    /// The pairs of a survivor that are not looked at yet, in file order.
    package func openPairs(of survivor: VisitorID) throws -> [ContactPair] {
        try read { database in
            try Row.fetchAll(
                database, sql: "SELECT * FROM pair WHERE survivor = ? AND outcome = 'pending' ORDER BY line, old",
                arguments: [survivor.rawValue]
            ).map { try ContactPair($0) }
        }
    }

    /// Keeps that a survivor was written, which gave the rooms of its open pairs its name.
    package func noteNamed(roomsOf survivor: VisitorID) throws {
        try write { database in
            try database.execute(
                sql: "UPDATE pair SET isNamed = 1 WHERE survivor = ? AND outcome = 'pending'",
                arguments: [survivor.rawValue])
        }
    }

    /// Keeps what became of a pair.
    package func settle(_ pair: ContactPair, at instant: Timestamp) throws {
        try write { database in
            try database.execute(
                sql: """
                    UPDATE pair SET outcome = ?, reason = ?, detail = ?, copied = ?, differs = ?, settledAt = ? WHERE old = ?
                    """,
                arguments: [
                    pair.outcome.rawValue, pair.reason?.rawValue, pair.detail, Self.list(pair.copied),
                    Self.list(pair.differs), instant.milliseconds, pair.old.rawValue,
                ])
        }
    }

    /// Hands over every pair in file order.
    package func forEachPair(_ body: (ContactPair) throws -> Void) throws {
        try read { database in
            let rows = try Row.fetchCursor(database, sql: "SELECT * FROM pair ORDER BY line, old")
            while let row = try rows.next() { try body(try ContactPair(row)) }
        }
    }

    /// How many pairs have each outcome, those that need review also by their reasons.
    package func counts() throws -> (outcomes: [ContactOutcome: Int], reasons: [ContactReason: Int]) {
        try read { database in
            var outcomes: [ContactOutcome: Int] = [:]
            var reasons: [ContactReason: Int] = [:]
            for row in try Row.fetchAll(database, sql: "SELECT outcome, reason, count(*) FROM pair GROUP BY 1, 2") {
                let count: Int = row[2]
                if let outcome = ContactOutcome(rawValue: row[0]) { outcomes[outcome, default: 0] += count }
                if let text: String = row[1], let reason = ContactReason(rawValue: text) {
                    reasons[reason, default: 0] += count
                }
            }
            return (outcomes, reasons)
        }
    }

    private static func list(_ names: [String]) throws -> String {
        String(decoding: try JSONEncoder().encode(names), as: UTF8.self)
    }
}

extension ContactPair {
    fileprivate init(_ row: Row) throws {
        func names(_ column: String) throws -> [String] {
            try JSONDecoder().decode([String].self, from: Data((row[column] as String).utf8))
        }
        self.init(
            old: VisitorID(row["old"] as String), survivor: VisitorID(row["survivor"] as String), line: row["line"],
            rooms: row["rooms"], outcome: ContactOutcome(rawValue: row["outcome"]) ?? .pending,
            reason: (row["reason"] as String?).flatMap(ContactReason.init), detail: row["detail"],
            copied: try names("copied"), differs: try names("differs"),
            settledAt: try (row["settledAt"] as Int64?).map { try Timestamp(stored: $0) })
        isNamed = row["isNamed"]
    }
}

extension JournalSnapshot {
    /// Hands over each old visitor with the visitor that its rooms end at.
    ///
    /// A visitor line speaks of a whole visitor. Where only rooms are named, the old visitor's rooms have to have gone to
    /// one visitor.
    package func forEachContactPair(_ body: (ContactPair) throws -> Void) throws {
        try read { database in
            let rows = try Row.fetchCursor(database, sql: Self.contactPairs)
            while let row = try rows.next() {
                let isSettled: Bool = row[4]
                let survivors: Int = row[5]
                let reason: ContactReason? =
                    survivors > 1 ? .severalSurvivors : isSettled ? nil : .roomsNotSettled
                try body(
                    ContactPair(
                        old: VisitorID(row[0] as String), survivor: VisitorID(row[1] as String), line: row[2],
                        rooms: row[3], outcome: reason == nil ? .pending : .review, reason: reason))
            }
        }
    }

    private static let contactPairs = """
        -- Old visitor, survivor, line, rooms moved, settled well, number of survivors.
        SELECT discovery.oldVisitor, discovery.finalVisitor, discovery.line, lineReport.moved,
            lineReport.outcome IN ('merged', 'already', 'no-rooms'), 1
        FROM discovery JOIN lineReport ON lineReport.line = discovery.line
        UNION ALL
        SELECT oldVisitor, max(newVisitor), min(line), sum(state = 'moved'),
            min(state IN ('moved', 'already')), count(DISTINCT newVisitor)
        FROM operationReport
        WHERE oldVisitor NOT IN (SELECT oldVisitor FROM discovery)
        GROUP BY oldVisitor
        """
}
