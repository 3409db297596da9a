/// E-mail addresses in the form in which they are compared.
enum ComparableEmail {
    /// The most bytes an address can have (RFC 5321), and some more for those who count otherwise.
    private static let longest = 320

    /// The address without spaces around it, in small letters; `nil` for what is no address.
    ///
    /// Both parts are folded: servers may tell `Ann@` and `ann@` apart, and none does.
    static func text(of address: String, ignoringPlusTags: Bool) -> String? {
        var folded = address.trimmed
        guard folded.utf8.count <= longest else { return nil }
        // Nearly every address is of such characters only, and is looked at byte by byte.
        if !folded.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) {
            guard folded.unicodeScalars.allSatisfy(\.isVisible) else { return nil }
        }
        folded = folded.lowercased()
        let bytes = folded.utf8
        guard let at = bytes.lastIndex(of: UInt8(ascii: "@")), at > bytes.startIndex,
            bytes.index(after: at) < bytes.endIndex
        else { return nil }
        guard ignoringPlusTags, let plus = bytes[..<at].firstIndex(of: UInt8(ascii: "+")), plus > bytes.startIndex
        else {
            return folded
        }
        return String(folded[..<plus] + folded[at...])
    }
}
