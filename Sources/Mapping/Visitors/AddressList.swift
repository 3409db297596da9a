/// Several addresses or numbers in one text.
enum AddressList {
    /// Divides values of any kind.
    static func isSeparator(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ";"), UInt8(ascii: "|"), UInt8(ascii: ","), .lineFeed, .carriageReturn, .tab: true
        default: false
        }
    }

    /// The e-mail addresses of a text; one in angle brackets keeps the name in front of it.
    ///
    /// Separators in quotes or in angle brackets are part of a name or an address. Elsewhere spaces divide too.
    static func addresses(in text: String) -> [String] {
        let bytes = text.utf8
        guard bytes.contains(where: { $0 == .space || isSeparator($0) }) else { return [text] }
        guard bytes.contains(UInt8(ascii: "<")) else {
            return bytes.split { $0 == .space || isSeparator($0) }.compactMap { String($0) }
        }
        var (isQuoted, isBracketed) = (false, false)
        let pieces = bytes.split { byte in
            switch byte {
            case .quote where !isBracketed: isQuoted.toggle()
            case UInt8(ascii: "<"): (isQuoted, isBracketed) = (false, true)
            case UInt8(ascii: ">"): isBracketed = false
            default: return !isQuoted && !isBracketed && isSeparator(byte)
            }
            return false
        }
        return pieces.flatMap { piece in
            piece.contains(UInt8(ascii: "<"))
                ? [String(piece)].compactMap(\.self) : piece.split(separator: .space).compactMap { String($0) }
        }
    }
}
