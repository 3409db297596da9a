/// The calling code of a country, such as 49 or 1.
package struct CallingCode: Sendable, Equatable, CustomStringConvertible {
    /// One to three digits, of which the first is not 0.
    let digits: String

    /// Reads `49`, `+49` or `0049`; `nil` for anything else, such as the name of a country.
    package init?(_ text: String) {
        var digits = text[...]
        if digits.hasPrefix("+") {
            digits = digits.dropFirst()
        } else if digits.hasPrefix("00") {
            digits = digits.dropFirst(2)
        }
        guard (1...3).contains(digits.count), digits.first != "0",
            digits.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 })
        else { return nil }
        self.digits = String(digits)
    }

    package var description: String { "+" + digits }
}
