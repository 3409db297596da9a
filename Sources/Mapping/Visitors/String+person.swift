import Model

extension String {
    /// The text as it may stand in a message, in quotes.
    var quotedForPerson: String { "“\(printable)”" }

    /// The text on one line, cut short, with nothing invisible or harmful in it.
    var printable: String {
        let longest = 60
        let kept = String(unicodeScalars.prefix(longest)).shown
        return unicodeScalars.dropFirst(longest).isEmpty ? kept : kept + "…"
    }

    /// The text, or its beginning when it has more bytes than that; never cut inside a character's encoding.
    func clipped(toBytes limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var length = 0
        let kept = unicodeScalars.prefix { scalar in
            length += UTF8.width(scalar)
            return length <= limit
        }
        return String(kept) + "…"
    }
}

extension [String] {
    /// As many names as fit on a screen.
    var listedForPerson: String {
        let shown = prefix(20).map(\.quotedForPerson)
        let rest = count - shown.count
        return (shown + (rest > 0 ? ["\(rest) more"] : [])).joined(separator: ", ")
    }
}

extension Unicode.Scalar {
    /// The scalar as Unicode writes it, such as `U+00A0`.
    var name: String {
        let digits = String(value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
