import Journal
import Mapping
import Migration
import Model
import RocketChat
import TestSupport

/// A journal of a mapping with visitor lines, and discoveries on it.
struct DiscoveryBench {
    private let directory: TemporaryDirectory
    private let path: String

    /// Plans lines of `room,old,new`.
    init(_ lines: [String]) throws {
        directory = try TemporaryDirectory()
        path = directory("journal.db")
        let mapping = try directory.write((["room,old,new"] + lines).joined(separator: "\n"), as: "mapping.csv")
        let job = Job(
            kind: .run, server: "http://127.0.0.1", mappingPath: mapping, toolVersion: "test",
            plannedAt: Timestamp(milliseconds: 0))
        _ = try Planner.plan(try MappingReader(.file(mapping)), for: job, at: path)
    }

    /// Finds the rooms of the visitor lines, as one process does.
    func discover(_ api: some RoomFinder, concurrency: Int = 4) async throws -> [String] {
        try await withDesk(concurrency: concurrency) { desk in
            var sentences: [String] = []
            _ = try await Discoverer(api: api, desk: desk).discover { sentences.append($0) }
            return sentences
        }
    }

    /// Reads something for the journal without pacing.
    func withDesk<Value>(
        concurrency: Int = 4, _ body: (ReadContext) async throws -> Value
    ) async throws -> Value {
        let journal = try Journal(at: path, for: .write)
        let clock = ContinuousClock()
        let desk = ReadContext(
            journal: journal, limiter: RateLimiter(.unlimited, clock: clock),
            settings: Bench.settings(concurrency: concurrency), clock: clock, now: { Timestamp(milliseconds: 1) },
            board: ProgressBoard(), logger: Bench.logger)
        defer {
            // A journal that cannot be closed has nothing left to lose in a test.
            try? journal.close()
        }
        return try await body(desk)
    }

    /// The rooms of the plan, as a second connection sees them.
    func planned() throws -> Set<String> {
        let journal = try Journal(at: path, for: .read)
        var rooms: Set<String> = []
        try journal.forEachOperation { rooms.insert($0.room) }
        return rooms
    }

    /// Outcome and reason of each line.
    func lines() throws -> [String] {
        let journal = try Journal(at: path, for: .read)
        var lines: [String] = []
        try journal.forEachLine { lines.append("\($0.outcome.rawValue) \($0.reason?.rawValue ?? "")") }
        return lines
    }
}
