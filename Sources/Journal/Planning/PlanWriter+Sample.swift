import GRDB
import Model

// What a journal for a random part of a mapping leaves out.
extension PlanWriter {
    /// Drops the lines outside a sample, after the rules have looked at all of them; returns how many these are.
    ///
    /// Lines that belong together (``drop(otherThan:)``) are in it together, so that it may have some more lines than were
    /// asked for.
    func drop(outside sample: Sample) throws -> Int {
        let rank = DatabaseFunction(sampleRankOf: sample)
        database.add(function: rank)
        defer { database.remove(function: rank) }
        try database.execute(
            sql: """
                CREATE TEMP TABLE ranked (line INTEGER PRIMARY KEY, rank INTEGER NOT NULL);
                INSERT INTO ranked SELECT number, sampleRank(roomKey) FROM line WHERE roomKey IS NOT NULL;
                INSERT INTO ranked SELECT edge.line, sampleRank(last.oldVisitor)
                    FROM edge JOIN edge AS last ON last.line = edge.jump WHERE edge.room = '';
                INSERT OR IGNORE INTO ranked
                    SELECT number, sampleRank(iif(reason IN ('conflict', 'cycle'), room, number)) FROM line
                    WHERE disposition IS NOT NULL AND repeats IS NULL;
                INSERT OR IGNORE INTO ranked
                    SELECT line.number, first.rank FROM line JOIN ranked AS first ON first.line = line.repeats;
                """)
        let highest =
            try sample.highestRank ?? Int64.fetchOne(
                database, sql: "SELECT rank FROM ranked ORDER BY rank LIMIT 1 OFFSET ?",
                arguments: [sample.size.count - 1]) ?? .max
        try database.execute(
            sql: """
                CREATE TEMP TABLE elsewhere (line INTEGER PRIMARY KEY);
                INSERT INTO elsewhere SELECT line FROM ranked WHERE rank > :highest;
                DROP TABLE ranked;
                """, arguments: ["highest": highest])
        return try dropElsewhere()
    }
}

extension DatabaseFunction {
    /// `sampleRank`: where a number or a text stands in the order of a sample's seed.
    convenience init(sampleRankOf sample: Sample) {
        self.init("sampleRank", argumentCount: 1, pure: true) { values in
            switch values.first?.storage {
            case .int64(let key): sample.rank(of: key)
            case .string(let text): sample.rank(of: text.stableHash)
            default: nil
            }
        }
    }
}

extension Sample.Size {
    /// The number that was asked for; 1 for a share.
    var count: Int { if case .count(let count) = self { count } else { 1 } }
}
