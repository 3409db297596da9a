import GRDB
import Model

extension Database {
    /// The bits that any of several rows has.
    private static let union = VisitorFields.named.map { "max(unreadable & \($0.field.rawValue))" }
        .joined(separator: " | ")

    /// Makes one visitor of all rows with the same id: the evidence of all, the latest of everything else.
    ///
    /// Equal hashes are looked for first: sorting a million numbers costs little, and an export rarely repeats itself.
    ///
    /// - Returns: how many rows that makes fewer.
    func mergeRepeatedVisitors() throws -> Int {
        let suspects = "SELECT idHash FROM visitor GROUP BY idHash HAVING count(*) > 1"
        guard try Row.fetchOne(self, sql: suspects + " LIMIT 1") != nil else { return 0 }
        try execute(
            sql: """
                \(Schema.visitorIndex);
                CREATE TEMP TABLE repetition (number INTEGER PRIMARY KEY, first INTEGER NOT NULL);
                INSERT INTO repetition
                    SELECT visitor.number, repeated.first
                    FROM (SELECT id, min(number) AS first FROM visitor GROUP BY id HAVING count(*) > 1) AS repeated
                    JOIN visitor ON visitor.id = repeated.id AND visitor.number > repeated.first
                """)
        let count = try Int.fetchOne(self, sql: "SELECT count(*) FROM repetition") ?? 0
        if count > 0 {
            try execute(
                sql: """
                    UPDATE visitor SET
                        name = (SELECT name FROM visitor AS other WHERE other.id = visitor.id AND name IS NOT NULL
                                ORDER BY number DESC LIMIT 1),
                        lastChat = (SELECT max(lastChat) FROM visitor AS other WHERE other.id = visitor.id),
                        age = (SELECT min(age) FROM visitor AS other WHERE other.id = visitor.id),
                        rooms = (SELECT max(rooms) FROM visitor AS other WHERE other.id = visitor.id),
                        unreadable = (SELECT \(Self.union) FROM visitor AS other WHERE other.id = visitor.id)
                    WHERE number IN (SELECT first FROM repetition);
                    UPDATE evidence SET visitor = (SELECT first FROM repetition WHERE number = visitor)
                    WHERE visitor IN (SELECT number FROM repetition);
                    DELETE FROM evidence WHERE rowid NOT IN
                        (SELECT min(rowid) FROM evidence GROUP BY kind, value, visitor)
                        AND visitor IN (SELECT first FROM repetition);
                    DELETE FROM visitor WHERE number IN (SELECT number FROM repetition);
                    UPDATE job SET visitors = (SELECT count(*) FROM visitor),
                        withEvidence = (SELECT count(DISTINCT visitor) FROM evidence);
                    """)
        }
        try execute(sql: "DROP TABLE repetition")
        return count
    }
}
