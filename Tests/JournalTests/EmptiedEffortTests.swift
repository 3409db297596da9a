import Journal
import Model
import Testing

@Suite struct `The effort of listing what is left of old visitors` {
    /// Moves as many rooms, each of its own old visitor, and reads the list of those visitors to its end.
    private func instructions(_ visitors: Int) async throws -> Int {
        let planned = try PlannedJournal((0..<visitors).map { "R\($0) A\($0) B" })
        try planned.execute(
            """
            INSERT INTO operation (id, line, state, confirmedBy) SELECT number, number, 'moved', 'read' FROM line;
            UPDATE frontier SET untouched = 0;
            INSERT INTO discovery (line, oldVisitor, finalVisitor, discoveredAt)
                SELECT number, oldVisitor, newVisitor, 0 FROM line;
            """)
        return try await planned.journal.effort {
            #expect(try await planned.journal.listUnreadOldVisitors() == visitors)
            var (last, read) = (Int64(0), 0)
            while case let batch = try await planned.journal.unreadOldVisitors(after: last, limit: 8),
                let end = batch.last
            {
                last = end.number
                read += batch.count
            }
            #expect(read == visitors)
        }.instructions
    }

    @Test func `grows with their number and no faster`() async throws {
        let (few, many) = (try await instructions(200), try await instructions(2000))
        #expect(many < few * 15, "\(few) for 200, \(many) for 2,000")
    }
}
