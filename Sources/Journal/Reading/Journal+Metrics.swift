import GRDB
package import Model

// What a dashboard wants to know and a report does not.
extension JournalSnapshot {
    /// Requests that operations made in all runs, by what they were and what their answers meant.
    package func requestResults() throws -> [RequestResult] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: "SELECT action, meaning, count(*) FROM attempt GROUP BY action, meaning ORDER BY action, meaning"
            ).compactMap { row in
                guard let action = Attempt.Action(rawValue: try row.decode(atIndex: 0)) else { return nil }
                return try RequestResult(action: action, result: row.decode(atIndex: 1), count: row.decode(atIndex: 2))
            }
        }
    }
}

/// How many requests of a kind were answered in one way.
package struct RequestResult: Sendable, Equatable {
    package var action: Attempt.Action
    /// What the answer meant, in one word.
    package var result: String
    package var count: Int

    package init(action: Attempt.Action, result: String, count: Int) {
        self.action = action
        self.result = result
        self.count = count
    }
}
