/// What can be told of an id without asking the server (specification 5).
///
/// Ids are opaque (contract 3), so only what no server could have given out is held against one.
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

    /// Why the text cannot be an id, or `nil`.
    package static func flaw(in id: String) -> String? {
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

    /// `#REF!`, `#NAME?`, `#N/A` and their like in any language, or a cell too narrow for its number.
    private static func isErrorValue(_ id: String) -> Bool {
        guard id.hasPrefix("#") else { return false }
        return id.hasSuffix("!") || id.hasSuffix("?") || id == "#N/A" || id.utf8.allSatisfy { $0 == UInt8(ascii: "#") }
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
