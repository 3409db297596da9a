import GRDB
import RawSQL

/// What was found in all that was read.
package struct Findings: Sendable, Equatable {
    /// Visitors that were read, each once.
    package var visitors = 0
    /// How many of them offer evidence at all.
    package var withEvidence = 0
    /// Kinds of evidence that nobody offers.
    package var absent: [MatchKey] = []
    /// Visitors the server counts beyond those that were read; negative if some that were read are gone.
    package var missing = 0
    /// Groups that are small enough to be suggested.
    package var groups = 0
    /// Values that too many visitors share.
    package var valuesSetAside = 0
    /// Groups that are too large.
    package var groupsSetAside = 0
    /// Merges that runs have made, as far as both visitors were read.
    package var made = 0
    /// Old visitors of those with whom a conversation began since.
    package var returned = 0
    /// Merges that were made between visitors that decisions keep apart.
    package var madeApart = 0
    /// Decisions about visitors that were not read, and the lines of the first few.
    package var unknownDecisions = 0
    package var firstUnknownDecisions: [Int] = []
    /// Decisions to merge into a visitor that was itself merged into another.
    package var redirected = 0
}

extension VisitorStore {
    /// Finds who belongs together; can be done again with other rules.
    package func group(_ grouping: GroupingRules) throws -> Findings {
        try write { database in
            try database.execute(sql: Schema.groupTables)
            let hasEarlier = try database.findEarlier()
            try database.execute(sql: "CREATE INDEX IF NOT EXISTS evidenceByValue ON evidence(kind, value, visitor)")
            try database.execute(
                sql: """
                    INSERT INTO shared (kind, value, visitors)
                    SELECT kind, value, count(*) AS visitors FROM evidence GROUP BY kind, value HAVING visitors > 1
                    """)
            if hasEarlier { try database.discountSettled(above: grouping.largestGroup) }
            try database.execute(
                sql: """
                    INSERT INTO link SELECT evidence.visitor, shared.id
                    FROM shared CROSS JOIN evidence USING (kind, value)
                    WHERE shared.visitors <= ? ORDER BY 1, 2
                    """, arguments: [grouping.largestGroup])
            try cluster(database, grouping, hasEarlier: hasEarlier)
            let madeApart = hasEarlier ? try database.buildWalls(grouping) : 0
            try database.execute(
                sql: """
                    INSERT INTO cluster SELECT cluster, count(*) AS size FROM member
                    WHERE visitor NOT IN (SELECT visitor FROM course WHERE isSettled)
                    GROUP BY cluster HAVING size > 1
                    """)
            if hasEarlier { try database.takeDecidedOut(ofGroupsAbove: grouping.largestGroup) }
            var findings = try findings(database, grouping)
            findings.madeApart = madeApart
            if hasEarlier {
                (findings.unknownDecisions, findings.firstUnknownDecisions) = try database.unknownDecisions()
            }
            return findings
        }
    }

    /// Writes down who belongs to whom, after all pairs have been united.
    private func cluster(_ database: Database, _ grouping: GroupingRules, hasEarlier: Bool) throws {
        let count = try Int.fetchOne(database, sql: "SELECT max(number) FROM visitor") ?? 0
        var sets = UnionFind(count: count + 1)
        if grouping.required == 1 {
            try unite(&sets, inRowsOf: Self.sharers, [grouping.largestGroup], database)
        } else {
            try database.execute(sql: Schema.linkByShared)
            try unite(&sets, inRowsOf: Self.pairs, [grouping.required], database)
        }
        var visitors = "SELECT DISTINCT visitor FROM link ORDER BY visitor"
        if hasEarlier {
            visitors = "SELECT visitor FROM link UNION \(Database.namedEarlier) ORDER BY 1"
            let pairs = try Row.fetchCursor(database, sql: Database.joinedEarlier)
            while let pair = try pairs.next() { sets.unite(pair[0], pair[1]) }
        }
        var members = try RawInsertion("INSERT INTO member VALUES (?, ?)", in: database)
        let numbers = try Int.fetchCursor(database, sql: visitors)
        while let visitor = try numbers.next() {
            let first = sets.first(of: visitor)
            members.bind(Int64(first))
            members.bind(Int64(visitor))
            try members.run()
        }
    }

    /// Unites the second of each row with that of the row before, where the first is the same in both.
    private func unite(
        _ sets: inout UnionFind, inRowsOf sql: String, _ arguments: StatementArguments, _ database: Database
    ) throws {
        var last: (key: Int, visitor: Int)?
        let rows = try Row.fetchCursor(database, sql: sql, arguments: arguments)
        while let row = try rows.next() {
            let (key, visitor): (Int, Int) = (row[0], row[1])
            if let last, last.key == key { sets.unite(last.visitor, visitor) }
            last = (key, visitor)
        }
    }

    /// Every value with each visitor that has it.
    private static let sharers = """
        SELECT shared.id, evidence.visitor FROM shared CROSS JOIN evidence USING (kind, value)
        WHERE shared.visitors <= ? ORDER BY shared.id
        """

    /// Every visitor with itself and with each other one that has values of enough kinds in common with it.
    private static let pairs = """
        SELECT one.visitor, other.visitor
        FROM link AS one JOIN link AS other ON other.shared = one.shared AND other.visitor >= one.visitor
        JOIN shared ON shared.id = one.shared
        GROUP BY one.visitor, other.visitor
        HAVING one.visitor = other.visitor OR count(DISTINCT shared.kind) >= ?
        ORDER BY one.visitor
        """

    private func findings(_ database: Database, _ grouping: GroupingRules) throws -> Findings {
        func count(_ sql: String, _ arguments: StatementArguments = []) throws -> Int {
            try Int.fetchOne(database, sql: sql, arguments: arguments) ?? 0
        }
        let visitors = try count("SELECT visitors FROM job")
        let total = try count("SELECT total FROM job")
        return Findings(
            visitors: visitors,
            withEvidence: try count("SELECT withEvidence FROM job"),
            absent: try rules.kinds.enumerated().filter { index, _ in
                try count("SELECT count(*) FROM (SELECT 1 FROM evidence WHERE kind = ? LIMIT 1)", [index]) == 0
            }.map(\.element),
            missing: total == 0 ? 0 : total - visitors,
            groups: try count("SELECT count(*) FROM cluster WHERE size <= ?", [grouping.largestGroup]),
            valuesSetAside: try count("SELECT count(*) FROM shared WHERE visitors > ?", [grouping.largestGroup]),
            groupsSetAside: try count("SELECT count(*) FROM cluster WHERE size > ?", [grouping.largestGroup]),
            made: try count("SELECT count(*) FROM merged"),
            returned: try count("SELECT count(*) FROM course WHERE mergedAt IS NOT NULL AND NOT isSettled"),
            redirected: try count(
                """
                SELECT count(*) FROM decided AS one JOIN decided AS other ON other.number = one.target
                    LEFT JOIN course AS own ON own.visitor = one.visitor
                    LEFT JOIN course AS survivor ON survivor.visitor = other.visitor
                WHERE own.isSettled IS NOT 1 AND one.visitor IS NOT NULL AND one.visitor IS NOT other.visitor
                    AND (survivor.mergedAt IS NOT NULL OR other.isMoved)
                """))
    }
}
