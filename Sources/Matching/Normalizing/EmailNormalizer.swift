import Mapping

/// E-mail addresses in the form in which they are compared.
enum EmailNormalizer {
    /// The most bytes an address can have (RFC 5321), and some more for those who count otherwise.
    private static let longest = 320
    /// As much again for the name that may stand before it.
    private static let longestWithName = 2 * longest

    /// The address alone, in small letters; `nil` for what is no address, or stands for none.
    ///
    /// A name before it, angle brackets, `mailto:` and a full stop behind it do not count. Both parts are folded:
    /// servers may tell `Ann@` and `ann@` apart, and none does.
    static func text(of address: String, ignoringPlusTags: Bool) -> String? {
        guard address.utf8.count <= longestWithName else { return nil }
        var folded = bare(address.trimmed)
        guard folded.utf8.count <= longest else { return nil }
        // Nearly every address is of such characters only, and is looked at byte by byte.
        if !folded.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) {
            guard folded.unicodeScalars.allSatisfy(\.isVisible) else { return nil }
        }
        folded = folded.lowercased()
        let bytes = folded.utf8
        guard let at = bytes.lastIndex(of: UInt8(ascii: "@")), at > bytes.startIndex,
            bytes.index(after: at) < bytes.endIndex, !bytes.contains(where: Self.endsAddresses)
        else { return nil }
        guard !isPlaceholder(local: folded[..<at], domain: folded[at...].dropFirst()) else { return nil }
        guard ignoringPlusTags, let plus = bytes[..<at].firstIndex(of: UInt8(ascii: "+")), plus > bytes.startIndex
        else {
            return folded
        }
        return String(folded[..<plus] + folded[at...])
    }

    /// Without what people, mail programs and web pages write around an address.
    private static func bare(_ text: String) -> String {
        // Nearly every address has none of it.
        guard text.utf8.contains(where: { isAround($0) }) || text.utf8.last == UInt8(ascii: ".") else { return text }
        var rest = text[...]
        if let opening = rest.utf8.lastIndex(of: UInt8(ascii: "<")) {
            rest = rest[rest.utf8.index(after: opening)...]
            if let closing = rest.utf8.firstIndex(of: UInt8(ascii: ">")) { rest = rest[..<closing] }
        }
        while true {
            let before = rest.utf8.count
            if rest.utf8.prefix(scheme.count).elementsEqual(scheme, by: { $0 | 0x20 == $1 }) {
                rest = rest.dropFirst(scheme.count)
                if let query = rest.utf8.firstIndex(of: UInt8(ascii: "?")) { rest = rest[..<query] }
            }
            // A spreadsheet's guard against formulas.
            if rest.utf8.first == UInt8(ascii: "'"), rest.utf8.last != UInt8(ascii: "'") { rest = rest.dropFirst() }
            if let last = rest.utf8.last {
                if endsSentences.contains(last) {
                    rest = rest.dropLast()
                } else if let opening = pairs[last], rest.utf8.first == opening, rest.utf8.count > 2 {
                    rest = rest.dropFirst().dropLast()
                } else if last == UInt8(ascii: ")"), let comment = rest.utf8.firstIndex(of: UInt8(ascii: "(")) {
                    rest = rest[..<comment]
                }
            }
            rest = String(rest).trimmed[...]
            guard rest.utf8.count < before else { return String(rest) }
        }
    }

    private static func isAround(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "["),
            UInt8(ascii: "]"), UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: ","), UInt8(ascii: ";"),
            UInt8(ascii: ":"), UInt8(ascii: "!"):
            true
        default: false
        }
    }

    private static let scheme = Array("mailto:".utf8)
    private static let endsSentences = Array(".,;:!".utf8)
    /// What closes, and what opens it.
    private static let pairs: [UInt8: UInt8] = [
        UInt8(ascii: ")"): UInt8(ascii: "("), UInt8(ascii: "]"): UInt8(ascii: "["),
        UInt8(ascii: "\""): UInt8(ascii: "\""), UInt8(ascii: "'"): UInt8(ascii: "'"),
    ]

    /// Two addresses that were not told apart, or half of one.
    private static func endsAddresses(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: ","), UInt8(ascii: ";"): true
        default: false
        }
    }

    /// `n/a@n/a`, `none@none.com`, `unknown@example.org`: typed where an address must be and none is given.
    private static func isPlaceholder(local: Substring, domain: Substring) -> Bool {
        if String(domain).meansNothing { return true }
        guard String(local).meansNothing else { return false }
        // Both are somebody's name or initials.
        guard local == "na" || local == "nil" else { return true }
        return domain.prefix { $0 != "." } == local
    }
}
