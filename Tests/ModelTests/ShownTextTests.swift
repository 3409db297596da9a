import Model
import Testing

struct ShownTextTests {
    @Test(arguments: [
        "", "Rm9xT2bQe7LkVdP4s", "a b~!\\u{1B}", "héllo wörld", "日本語", "💬", "👩🏽", "e\u{301}", "שלום", "<b>&\"'",
        "\u{FFFD}",
    ])
    func `What can be seen is shown as it is`(text: String) {
        #expect(text.shown.unicodeScalars.elementsEqual(text.unicodeScalars))
    }

    @Test(arguments: [
        ("\u{0}", "0"), ("\u{7}", "7"), ("\t", "9"), ("\n", "A"), ("\r", "D"), ("\u{1B}", "1B"), ("\u{7F}", "7F"),
        ("\u{80}", "80"), ("\u{85}", "85"), ("\u{9B}", "9B"), ("\u{9F}", "9F"), ("\u{A0}", "A0"), ("\u{AD}", "AD"),
        ("\u{34F}", "34F"), ("\u{61C}", "61C"), ("\u{115F}", "115F"), ("\u{180E}", "180E"), ("\u{200B}", "200B"),
        ("\u{200D}", "200D"), ("\u{200F}", "200F"), ("\u{2028}", "2028"), ("\u{2029}", "2029"), ("\u{202E}", "202E"),
        ("\u{2060}", "2060"), ("\u{2066}", "2066"), ("\u{2069}", "2069"), ("\u{3000}", "3000"), ("\u{3164}", "3164"),
        ("\u{FE0F}", "FE0F"), ("\u{FEFF}", "FEFF"), ("\u{FFA0}", "FFA0"), ("\u{FFF9}", "FFF9"), ("\u{E0041}", "E0041"),
    ])
    func `What cannot be seen is written out`(text: String, digits: String) {
        #expect("a\(text)b".shown == "a\\u{\(digits)}b")
        #expect("\(RoomID("a\(text)b"))\(VisitorID(text))" == "a\\u{\(digits)}b\\u{\(digits)}")
    }

    @Test func `A line end of two characters is two escapes`() {
        #expect("a\r\nb\n".shown == "a\\u{D}\\u{A}b\\u{A}")
    }
}
