import GRDB
package import Model

/// How many operations one run settled in each equal slice of its time.
package struct RunProgress: Sendable, Equatable {
    package var run: Int64
    package var from: Timestamp
    /// The end of the run, or the last outcome of one that was killed; later than ``from``.
    package var until: Timestamp
    package var settled: [Int]

    package init(run: Int64, from: Timestamp, until: Timestamp, settled: [Int]) {
        self.run = run
        self.from = from
        self.until = until
        self.settled = settled
    }
}

// How the work went on, for a chart.
extension JournalSnapshot {
    /// The latest runs that settled anything, oldest first, at most `limit` of them.
    ///
    /// SQL counts them into `slices` parts of each run, so that nothing grows with the operations. What was settled
    /// outside these runs, by earlier ones or while planning, is in none of them.
    package func progress(runs limit: Int, slices: Int) throws -> [RunProgress] {
        try read { database in
            let settled = OperationState.allCases.filter(\.isSettled).map { "'\($0.rawValue)'" }.joined(separator: ", ")
            // Every operation is read once and looked up among the few runs, not the other way round.
            let rows = try Row.fetchCursor(
                database,
                sql: """
                    WITH worked AS MATERIALIZED (
                        SELECT run.id AS id, run.startedAt AS startedAt,
                            max(coalesce(run.endedAt, 0), max(operation.settledAt), run.startedAt + 1) AS endedAt
                        FROM operation CROSS JOIN run ON run.id = operation.run
                        WHERE operation.state IN (\(settled))
                        GROUP BY run.id ORDER BY run.id DESC LIMIT :limit)
                    SELECT worked.id, worked.startedAt, worked.endedAt,
                        max(0, min(:slices - 1, (operation.settledAt - worked.startedAt) * :slices
                            / (worked.endedAt - worked.startedAt))) AS slice,
                        count(*)
                    FROM operation CROSS JOIN worked ON worked.id = operation.run
                    WHERE operation.state IN (\(settled))
                    GROUP BY worked.id, slice ORDER BY worked.id
                    """, arguments: ["limit": limit, "slices": slices])
            var progress: [RunProgress] = []
            while let row = try rows.next() {
                let run: Int64 = try row.decode(atIndex: 0)
                if progress.last?.run != run {
                    progress.append(
                        try RunProgress(
                            run: run, from: row.instant(1), until: row.instant(2),
                            settled: Array(repeating: 0, count: slices)))
                }
                // Between both ends of the run, unless what SQLite computed it from is damaged.
                let slice = try row.count(3)
                guard slice < slices else { throw ImpossibleValue(what: "an instant that cannot be") }
                progress[progress.count - 1].settled[slice] += try row.count(4)
            }
            return progress
        }
    }
}
