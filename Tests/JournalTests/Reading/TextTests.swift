import Journal
import Model
import Testing

@Suite struct `Texts of a mapping` {
    static let texts = [
        "6a5f", "it's \"quoted\"", "; DROP TABLE line; --",
        "👩‍👩‍👧‍👦 e\u{301} é ß", "tab\tand\r\nbreak", "NULL", "0123", "1e5", "%_\\",
        String(repeating: "x", count: 100_000),
    ]

    @Test(arguments: texts)
    func `survive in an operation exactly`(_ text: String) async throws {
        let line = MappingLine(number: 2, oldVisitor: "o" + text, newVisitor: "n" + text, room: "r" + text)
        let planned = try PlannedJournal(lines: [line])

        let row = try #require(try planned.lines().first)
        #expect(Array(row.oldVisitor.utf8) == Array(line.oldVisitor.utf8))
        #expect(Array(row.newVisitor.utf8) == Array(line.newVisitor.utf8))
        #expect(Array(row.room.utf8) == Array(line.room.utf8))

        let operation = try #require(try planned.operations().first)
        #expect(Array(operation.room.utf8) == Array(line.room.utf8))

        let claimed = try #require(try await planned.claim(run: planned.begin()).operations.first)
        #expect(Array(claimed.room.rawValue.utf8) == Array(line.room.utf8))
        #expect(Array(claimed.oldVisitor.rawValue.utf8) == Array(line.oldVisitor.utf8))
        #expect(Array(claimed.newVisitor.rawValue.utf8) == Array(line.newVisitor.utf8))
    }

    @Test(arguments: texts + ["", "a\u{0}b", "\u{0}"])
    func `survive in a rejected line exactly`(_ text: String) throws {
        let line = MappingLine(
            number: 7, oldVisitor: text, newVisitor: text, room: text, rejection: Rejection(.badID, text))
        let row = try #require(try PlannedJournal(lines: [line]).lines().first)

        #expect(row.line == 7)
        for kept in [row.oldVisitor, row.newVisitor, row.room, try #require(row.detail)] {
            #expect(Array(kept.utf8) == Array(text.utf8))
        }
    }

    @Test func `that look alike and differ in bytes are different`() throws {
        let composed = "\u{E9}"
        let decomposed = "e\u{301}"
        let planned = try PlannedJournal("R \(composed) \(decomposed)", "S A \(composed)", "S A \(decomposed)")

        #expect(try planned.lines().map(\.outcome) == [.pending, .rejected, .rejected])
    }

    @Test func `that differ after a NUL are different`() throws {
        let planned = try PlannedJournal("R A\u{0}1 A\u{0}2", "S\u{0}1 A B", "S\u{0}2 A C")

        #expect(try planned.lines().map(\.outcome) == [.pending, .pending, .pending])
    }
}
