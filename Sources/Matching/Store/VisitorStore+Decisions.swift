import GRDB
package import Mapping
package import Model
import RawSQL

/// What the lines of a file of decisions came to.
package struct DecisionTally: Sendable, Equatable {
    package var merges = 0
    package var apart = 0
    /// Decisions to merge whose survivor a newer decision replaces, and the lines of the first few.
    package var outdated = 0
    package var firstOutdated: [Int] = []

    package init() {}
}

extension VisitorStore {
    /// Takes all decisions in the place of earlier ones.
    ///
    /// Throws `DecisionsError` if they contradict one another.
    package func take(decisions path: String, _ reader: inout DecisionReader) throws -> DecisionTally {
        var tally = DecisionTally()
        try write { database in
            try database.execute(sql: "DELETE FROM decision; DELETE FROM decided")
            while let decision = try reader.next() {
                if decision.kind == .merge { tally.merges += 1 } else { tally.apart += 1 }
                try database.add(decision)
            }
            guard tally.merges + tally.apart > 0 else { return }
            try database.execute(
                sql: """
                    CREATE INDEX IF NOT EXISTS decisionByOld ON decision(old);
                    CREATE INDEX IF NOT EXISTS decisionByNew ON decision(new);
                    """)
            try database.noteTargets(&tally)
            let contradictions = try database.contradictions()
            guard contradictions.count == 0 else {
                throw DecisionsError.contradictions(
                    path: path, contradictions.first, count: contradictions.count)
            }
        }
        return tally
    }

    /// Forgets all decisions.
    package func forgetDecisions() throws {
        try write { try $0.execute(sql: "DELETE FROM decision; DELETE FROM decided") }
    }

    /// Forgets what journals have told, before they are read.
    package func forgetMerges() throws {
        try write { try $0.execute(sql: "DELETE FROM made") }
    }

    /// Takes the merges that a run has made.
    ///
    /// Nothing that came to the old visitor after `instant` is merged.
    package func takeMerges(
        _ forEach: ((_ old: String, _ new: String, _ instant: Timestamp) throws -> Void) throws -> Void
    ) throws {
        try write { database in
            var rows = try RawInsertion("INSERT INTO made VALUES (?, ?, ?)", in: database)
            try forEach { old, new, instant in
                rows.bind(old)
                rows.bind(new)
                rows.bind(instant.milliseconds)
                try rows.run()
            }
        }
    }
}

extension Database {
    fileprivate func add(_ decision: Decision) throws {
        let numbers = try [decision.old, decision.new].map { id in
            try cachedStatement(sql: "INSERT OR IGNORE INTO decided (id) VALUES (?)").execute(arguments: [id.rawValue])
            return try Int.fetchOne(
                cachedStatement(sql: "SELECT number FROM decided WHERE id = ?"), arguments: [id.rawValue])
        }
        try cachedStatement(
            sql: "INSERT INTO decision (line, isMerge, old, new, decidedAt, instant) VALUES (?, ?, ?, ?, ?, ?)"
        ).execute(
            arguments: [
                decision.line, decision.kind == .merge, numbers[0], numbers[1], decision.decidedAt,
                Timestamp(iso8601: decision.decidedAt)?.milliseconds,
            ])
    }

    /// Notes to whom each visitor goes: by the newest decision, where several name different survivors.
    ///
    /// A decision that would close a circle with newer ones has no survivor of its own; that the visitors are one person
    /// stays.
    fileprivate func noteTargets(_ tally: inout DecisionTally) throws {
        let count = try Int.fetchOne(self, sql: "SELECT max(number) FROM decided") ?? 0
        var sets = UnionFind(count: count + 1)
        var targets = [Int32](repeating: 0, count: count + 1)
        let rows = try Row.fetchCursor(
            self, sql: "SELECT line, old, new FROM decision WHERE isMerge ORDER BY instant DESC NULLS LAST, line DESC")
        while let row = try rows.next() {
            let (line, old, new): (Int, Int, Int) = (row[0], row[1], row[2])
            // The same decision once more.
            guard targets[old] != Int32(new) else { continue }
            guard targets[old] == 0, sets.first(of: old) != sets.first(of: new) else {
                tally.outdated += 1
                tally.firstOutdated = (tally.firstOutdated + [line]).sorted().prefix(DecisionsError.examples).map(
                    \.self)
                continue
            }
            targets[old] = Int32(new)
            sets.unite(old, new)
        }
        let update = try cachedStatement(sql: "UPDATE decided SET target = ? WHERE number = ?")
        for number in targets.indices where targets[number] != 0 {
            try update.execute(arguments: [targets[number], number])
        }
    }

    /// Pairs that are kept apart and are one person by other decisions, each with the decisions that say so.
    fileprivate func contradictions() throws -> (count: Int, first: [DecisionsError.Fault]) {
        let count = try Int.fetchOne(self, sql: "SELECT max(number) FROM decided") ?? 0
        var sets = UnionFind(count: count + 1)
        let merges = try Row.fetchCursor(self, sql: "SELECT old, new FROM decision WHERE isMerge")
        while let row = try merges.next() { sets.unite(row[0], row[1]) }
        var found: (count: Int, first: [DecisionsError.Fault]) = (0, [])
        let walls = try Row.fetchCursor(
            self, sql: "SELECT line, old, new FROM decision WHERE NOT isMerge ORDER BY line")
        while let row = try walls.next() {
            let (line, one, other): (Int, Int, Int) = (row[0], row[1], row[2])
            guard sets.first(of: one) == sets.first(of: other) else { continue }
            found.count += 1
            guard found.first.count < DecisionsError.examples else { continue }
            let chain = try chain(from: one, to: other)
            let why =
                chain.count == 1
                ? "merge and apart for the same two visitors"
                : "kept apart on line \(line), and merged by way of others"
            found.first.append(DecisionsError.Fault(lines: ([line] + chain).sorted(), why: why))
        }
        return found
    }

    /// The lines of the shortest chain of merges that joins two.
    private func chain(from start: Int, to end: Int) throws -> [Int] {
        let neighbours = try cachedStatement(
            sql: """
                SELECT new, line FROM decision WHERE old = ?1 AND isMerge
                UNION ALL SELECT old, line FROM decision WHERE new = ?1 AND isMerge ORDER BY line
                """)
        var came: [Int: (from: Int, line: Int)] = [start: (start, 0)]
        var frontier = [start]
        while came[end] == nil, !frontier.isEmpty {
            var next: [Int] = []
            for person in frontier {
                for row in try Row.fetchAll(neighbours, arguments: [person]) where came[row[0]] == nil {
                    came[row[0]] = (person, row[1])
                    next.append(row[0])
                }
            }
            frontier = next
        }
        var lines: [Int] = []
        var person = end
        while person != start, let step = came[person] {
            lines.append(step.line)
            person = step.from
        }
        return lines
    }
}
