/// What is known of the encoding of text that is not UTF-8.
package struct ForeignText: Sendable, Equatable {
    /// The first byte that is not UTF-8.
    package private(set) var firstByte: UInt8?
    /// True if other lines have letters that are UTF-8, so that no conversion of the whole file is right.
    package internal(set) var isMixed = false
    /// True while all of it reads as text in Windows-1252 would, and text in few other encodings.
    package private(set) var isLikeWindows1252 = true

    mutating func note(_ bytes: ArraySlice<UInt8>) {
        if firstByte == nil { firstByte = Self.firstForeign(bytes) }
        isLikeWindows1252 = isLikeWindows1252 && Self.isLikeWindows1252(bytes)
    }

    private static func firstForeign(_ bytes: ArraySlice<UInt8>) -> UInt8? {
        var parser = Unicode.UTF8.ForwardParser()
        var iterator = bytes.makeIterator()
        var place = bytes.startIndex
        while true {
            switch parser.parseScalar(from: &iterator) {
            case .valid(let scalar): place += scalar.count
            case .error: return place < bytes.endIndex ? bytes[place] : nil
            case .emptyInput: return nil
            }
        }
    }

    /// Letters with accents stand alone among others or in pairs, where Chinese has rows of such bytes; quotes and dashes
    /// stand at the edge of a word, where Mac Roman has letters inside it.
    private static func isLikeWindows1252(_ bytes: ArraySlice<UInt8>) -> Bool {
        var place = bytes.startIndex
        while let start = bytes[place...].firstIndex(where: { $0 >= 0x80 }) {
            let end = bytes[start...].firstIndex { $0 < 0x80 } ?? bytes.endIndex
            let before = start > bytes.startIndex && isLetter(bytes[start - 1])
            let behind = end < bytes.endIndex && isLetter(bytes[end])
            let run = bytes[start..<end]
            let isLikely =
                run.allSatisfy { $0 >= 0xC0 && $0 != 0xD7 && $0 != 0xF7 }
                ? run.count == 1 || run.count == 2 && (before || behind)
                : run.allSatisfy(signs.contains) && !(before && behind) && (run.first != euro || !before && !behind)
            guard isLikely else { return false }
            place = end
        }
        return true
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- UInt8(ascii: "a") < 26 }

    private static let euro: UInt8 = 0x80
    /// The euro, quotes, dashes, the hard space, and the signs for sections, degrees and accents.
    private static let signs: Set<UInt8> = [
        euro, 0x91, 0x92, 0x93, 0x94, 0x96, 0x97, 0xA0, 0xA7, 0xAB, 0xB0, 0xB4, 0xBB,
    ]
}
