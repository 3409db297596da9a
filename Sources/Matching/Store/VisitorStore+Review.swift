import GRDB
import Model

// What a person needs to see who decides about groups.
extension VisitorStore {
    /// Gathers the values that visitors of groups, and those that are kept apart, have alone.
    package func gatherOwnValues() throws {
        try write { database in
            try database.execute(
                sql: """
                    DROP TABLE IF EXISTS ownValue;
                    CREATE TEMP TABLE ownValue AS
                        SELECT evidence.visitor, evidence.kind, evidence.value FROM evidence
                        WHERE evidence.visitor IN (
                            SELECT member.visitor FROM member JOIN cluster ON cluster.number = member.cluster
                            UNION SELECT visitor FROM decided WHERE visitor IS NOT NULL);
                    CREATE INDEX temp.ownValueByVisitor ON ownValue(visitor, kind, value);
                    DELETE FROM ownValue WHERE EXISTS (
                        SELECT 1 FROM shared JOIN link ON link.shared = shared.id
                        WHERE shared.kind = ownValue.kind AND shared.value = ownValue.value
                            AND link.visitor = ownValue.visitor);
                    """)
        }
    }

    func addOwnValues(to member: inout Member, _ number: Int, _ database: Database) throws {
        let rows = try Row.fetchCursor(
            database.cachedStatement(sql: "SELECT kind, value FROM ownValue WHERE visitor = ? ORDER BY kind, value"),
            arguments: [number])
        while let row = try rows.next() {
            member.own.append(SharedValue(kind: rules.kinds[row[0]], value: row[1]))
        }
    }

    /// Calls `body` with all decisions that were taken, in the order of their lines.
    package func forEachDecision(
        _ body: (_ old: String, _ new: String, _ isMerge: Bool, _ decidedAt: String) throws -> Void
    ) throws {
        try read { database in
            let rows = try Row.fetchCursor(
                database,
                sql: """
                    SELECT one.id, other.id, isMerge, decidedAt FROM decision
                        JOIN decided AS one ON one.number = decision.old JOIN decided AS other ON other.number = decision.new
                    ORDER BY line
                    """)
            while let row = try rows.next() { try body(row[0], row[1], row[2], row[3]) }
        }
    }

    /// Calls `body` with all pairs of visitors that decisions keep apart and that can stand in a mapping.
    package func forEachPairApart(_ body: (_ one: Member, _ other: Member) throws -> Void) throws {
        try read { database in
            let rows = try Row.fetchCursor(
                database,
                sql: """
                    SELECT one.visitor, other.visitor FROM decision
                        JOIN decided AS one ON one.number = decision.old AND NOT one.isMoved
                        JOIN decided AS other ON other.number = decision.new AND NOT other.isMoved
                    WHERE NOT isMerge AND one.visitor <> other.visitor
                    GROUP BY min(one.visitor, other.visitor), max(one.visitor, other.visitor) ORDER BY line
                    """)
            while let row = try rows.next() {
                let pair = try [row[0], row[1]].map { try member($0, database) }.compactMap(\.self)
                guard pair.count == 2, pair.allSatisfy({ $0.flaw == nil }) else { continue }
                try body(pair[0], pair[1])
            }
        }
    }

    private func member(_ number: Int, _ database: Database) throws -> Member? {
        let visitor = try database.cachedStatement(
            sql: """
                SELECT 0, number, id, name, lastChat, age, rooms, 0, NULL, flaw, unreadable FROM visitor WHERE number = ?
                """)
        guard let row = try Row.fetchOne(visitor, arguments: [number]) else { return nil }
        var member = Member(row)
        let values = try Row.fetchCursor(
            database.cachedStatement(
                sql: """
                    SELECT kind, value, visitors FROM link JOIN shared ON shared.id = link.shared WHERE link.visitor = ?
                    ORDER BY shared.id
                    """), arguments: [number])
        while let row = try values.next() {
            member.evidence.append(SharedValue(kind: rules.kinds[row[0]], value: row[1], visitors: row[2]))
        }
        try addOwnValues(to: &member, number, database)
        return member
    }
}
