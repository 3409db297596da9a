import FoundationEssentials
import Model
import TestSupport
import Testing

/// Text of others on its way into a shell or a spreadsheet.
struct EscapingTests {
    /// Every ASCII character, alone and with what makes one `Character` of it and the one before.
    static let texts: [String] = (1..<128).flatMap { value in
        let scalar = Unicode.Scalar(UInt8(value))
        return ["", "\u{301}", "\u{200D}", "\u{FE0F}"].map { "a\(scalar)\($0);touch PWNED;\(scalar)\($0)b" }
    }

    @Test func `A word comes out of a shell as it went in, whatever stands in it`() async throws {
        let folder = try TemporaryDirectory()
        let script = "set -- " + Self.texts.map(\.quotedForShell).joined(separator: " ") + "\nprintf '%s\\0' \"$@\"\n"
        try folder.write(script, as: "script")
        for shell in ["/bin/sh", "/bin/bash"] {
            let ended = try await Program(shell, in: folder.path).run([folder("script")]) { _ in }
            #expect(ended.status == 0 && ended.errors.isEmpty, "\(ended)")
            let words = ended.output.split(separator: "\0", omittingEmptySubsequences: false).dropLast()
            #expect(words.count == Self.texts.count)
            for (word, text) in zip(words, Self.texts) {
                #expect(word.unicodeScalars.elementsEqual(text.unicodeScalars), "\(text.shown)")
            }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["script"])
    }

    @Test func `A file's name with an accent is printed as a person writes it`() {
        #expect("Müller & Söhne.csv".quotedForShell == "'Müller & Söhne.csv'")
        #expect("m'\u{301};touch PWNED;'\u{301}.csv".quotedForShell.utf8.allSatisfy { $0 < 0x80 })
    }

    /// What a spreadsheet makes of a cell that it cuts at one of its own delimiters.
    private func cells(_ text: String, cutAt delimiter: Character) -> [Substring] {
        text.split(separator: delimiter, omittingEmptySubsequences: false)
    }

    @Test(arguments: [";", ",", "\t", "|"] as [Character], ["", " ", "\"", "\" \""])
    func `No part of a cell begins a formula`(delimiter: Character, filler: String) {
        for sign in ["=", "+", "-", "@", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}", "=\u{301}"] {
            for text in ["\(filler)\(sign)cmd|'/c calc'!A0", "x\(delimiter)\(filler)\(sign)1\(delimiter)y"] {
                for cell in cells(text.withoutFormulas, cutAt: delimiter) {
                    let start = cell.drop { $0 == " " || $0 == "\"" }
                    #expect(!String(start).beginsFormula, "\(text.shown)")
                }
            }
        }
    }

    @Test(arguments: ["x", "a-b", "1=1", "me@example.org", "A+B", "", "ann; bob", "a, b"])
    func `What begins no formula stays as it is`(text: String) {
        #expect(text.withoutFormulas == text)
    }
}
