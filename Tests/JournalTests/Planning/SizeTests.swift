import FoundationEssentials
import Journal
import Model
import Testing

/// What a line takes on the disk, counted: whoever makes it a quarter larger has to say so here.
@Suite struct `The size of a journal` {
    private static let lines = 20_000

    /// Ids as long as those of a real server: 17, 24 and 24 characters.
    private func planned() throws -> PlannedJournal {
        try PlannedJournal(
            (0..<Self.lines).map { number in
                let digits = String(10_000_000 + number)
                return "Rm9xT2bQe\(digits) 66f0a1c2b3d4e5f6\(digits) 66f0a1c2b3d4e5f7\(digits)"
            })
    }

    private func bytesPerLine(_ planned: PlannedJournal) throws -> Int {
        let size = try FileManager.default.attributesOfItem(atPath: planned.path)[.size]
        return try #require(size as? Int) / Self.lines
    }

    /// 65 of them are the ids, and some 37 those of its operation.
    @Test func `is small for a line that is planned`() throws {
        let bytes = try bytesPerLine(planned())
        #expect(bytes <= 145)
    }

    /// With its operation, the attempt that moved it, and all indexes.
    @Test func `is small for a line that is merged`() async throws {
        let planned = try planned()
        var exchange = RunTransaction(run: try await planned.begin())
        exchange.wanted = Self.lines
        let operations = try await planned.journal.exchange(exchange).operations
        exchange.wanted = 0
        exchange.attempts = operations.map { .sample($0.id) }
        exchange.outcomes = operations.map { .sample($0.id, .moved) }
        _ = try await planned.journal.exchange(exchange)
        try planned.journal.close()

        let bytes = try bytesPerLine(planned)
        #expect(bytes <= 200)
    }
}
