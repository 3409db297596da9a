import Model

/// What can be told of an id without asking the server (TheMapping, "What is rejected").
///
/// Ids are opaque (TheMove, "Request"), so only what no server could have given out is held against one.
package enum IDRules {
    /// The most bytes of UTF-8 that an id may have.
    static let longest = 128
    /// A spreadsheet keeps this many digits of a number and writes zeros for the others.
    static let exactDigits = 15

    /// What a spreadsheet did to the id, or `nil`.
    package static func damage(in id: String) -> String? {
        if isErrorValue(id) { return "is a spreadsheet's error value" }
        if isScientific(id) { return "is a number in scientific notation" }
        if isRounded(id) { return "is a number that lost its last digits" }
        return nil
    }

    /// The id that a program wrote something around: `="…"`, which keeps a spreadsheet from taking it for a number,
    /// `ObjectId(…)` of a database's shell, or `{"$oid":"…"}` of its export; `nil` of any other text.
    static func unwrapped(_ text: String) -> String? {
        guard let first = text.utf8.first, "=On{".utf8.contains(first) else { return nil }
        if first == UInt8(ascii: "{") { return objectID(inJSON: text) }
        for (opening, closing) in wrappings {
            guard text.hasPrefix(opening), text.hasSuffix(closing) else { continue }
            let inner = TrimmedField(String(text.dropFirst(opening.count).dropLast(closing.count))).text
            guard !inner.isEmpty, inner.utf8.allSatisfy(isPlain) else { continue }
            return inner
        }
        return nil
    }

    private static let wrappings: [(opening: String, closing: String)] = {
        let shells = ["ObjectId", "ObjectID", "new ObjectId", "new ObjectID"].flatMap { name in
            ["\"", "'", ""].map { (name + "(" + $0, $0 + ")") }
        }
        return [("=\"", "\"")] + shells
    }()

    private static func objectID(inJSON text: String) -> String? {
        let bytes = Array(text.utf8)
        guard case .object(members: 1) = JSONValidator.shape(of: bytes.span) else { return nil }
        // What has the shape of an object can be read as one.
        guard let id = try? RawJSON(bytes[...]).objectID(), id.utf8.allSatisfy(isPlain), !id.isEmpty else {
            return nil
        }
        return id
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        isDigit(byte) || (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte == UInt8(ascii: "-")
            || byte == UInt8(ascii: "_")
    }

    /// Why the text cannot be an id, or `nil`.
    package static func flaw(in id: String) -> String? {
        if let trouble = invisible(in: id) { return trouble }
        if id.utf8.count <= longestWord, words.contains(id.lowercased()) { return "stands for no id" }
        if id.utf8.count <= 2 * longestWord, columnNames.contains(ColumnRules.plain(id)) {
            return "is the name of a column"
        }
        var isEncoded = false
        for scalar in id.unicodeScalars {
            switch scalar {
            case "%": isEncoded = true
            case ";", "|", ",":
                let parts = id.unicodeScalars.split(separator: scalar)
                return "holds \(scalar), " + (parts.count > 1 ? "as a list of ids does" : "which no id does")
            case "/": return "holds /, which no id does"
            case "\\": return "holds a backslash"
            case "(", ")", "[", "]", "{", "}", "<", ">": return "holds a bracket"
            case "\"", "'", "`", "´", "‘", "’", "‚", "‛", "“", "”", "„", "‟", "«", "»", "‹", "›":
                return "holds a quotation mark"
            default: break
            }
        }
        if isEncoded, !id.staysInPath { return "holds %XX, as an address does" }
        guard let last = id.utf8.last else { return nil }
        if last == UInt8(ascii: ".") { return "ends with a full stop" }
        if last == UInt8(ascii: ":") { return "ends with a colon" }
        return nil
    }

    /// What stands in a cell that has no id, or in the last row of a table.
    private static let words: Set<String> = [
        "null", "nil", "none", "n/a", "na", "n.a.", "n.a", "nan", "undefined", "unknown", "empty", "blank", "\\n", "-",
        "--", "---", "–", "—", "?", "??", "???", ".", "..", "...", "…", "_", "*", "true", "false", "tbd", "todo",
        "total", "totals", "subtotal", "sum", "sums", "summe", "gesamt", "gesamtsumme", "insgesamt",
    ]
    /// A word of letters alone that is longer is none of them, nor the name of a column.
    static let longestWord = 12
    /// The usual names of columns that no server gives out as an id.
    static let columnNames: Set<String> = [
        "oldvisitorid", "newvisitorid", "visitorid", "roomid", "oldvisitor", "newvisitor", "visitor", "oldid", "newid",
        "olduserid", "newuserid", "id", "rid",
    ]

    /// Whether the text is one of those that the server makes up: 24 hexadecimal digits, or 17 letters and digits.
    static func looksLikeServerID(_ text: String) -> Bool {
        let bytes = text.utf8
        guard bytes.contains(where: isDigit) else { return false }
        switch bytes.count {
        case 17: return bytes.allSatisfy { isPlain($0) && $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: "_") }
        case 24: return bytes.allSatisfy { isDigit($0) || ($0 | 0x20) &- UInt8(ascii: "a") < 6 }
        default: return false
        }
    }

    /// Whether the text is rather an id than a word of a title.
    static func looksLikeID(_ text: String) -> Bool {
        let bytes = text.utf8
        return looksLikeServerID(text)
            || bytes.contains(where: isDigit) && bytes.contains { ($0 | 0x20) &- UInt8(ascii: "a") < 26 }
                && damage(in: text) == nil && flaw(in: text) == nil
    }

    /// Whether the text is an id rather than the name of a column, told by what stands below it in the column.
    ///
    /// Ids that are counted up have the same letters around their digits, and in others digits stand before letters.
    static func isID(_ text: String, above below: String) -> Bool {
        if looksLikeServerID(text) { return true }
        guard looksLikeID(text), looksLikeID(below) else { return false }
        return shape(of: text) == shape(of: below) || [text, below].allSatisfy(hasDigitBeforeLetter)
    }

    /// The text with one sign for each row of digits in it.
    private static func shape(of text: String) -> [UInt8] {
        text.utf8.reduce(into: []) { shape, byte in
            let next = isDigit(byte) ? UInt8(ascii: "0") : byte
            if next != UInt8(ascii: "0") || shape.last != next { shape.append(next) }
        }
    }

    private static func hasDigitBeforeLetter(_ text: String) -> Bool {
        zip(text.utf8, text.utf8.dropFirst()).contains { isDigit($0) && ($1 | 0x20) &- UInt8(ascii: "a") < 26 }
    }

    private static func invisible(in id: String) -> String? {
        for scalar in id.unicodeScalars where !("!"..."~" ~= scalar) {
            if scalar.properties.isWhitespace, scalar.properties.generalCategory != .control {
                return "holds white space (\(scalar.name))"
            }
            if scalar == "\t" { return "holds a tab" }
            if isControl(scalar) { return "holds a control character (\(scalar.name))" }
        }
        guard id.utf8.count <= longest else { return "has \(id.utf8.count) bytes, more than \(longest)" }
        return nil
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: true
        default: false
        }
    }

    /// `#REF!`, `#NAME?`, `#N/A` and their like in any language and program, or a cell too narrow for its number.
    ///
    /// The name behind the number sign is in capitals, as in `#NV`, or in letters that know no others.
    private static func isErrorValue(_ id: String) -> Bool {
        guard id.utf8.first == UInt8(ascii: "#") else { return isErrorNumber(id) }
        let name = id.unicodeScalars.dropFirst()
        if let last = name.last, last == "!" || last == "?" { return true }
        if name.allSatisfy({ $0 == "#" }) { return true }
        if errorNames.contains(String(String.UnicodeScalarView(name)).lowercased()) { return true }
        return name.contains { $0.properties.isAlphabetic }
            && name.allSatisfy { scalar in
                scalar.properties.isAlphabetic && !scalar.properties.isLowercase
                    || "/_.".unicodeScalars.contains(scalar)
                    || scalar.properties.generalCategory == .nonspacingMark
            }
    }

    /// Names that stay error values in small letters, as a program or a person may have rewritten them.
    private static let errorNames: Set<String> = [
        "nv", "n/v", "na", "n/a", "nd", "n/d", "нд", "н/д", "n/b", "nb", "i/t", "yok", "brak", "ref", "name", "value",
        "num", "div/0", "null", "spill", "calc", "field", "bezug", "wert", "zahl", "getting_data",
    ]

    /// `Err:502`, and `-2146826246`, which is what programs read where a workbook shows `#N/A`.
    private static func isErrorNumber(_ id: String) -> Bool {
        let text = id.utf8
        if text.first.map({ $0 | 0x20 }) == UInt8(ascii: "e"), id.prefix(4).lowercased() == "err:" {
            return text.count > 4 && text.dropFirst(4).allSatisfy(isDigit)
        }
        return text.count == 11 && text.starts(with: "-2146826".utf8) && text.dropFirst().allSatisfy(isDigit)
    }

    /// `6.42E+23`: only with the sign of the exponent, so that `66e10123` stays an id.
    private static func isScientific(_ id: String) -> Bool {
        var rest = id.utf8[...]
        if rest.first == UInt8(ascii: "-") { rest.removeFirst() }
        guard dropDigits(&rest) else { return false }
        if rest.first == UInt8(ascii: ".") || rest.first == UInt8(ascii: ",") {
            rest.removeFirst()
            guard dropDigits(&rest) else { return false }
        }
        guard let exponent = rest.popFirst(), exponent == UInt8(ascii: "E") || exponent == UInt8(ascii: "e"),
            let sign = rest.popFirst(), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-")
        else { return false }
        return dropDigits(&rest) && rest.isEmpty
    }

    /// Nothing but digits, more than a spreadsheet keeps, and zeros where it writes zeros.
    private static func isRounded(_ id: String) -> Bool {
        let digits = id.utf8
        guard digits.count > exactDigits, digits.allSatisfy(isDigit) else { return false }
        let zero = UInt8(ascii: "0")
        return digits.dropFirst(exactDigits).allSatisfy { $0 == zero } || digits.suffix(2).allSatisfy { $0 == zero }
    }

    /// Drops digits from the front; whether there was one.
    private static func dropDigits(_ text: inout Substring.UTF8View) -> Bool {
        let rest = text.drop(while: isDigit)
        defer { text = rest }
        return rest.startIndex > text.startIndex
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
    }
}
