import GRDB
import Model
import RocketChat

// Which visitor the server itself finds first, as far as it was asked; what was asked survives a kill.
extension VisitorStore {
    /// Values of suggested groups for which the server was not asked yet.
    func unaskedValues(upTo largest: Int) throws -> Int {
        try read { database in
            try Int.fetchOne(
                database, sql: "SELECT count(*) FROM (\(unasked))", arguments: [largest]) ?? 0
        }
    }

    func firstUnaskedValue(upTo largest: Int) throws -> SharedValue? {
        try read { database in
            try Row.fetchOne(database, sql: unasked + " LIMIT 1", arguments: [largest]).map { row in
                SharedValue(kind: rules.kinds[row[0]], value: row[1])
            }
        }
    }

    /// Each value that two visitors of a group share, once.
    private var unasked: String {
        let kinds = rules.kinds.indices.filter { [.email, .phone].contains(rules.kinds[$0]) }
        return """
            SELECT shared.kind, shared.value
            FROM cluster CROSS JOIN member ON member.cluster = cluster.number
                CROSS JOIN link ON link.visitor = member.visitor CROSS JOIN shared ON shared.id = link.shared
            WHERE cluster.size <= ? AND shared.kind IN (\(kinds.map(String.init).joined(separator: ", ")))
                AND NOT EXISTS (
                    SELECT 1 FROM firstMatch WHERE firstMatch.kind = shared.kind AND firstMatch.value = shared.value)
            GROUP BY shared.id
            """
    }

    /// Notes whom the server finds first; durable when it returns.
    func note(first visitor: VisitorID?, of value: SharedValue) throws {
        guard let kind = rules.kinds.firstIndex(of: value.kind) else { return }
        try write {
            try $0.execute(
                sql: "INSERT OR REPLACE INTO firstMatch VALUES (?, ?, ?)",
                arguments: [kind, value.value, visitor?.rawValue])
        }
    }
}
