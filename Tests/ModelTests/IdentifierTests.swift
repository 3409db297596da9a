import Model
import Testing

struct IdentifierTests {
    private static let alike = ("\u{E9}", "e\u{301}")

    @Test func `Ids are compared byte by byte, although a text that looks the same is equal to Swift`() {
        let (composed, decomposed) = Self.alike
        #expect(composed == decomposed)
        #expect(VisitorID(composed) != VisitorID(decomposed) && RoomID(composed) != RoomID(decomposed))
        #expect(VisitorID(composed) == VisitorID(composed) && RoomID(decomposed) == RoomID(decomposed))
        #expect(Set([composed, decomposed, composed].map { VisitorID($0) }).count == 2)
        #expect(Set([composed, decomposed, composed].map { RoomID($0) }).count == 2)
    }
}
