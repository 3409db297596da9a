import GRDB
import Model

/// A journal as it is at one moment: all that a report, a status, metrics or the end of a run say comes from one of these.
///
/// Everything is read in one transaction, so that counts, tables and totals agree while another process goes on writing.
/// It has no method that writes, and must not leave the closure it is handed to. A process that reads while it commits
/// itself opens the journal a second time to read: one connection does one thing at a time.
package struct JournalSnapshot {
    package let path: String
    let database: Database

    /// Reads within the one transaction.
    func read<Value>(_ body: (Database) throws -> Value) rethrows -> Value {
        try body(database)
    }

    /// What the journal is about.
    package func job() throws -> Job {
        try read { database in
            guard let row = try Row.fetchOne(database, sql: "SELECT * FROM job"),
                let kind = Job.Kind(rawValue: try row.decode(forColumn: "kind"))
            else { throw JournalError.damaged(path: path, why: "it does not say what it is about") }
            return try Job(
                kind: kind, server: row.decode(forColumn: "server"), mappingPath: row.decode(forColumn: "mappingPath"),
                mappingDigest: row.decode(forColumn: "mappingDigest"),
                mappingOptions: row.decode(forColumn: "mappingOptions"), undoneBy: row.decode(forColumn: "undoneBy"),
                toolVersion: row.decode(forColumn: "toolVersion"),
                plannedAt: row.instant("plannedAt"),
                lines: row.count("lines"), mappingLines: row.count("mappingLines"),
                shard: shard(row), sample: sample(row))
        }
    }

    private func sample(_ row: Row) throws -> Sample? {
        guard let text: String = try row.decode(forColumn: "sample") else { return nil }
        guard let size = Sample.Size(text), let seed = try row.optionalCount("sampleSeed") else {
            throw JournalError.damaged(path: path, why: "it is about a sample that there cannot be")
        }
        return Sample(size: size, seed: seed)
    }

    private func shard(_ row: Row) throws -> Shard? {
        guard let index: Int = try row.decode(forColumn: "shard") else { return nil }
        guard let shard = Shard(index, of: try row.decode(forColumn: "shards")) else {
            throw JournalError.damaged(path: path, why: "it is for a part that there cannot be")
        }
        return shard
    }
}

extension Journal {
    /// Lets `body` read the journal as it is now.
    ///
    /// While `body` takes its time the journal's log keeps growing; the next commit after it shortens that again.
    package func snapshot<Value>(_ body: (JournalSnapshot) throws -> Value) throws -> Value {
        try read { try body(JournalSnapshot(path: path, database: $0)) }
    }

    // Single questions, each answered from a moment of its own.

    package func job() throws -> Job { try snapshot { try $0.job() } }

    package func runs() throws -> [Run] { try snapshot { try $0.runs() } }

    package func steering() throws -> [Steering] { try snapshot { try $0.steering() } }

    package func tally() throws -> Tally { try snapshot { try $0.tally() } }

    package func rowCounts() throws -> (lines: Int, operations: Int) { try snapshot { try $0.rowCounts() } }

    package func traffic() throws -> RequestStatistics { try snapshot { try $0.traffic() } }

    package func remaining() throws -> Int { try snapshot { try $0.remaining() } }

    package func pending() throws -> Int { try snapshot { try $0.pending() } }

    package func planned() throws -> Int { try snapshot { try $0.planned() } }

    package func undiscovered() throws -> Int { try snapshot { try $0.undiscovered() } }

    package func progress(runs limit: Int, slices: Int) throws -> [RunProgress] {
        try snapshot { try $0.progress(runs: limit, slices: slices) }
    }

    package func forEachLine(_ body: (LineRow) throws -> Void) throws { try snapshot { try $0.forEachLine(body) } }

    package func forEachOperation(_ body: (OperationRow) throws -> Void) throws {
        try snapshot { try $0.forEachOperation(body) }
    }
}
