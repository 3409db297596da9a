import GRDB

extension Database {
    /// Takes the visitors that are decided to be one person out of groups that are too large to be suggested.
    ///
    /// A decision stays suggested, whatever else ties its visitors to others; the others stay set aside.
    func takeDecidedOut(ofGroupsAbove largest: Int) throws {
        let isAny = try Row.fetchOne(
            self,
            sql: """
                SELECT 1 WHERE EXISTS (SELECT 1 FROM decision WHERE isMerge)
                    AND EXISTS (SELECT 1 FROM cluster WHERE size > ?)
                """, arguments: [largest])
        guard isAny != nil else { return }
        try execute(sql: "CREATE INDEX IF NOT EXISTS memberByVisitor ON member(visitor)")
        let clusters = try Int.fetchAll(
            self,
            sql: """
                SELECT DISTINCT cluster.number FROM decision
                    JOIN decided ON decided.number = decision.old JOIN member ON member.visitor = decided.visitor
                    JOIN cluster ON cluster.number = member.cluster
                WHERE decision.isMerge AND cluster.size > ? ORDER BY 1
                """, arguments: [largest])
        let count = try Int.fetchOne(self, sql: "SELECT max(number) FROM visitor") ?? 0
        var sets = UnionFind(count: count + 1)
        for cluster in clusters { try takeDecidedOut(of: cluster, upTo: largest, &sets) }
        try execute(sql: "DROP INDEX memberByVisitor")
    }

    private func takeDecidedOut(of cluster: Int, upTo largest: Int, _ sets: inout UnionFind) throws {
        for pairs in [Self.decidedInCluster, Self.mergedInCluster] {
            let rows = try Row.fetchCursor(cachedStatement(sql: pairs), arguments: [cluster])
            while let row = try rows.next() { sets.unite(row[0], row[1]) }
        }
        let members = try Int.fetchAll(
            cachedStatement(sql: "SELECT visitor FROM member WHERE cluster = ? ORDER BY visitor"), arguments: [cluster])
        var parts: [Int: [Int]] = [:]
        for member in members { parts[sets.first(of: member), default: []].append(member) }
        let rest = members.filter { parts[sets.first(of: $0)]?.count == 1 }
        let move = try cachedStatement(sql: "UPDATE member SET cluster = ? WHERE cluster = ? AND visitor = ?")
        // The others first: a group is called by its first visitor, and that may be one of those that go.
        if let first = rest.first, first != cluster {
            for member in rest { try move.execute(arguments: [first, cluster, member]) }
            try execute(sql: "UPDATE cluster SET number = ? WHERE number = ?", arguments: [first, cluster])
        } else if rest.isEmpty {
            try execute(sql: "DELETE FROM cluster WHERE number = ?", arguments: [cluster])
        }
        for (first, part) in parts where part.count > 1 {
            for member in part where first != cluster { try move.execute(arguments: [first, cluster, member]) }
            try execute(
                sql: """
                    INSERT INTO cluster SELECT cluster, count(*) AS size FROM member
                    WHERE cluster = ? AND visitor NOT IN (SELECT visitor FROM course WHERE isSettled)
                    GROUP BY cluster HAVING size BETWEEN 2 AND ?
                    """, arguments: [first, largest])
        }
    }
}
