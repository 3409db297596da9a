import TestSupport

/// What made-up mappings consist of.
enum Pieces {
    static let headers = [
        ["old", "new"], ["rid", "oldVisitorId", "newVisitorId"], ["room_id", "from", "to", "note"],
        ["Old Visitor ID", "note", "new-visitor-id"], ["rid", "old", "new", "n,o;t\te", "x\ny"],
    ]
    static let lineEnds: [[UInt8]] = [[10], [13, 10], [13]]

    /// Ids as servers give them out, and what stands in their place.
    private static let ids = [
        "66f0a1c2b3d4e5f6a7b80911", "Rm9xT2bQe7LkVdP4s", "a", "b", "héllo-💬", "", "", " a", "b\u{A0}", "\u{200B}c\t",
        "6.42E+23", "#REF!", "1234567890123450", "=1+1", "@SUM(A1)", "a b", "\u{1B}[2J", "a\u{202E}b", "a\u{0}b",
        "a\u{85}", "<b>&\"'", "\"", "\"\"", "a\nb", "\r", "\r\n", "null", String(repeating: "x", count: 128),
        String(repeating: "é", count: 65), String(repeating: "y", count: 300),
    ]
    /// Columns that nobody reads hold anything.
    private static let notes = ["x, \"y\"; z\tq", "1\r\n2\r3\n\n4", "", "\"", "💬\u{200D}💬", "\u{0}", "{}", "\\"]

    static func field(_ column: String, using random: inout SeededGenerator) -> [UInt8] {
        let isNote = column.contains("note") || column.contains("x")
        // Most ids are good: damage is to be found among what is sound.
        if !isNote, random.chance(2, of: 3) { return Array(ids[Int.random(in: 0..<4, using: &random)].utf8) }
        return Array(((isNote ? notes : ids).randomElement(using: &random) ?? "").utf8)
    }

    static func jsonValue(_ column: String, using random: inout SeededGenerator) -> String {
        if random.chance(1, of: 12) {
            let others = ["null", "1", "-0.5e3", "true", "[]", "{\"a\":[1,{}]}", "[[[[]]]]", "\"\\ud83d\\udcac\""]
            return others.randomElement(using: &random) ?? "null"
        }
        return jsonString(field(column, using: &random), using: &random)
    }

    /// The text as a JSON string: what has to be escaped is, and at times what need not be.
    static func jsonString(_ text: [UInt8], using random: inout SeededGenerator) -> String {
        let escapesAll = random.chance(1, of: 10)
        let units = String(decoding: text, as: UTF8.self).utf16
        guard escapesAll || random.chance(1, of: 2) else {
            let scalars = String(decoding: text, as: UTF8.self).unicodeScalars
            return "\""
                + scalars.map { $0.value < 0x20 || $0 == "\"" || $0 == "\\" ? escape(UInt16($0.value)) : String($0) }
                .joined() + "\""
        }
        return "\""
            + units.map { unit in
                let isPlain = (0x20..<0x7F).contains(unit) && unit != 0x22 && unit != 0x5C && !escapesAll
                return isPlain ? String(UnicodeScalar(UInt8(unit))) : escape(unit)
            }.joined() + "\""
    }

    private static func escape(_ unit: UInt16) -> String {
        let digits = String(unit, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
}
