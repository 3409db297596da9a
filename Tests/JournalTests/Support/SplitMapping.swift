import Journal
import Model
import TestSupport
import Testing

/// The journals of all parts of a mapping.
struct SplitMapping {
    let journals: [PlannedJournal]

    init(_ lines: [MappingLine], into count: Int, for job: Job = .sample) throws {
        journals = try (1...count).map { index in
            var job = job
            job.shard = Shard(index, of: count)
            return try PlannedJournal(lines: lines, for: job)
        }
    }

    /// What they are together.
    func united<Value>(_ body: (Journal) throws -> Value) throws -> Value {
        let path = journals[0].folder("parts.db")
        let value = try Journal.withUnion(of: journals.map(\.journal), at: path) { union in
            try Journal.check(path)
            return try body(union)
        }
        #expect(!Journal.exists(at: path))
        return value
    }
}
