import GRDB
import Mapping
import Model
import RawSQL

// What earlier decisions and runs mean for the groups.
extension Database {
    /// Visitors that decisions or runs name; they belong to groups without any evidence.
    static let namedEarlier = """
        SELECT visitor FROM decided WHERE visitor IS NOT NULL UNION SELECT old FROM merged UNION SELECT new FROM merged
        """

    /// Pairs that are one person by decisions or runs.
    static let joinedEarlier = """
        SELECT one.visitor, other.visitor FROM decision JOIN decided AS one ON one.number = decision.old
            JOIN decided AS other ON other.number = decision.new
        WHERE decision.isMerge AND one.visitor IS NOT NULL AND other.visitor IS NOT NULL
        UNION SELECT old, new FROM merged
        """

    /// Finds the visitors that decisions and merges name, and notes where each one goes.
    ///
    /// - Returns: whether there are any.
    func findEarlier() throws -> Bool {
        let isNone =
            try Row.fetchOne(self, sql: "SELECT 1 FROM made UNION ALL SELECT 1 FROM decided LIMIT 1") == nil
        guard !isNone else { return false }
        try execute(
            sql: """
                \(Schema.visitorIndexIfMissing)
                CREATE INDEX IF NOT EXISTS madeByOld ON made(old);
                UPDATE decided SET isMoved = 0,
                    visitor = (SELECT number FROM visitor WHERE visitor.id = decided.id);
                \(Self.movedOn)
                CREATE INDEX IF NOT EXISTS decidedByVisitor ON decided(visitor);
                INSERT INTO merged SELECT one.number, other.number, max(at)
                FROM made JOIN visitor AS one ON one.id = old JOIN visitor AS other ON other.id = new
                WHERE one.number <> other.number GROUP BY one.number, other.number;
                """)
        try noteCourses()
        return true
    }

    /// A visitor that is gone since a run has merged it is who it was merged into.
    private static let movedOn = """
        WITH RECURSIVE way(number, id, steps) AS (
            SELECT number, id, 0 FROM decided WHERE visitor IS NULL
            UNION ALL
            SELECT way.number, (SELECT new FROM made WHERE old = way.id ORDER BY at DESC, new LIMIT 1), steps + 1
            FROM way
            -- A way that goes in circles leads nowhere.
            WHERE steps < 16 AND EXISTS (SELECT 1 FROM made WHERE old = way.id)
                AND NOT EXISTS (SELECT 1 FROM visitor WHERE visitor.id = way.id))
        UPDATE decided SET isMoved = 1, visitor = found.visitor
        FROM (SELECT way.number, visitor.number AS visitor FROM way JOIN visitor ON visitor.id = way.id) AS found
        WHERE found.number = decided.number;
        """

    /// A visitor whose rooms went to another and to whom none came back is merged; settled, if nobody wrote there since.
    ///
    /// A last chat that cannot be read may have been later.
    private func noteCourses() throws {
        try execute(
            sql: """
                DELETE FROM course;
                CREATE INDEX IF NOT EXISTS mergedByNew ON merged(new);
                INSERT INTO course (visitor, target, isDecided, mergedAt, isSettled)
                    SELECT last.old, last.new, 0, last.at,
                        (visitor.lastChat IS NULL OR visitor.lastChat <= last.at)
                            AND NOT visitor.unreadable & \(VisitorFields.lastChat.rawValue)
                    FROM (SELECT old, new, max(at) AS at FROM merged GROUP BY old) AS last
                        JOIN visitor ON visitor.number = last.old
                    WHERE NOT EXISTS (SELECT 1 FROM merged AS back WHERE back.new = last.old AND back.at > last.at);
                INSERT INTO course (visitor, target, isDecided, mergedAt, isSettled)
                    SELECT one.visitor, other.visitor, 1, NULL, 0
                    FROM decided AS one JOIN decided AS other ON other.number = one.target
                    WHERE one.visitor IS NOT NULL AND other.visitor IS NOT NULL AND one.visitor <> other.visitor
                    ORDER BY one.number
                    ON CONFLICT (visitor) DO UPDATE
                    SET isDecided = 1, target = iif(isSettled, target, excluded.target);
                """)
    }

    /// Decisions about visitors that are not there: how many, and the lines of the first few.
    func unknownDecisions() throws -> (count: Int, first: [Int]) {
        let tables = """
            decision JOIN decided AS one ON one.number = decision.old
                JOIN decided AS other ON other.number = decision.new
            WHERE one.visitor IS NULL OR other.visitor IS NULL
            """
        return (
            try Int.fetchOne(self, sql: "SELECT count(*) FROM \(tables)") ?? 0,
            try Int.fetchAll(
                self, sql: "SELECT decision.line FROM \(tables) ORDER BY 1 LIMIT \(DecisionsError.examples)")
        )
    }

