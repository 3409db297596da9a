/// A line of JSON gone over once, by the grammar of RFC 8259 and no other.
///
/// A decoder looks at the values it is asked for and passes over the others, so that damage in a column that is not read
/// would go unnoticed; and one that follows any nesting runs out of stack.
struct JSONValidator {
    /// What the line is on the whole.
    enum Shape: Equatable {
        /// An object; equal keys count each.
        case object(members: Int)
        /// JSON, but not an object.
        case other
        /// Nested deeper than ``deepest``.
        case tooDeep
        /// Not JSON.
        case broken
    }

    /// No person's line nests deeper.
    static let deepest = 100

    private var place = 0
    /// The containers that are open, the outermost first: whether each is an object.
    private var open: [Bool] = []
    private var members = 0

    static func shape(of bytes: Span<UInt8>) -> Shape {
        var outline = JSONValidator()
        outline.skipSpace(bytes)
        let isObject = outline.next(bytes) == UInt8(ascii: "{")
        let isSound = outline.read(bytes)
        if outline.open.count > deepest { return .tooDeep }
        if !isSound { return .broken }
        return isObject ? .object(members: outline.members) : .other
    }

    /// Whether the bytes are one value, with nothing but spaces around it.
    static func isSound(_ bytes: Span<UInt8>) -> Bool {
        var outline = JSONValidator()
        outline.skipSpace(bytes)
        return outline.read(bytes)
    }

    /// Whether the text is the beginning of JSON, cut off before its end.
    static func isCutOff(_ bytes: Span<UInt8>) -> Bool {
        var outline = JSONValidator()
        outline.skipSpace(bytes)
        return !outline.read(bytes) && outline.place >= bytes.count && outline.open.count <= deepest
    }

    /// Reads one value and all there is in it; whether it is sound and nothing follows.
    private mutating func read(_ bytes: Span<UInt8>) -> Bool {
        while true {
            if open.last == true, !readKey(bytes) { return false }
            skipSpace(bytes)
            if let isObject = beginContainer(bytes) {
                open.append(isObject)
                guard open.count <= Self.deepest else { return false }
                skipSpace(bytes)
                guard next(bytes) == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else { continue }
            } else if !readScalar(bytes) {
                return false
            }
            guard let goesOn = endContainers(bytes) else { return place == bytes.count }
            if !goesOn { return false }
        }
    }

    private mutating func beginContainer(_ bytes: Span<UInt8>) -> Bool? {
        if pass(UInt8(ascii: "{"), bytes) { return true }
        return pass(UInt8(ascii: "["), bytes) ? false : nil
    }

    /// Passes over what ends behind a value; whether a comma promises another, or `nil` when everything is closed.
    private mutating func endContainers(_ bytes: Span<UInt8>) -> Bool? {
        while true {
            skipSpace(bytes)
            guard let isObject = open.last else { return nil }
            let byte = next(bytes)
            place += 1
            if byte == UInt8(ascii: ",") { return true }
            guard byte == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else { return false }
            open.removeLast()
        }
    }

    private mutating func readKey(_ bytes: Span<UInt8>) -> Bool {
        skipSpace(bytes)
        guard readString(bytes) else { return false }
        if open.count == 1 { members += 1 }
        skipSpace(bytes)
        return pass(UInt8(ascii: ":"), bytes)
    }

    private mutating func readScalar(_ bytes: Span<UInt8>) -> Bool {
        switch next(bytes) {
        case .quote: readString(bytes)
        case UInt8(ascii: "t"): pass("true", bytes)
        case UInt8(ascii: "f"): pass("false", bytes)
        case UInt8(ascii: "n"): pass("null", bytes)
        default: readNumber(bytes)
        }
    }

    private mutating func readString(_ bytes: Span<UInt8>) -> Bool {
        guard pass(.quote, bytes) else { return false }
        while place < bytes.count {
            let byte = bytes[place]
            place += 1
            switch byte {
            case .quote: return true
            case UInt8(ascii: "\\"): if !readEscape(bytes) { return false }
            case 0..<0x20: return false
            default: break
            }
        }
        return false
    }

    /// Half a surrogate pair is good grammar; whoever needs the text finds that it is none.
    private mutating func readEscape(_ bytes: Span<UInt8>) -> Bool {
        guard let byte = next(bytes) else { return false }
        place += 1
        guard byte == UInt8(ascii: "u") else { return "\"\\/bfnrt".utf8.contains(byte) }
        for _ in 0..<4 {
            guard let digit = next(bytes) else { return false }
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
                UInt8(ascii: "A")...UInt8(ascii: "F"):
                place += 1
            default: return false
            }
        }
        return true
    }

    private mutating func readNumber(_ bytes: Span<UInt8>) -> Bool {
        _ = pass(UInt8(ascii: "-"), bytes)
        if !pass(UInt8(ascii: "0"), bytes), !readDigits(bytes) { return false }
        if pass(UInt8(ascii: "."), bytes), !readDigits(bytes) { return false }
        guard pass(UInt8(ascii: "e"), bytes) || pass(UInt8(ascii: "E"), bytes) else { return true }
        if !pass(UInt8(ascii: "+"), bytes) { _ = pass(UInt8(ascii: "-"), bytes) }
        return readDigits(bytes)
    }

    private mutating func readDigits(_ bytes: Span<UInt8>) -> Bool {
        let start = place
        while let byte = next(bytes), (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { place += 1 }
        return place > start
    }

    private mutating func skipSpace(_ bytes: Span<UInt8>) {
        while let byte = next(bytes), byte == .space || byte == .tab || byte == .lineFeed || byte == .carriageReturn {
            place += 1
        }
    }

    private mutating func pass(_ word: String, _ bytes: Span<UInt8>) -> Bool {
        for byte in word.utf8 where !pass(byte, bytes) { return false }
        return true
    }

    private mutating func pass(_ byte: UInt8, _ bytes: Span<UInt8>) -> Bool {
        guard next(bytes) == byte else { return false }
        place += 1
        return true
    }

    private func next(_ bytes: Span<UInt8>) -> UInt8? {
        place < bytes.count ? bytes[place] : nil
    }
}
