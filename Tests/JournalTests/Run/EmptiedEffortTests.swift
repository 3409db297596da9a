import Journal
import Model
import Testing

@Suite struct `The effort of listing emptied visitors` {
    /// Moves as many rooms, each of its own old visitor, and lists those visitors.
    private func instructions(_ visitors: Int) async throws -> Int {
        let planned = try PlannedJournal((0..<visitors).map { "R\($0) A\($0) B" })
        try planned.execute(
            """
            UPDATE operation SET state = 'moved', confirmedBy = 'read';
            INSERT INTO discovery (line, oldVisitor, finalVisitor, discoveredAt)
                SELECT number, oldVisitor, newVisitor, 0 FROM line;
            """)
        return try await planned.journal.effort {
            var read = 0
            try planned.journal.snapshot { try $0.forEachEmptied { _ in read += 1 } }
            #expect(read == visitors)
        }.instructions
    }

    @Test func `grows with their number and no faster`() async throws {
        let (few, many) = (try await instructions(200), try await instructions(2000))
        #expect(many < few * 15, "\(few) for 200, \(many) for 2,000")
    }
}