    /// Does not count visitors that are settled where a value would be set aside because many share it.
    func discountSettled(above largest: Int) throws {
        try execute(
            sql: """
                UPDATE shared SET visitors = visitors - (
                    SELECT count(*) FROM evidence JOIN course ON course.visitor = evidence.visitor AND course.isSettled
                    WHERE evidence.kind = shared.kind AND evidence.value = shared.value)
                WHERE visitors > ?
                """, arguments: [largest])
    }

    /// Divides the groups in which visitors are that decisions keep apart.
    ///
    /// What is decided joins first, then what runs have merged, then evidence: the pair with most in common first, ties by
    /// id, so that the order in which visitors were read does not matter.
    ///
    /// - Returns: how many merges that runs have made go across a wall.
    func buildWalls(_ grouping: GroupingRules) throws -> Int {
        guard try Row.fetchOne(self, sql: "SELECT 1 FROM decision WHERE NOT isMerge LIMIT 1") != nil else { return 0 }
        try execute(
            sql: """
                \(Schema.linkByShared)
                CREATE INDEX memberByVisitor ON member(visitor);
                CREATE TEMP TABLE wall AS
                    SELECT first.cluster, first.visitor AS one, second.visitor AS other
                    FROM decision JOIN decided AS old ON old.number = decision.old
                        JOIN decided AS new ON new.number = decision.new
                        JOIN member AS first ON first.visitor = old.visitor
                        JOIN member AS second ON second.visitor = new.visitor AND second.cluster = first.cluster
                    WHERE NOT decision.isMerge AND first.visitor <> second.visitor;
                CREATE INDEX temp.wallByCluster ON wall(cluster);
                """)
        let count = try Int.fetchOne(self, sql: "SELECT max(number) FROM visitor") ?? 0
        var walls = Walls(count: count + 1)
        var across = 0
        let clusters = try Int.fetchCursor(self, sql: "SELECT DISTINCT cluster FROM wall ORDER BY cluster")
        while let cluster = try clusters.next() {
            across += try divide(cluster, grouping, &walls)
        }
        try execute(sql: "DROP TABLE wall; DROP INDEX memberByVisitor")
        if across > 0 { try noteCourses() }
        return across
    }

    private func divide(_ cluster: Int, _ grouping: GroupingRules, _ walls: inout Walls) throws -> Int {
        walls.beginGroup()
        func rows(_ sql: String, _ arguments: StatementArguments, _ body: (Int, Int) throws -> Void) throws {
            let rows = try Row.fetchCursor(try cachedStatement(sql: sql), arguments: arguments)
            while let row = try rows.next() { try body(row[0], row[1]) }
        }
        try rows("SELECT one, other FROM wall WHERE cluster = ?", [cluster]) { walls.keepApart($0, $1) }
        try rows(Self.decidedInCluster, [cluster]) { _ = walls.join($0, $1) }
        var across: [(old: Int, new: Int)] = []
        try rows(Self.mergedInCluster, [cluster]) { old, new in
            if !walls.join(old, new) { across.append((old, new)) }
        }
        for merge in across {
            try execute(sql: "DELETE FROM merged WHERE old = ? AND new = ?", arguments: [merge.old, merge.new])
        }
        try rows(Self.pairsInCluster, [cluster, grouping.required]) { _ = walls.join($0, $1) }
        let members = try Int.fetchAll(
            cachedStatement(sql: "SELECT visitor FROM member WHERE cluster = ?"), arguments: [cluster])
        let update = try cachedStatement(sql: "UPDATE member SET cluster = ? WHERE cluster = ? AND visitor = ?")
        for member in members {
            let first = walls.first(of: member)
            if first != cluster { try update.execute(arguments: [first, cluster, member]) }
        }
        return across.count
    }

    static let decidedInCluster = """
        SELECT one.visitor, other.visitor FROM member CROSS JOIN decided AS one ON one.visitor = member.visitor
            CROSS JOIN decision ON decision.old = one.number AND decision.isMerge
            CROSS JOIN decided AS other ON other.number = decision.new AND other.visitor IS NOT NULL
        WHERE member.cluster = ? ORDER BY one.id, other.id
        """

    static let mergedInCluster = """
        SELECT merged.old, merged.new FROM member CROSS JOIN merged ON merged.old = member.visitor
            CROSS JOIN visitor AS one ON one.number = merged.old CROSS JOIN visitor AS other ON other.number = merged.new
        WHERE member.cluster = ? ORDER BY merged.at, one.id, other.id
        """

    private static let pairsInCluster = """
        SELECT one.visitor, other.visitor
        FROM member CROSS JOIN link AS one ON one.visitor = member.visitor
            CROSS JOIN link AS other ON other.shared = one.shared AND other.visitor > one.visitor
            CROSS JOIN shared ON shared.id = one.shared
            CROSS JOIN visitor AS first ON first.number = one.visitor
            CROSS JOIN visitor AS second ON second.number = other.visitor
        WHERE member.cluster = ?
        GROUP BY one.visitor, other.visitor HAVING count(DISTINCT shared.kind) >= ?
        ORDER BY count(DISTINCT shared.kind) DESC, count(*) DESC, min(first.id, second.id), max(first.id, second.id)
        """
}
