extension String {
    /// True for what databases and people write where there is no value, such as `NULL`, `\N`, `n/a` and `-`.
    package var meansNothing: Bool { hasWordForNothing || utf8.allSatisfy(Self.isAroundWords) }

    /// The same for an id, which may be made of any characters.
    var isNoID: Bool { hasWordForNothing || (utf8.allSatisfy { $0 == UInt8(ascii: "-") } && !isEmpty) }

    /// Nothing but such a word, perhaps with brackets, quotes and the like around it.
    private var hasWordForNothing: Bool {
        // The longest word, and what may be around it.
        guard utf8.count <= 16, let start = utf8.firstIndex(where: { !Self.isAroundWords($0) }),
            // Nearly every value ends here.
            "nNuU\\".utf8.contains(utf8[start]), let end = utf8.lastIndex(where: { !Self.isAroundWords($0) })
        else { return false }
        return Self.wordsForNothing.contains(self[start...end].lowercased())
    }

    private static let wordsForNothing: Set = [
        "null", "\\n", "n/a", "na", "n.a", "none", "nil", "undefined", "unknown", "nan", "nat",
    ]

    /// What is no part of a value by itself.
    private static func isAroundWords(_ byte: UInt8) -> Bool {
        "()<>[]{}#\"'-_.,;:?/ \t".utf8.contains(byte)
    }
}
