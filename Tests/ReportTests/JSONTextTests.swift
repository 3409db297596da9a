import FoundationEssentials
import Model
import Report
import Testing

struct JSONTextTests {
    @Test(arguments: [
        "plain é 💬", "\u{0}\u{1B}[2J\r\n\t", "\u{7F}\u{85}\u{9B}31m", "a\u{202E}\u{200B}\u{FEFF}\u{2066}b",
        "\u{2028}\u{A0}",
        "\u{E0041}\u{FE0F}", "\\u{202E}\"",
    ])
    func `What cannot be seen is escaped, and is the same text to whoever reads JSON`(text: String) throws {
        let json = try jsonText([text: [text]])
        #expect(json.split(separator: "\n").allSatisfy { !$0.unicodeScalars.contains(where: \.isInvisible) })
        let back = try JSONDecoder().decode([String: [String]].self, from: Data(json.utf8))
        #expect(back.keys.first.map { Array($0.utf8) } == Array(text.utf8))
        #expect(back.values.first?.first.map { Array($0.utf8) } == Array(text.utf8))
    }

    @Test func `Layout and order are the same every time`() throws {
        #expect(try jsonText(["b": "/", "a": "é"]) == "{\n  \"a\" : \"é\",\n  \"b\" : \"/\"\n}")
    }
}
