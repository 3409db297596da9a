import Migration
import Model
import RocketChat
import Mapping
import TestSupport
import Testing

@testable import Matching

/// A folder with a working file, and what reads into it.
struct Desk {
    let folder: TemporaryDirectory
    var rules = MatchRules(kinds: [.email, .phone])

    init() throws {
        folder = try TemporaryDirectory()
    }

    var path: String { folder("mapping.csv.suggest.db") }

    func job(_ keep: SurvivorRule = .latestChat, server: String = "http://127.0.0.1") -> StoreOrigin {
        StoreOrigin(server: server, rules: rules, keep: keep)
    }

    func open(_ keep: SurvivorRule = .latestChat) throws -> VisitorStore {
        try .resuming(job(keep), at: path)
    }

    /// Without pacing and with back-offs that nobody notices.
    static var asker: RetryingClient {
        let clock = ContinuousClock()
        let retry = RetryPolicy(
            maxAttempts: 3, base: .microseconds(200), cap: .milliseconds(1), quiet: .milliseconds(1))
        return RetryingClient(
            limiter: RateLimiter(.unlimited, clock: clock), settings: RunnerSettings(retry: retry, jitter: { 1 }),
            clock: clock)
    }

    /// Reads a list into a file to its end.
    ///
    /// - Returns: the sentences that were announced.
    @discardableResult
    static func read(
        _ list: some VisitorLister, into file: VisitorStore, _ order: VisitorOrder = .byID
    ) async throws -> [String] {
        var sentences: [String] = []
        let reading = VisitorReading(api: list, asker: asker, board: ProgressBoard())
        let isRead = try await reading.read(order, into: file) { sentences.append($0) }
        #expect(isRead)
        return sentences
    }

    /// Takes visitors as an export has them.
    @discardableResult
    func load(_ lines: [String], by kinds: MatchKey...) async throws -> (file: VisitorStore, tally: Export.Tally) {
        let name = "visitors.csv"
        try folder.write(lines.joined(separator: "\n"), as: name)
        let rules = kinds.isEmpty ? rules : MatchRules(kinds: kinds)
        let file = try VisitorStore.afresh(rules, at: path)
        let reader = try VisitorFileReader(.file(folder(name)), customFields: rules.customFields)
        return (file, try await file.load(Export(reader, rules: rules)) { false })
    }
}

extension VisitorStore {
    /// The ids of every group, as sets.
    func groups(upTo largest: Int = 10, keep: SurvivorRule = .latestChat) throws -> Set<Set<String>> {
        var groups: Set<Set<String>> = []
        try forEachGroup(upTo: largest, keep: keep) { group in
            let ids = ([group.kept].compactMap(\.self) + group.merges.map(\.old) + group.unwritable).map(\.id.rawValue)
            groups.insert(Set(ids))
        }
        return groups
    }
}
