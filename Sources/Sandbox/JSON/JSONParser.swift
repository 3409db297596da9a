/// Reads JSON text strictly (RFC 8259).
///
/// Its errors are worded like those of the server's own JSON parser, because some answers contain them (TheReads, "All
/// rooms").
struct JSONParser {
    /// What is wrong with a text.
    struct Malformed: Error, Equatable, CustomStringConvertible {
        /// The offending character and its offset in bytes; `nil` when the text ends too early.
        var unexpected: (character: Character, offset: Int)?

        var description: String {
            guard let unexpected else { return "Unexpected end of JSON input" }
            return "Unexpected token \(unexpected.character) in JSON at position \(unexpected.offset)"
        }

        static func == (left: Malformed, right: Malformed) -> Bool {
            left.description == right.description
        }
    }

    /// Deeper nesting is refused, so that hostile input cannot exhaust the stack.
    private static let greatestDepth = 200

    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The one value a text consists of.
    static func parse(_ bytes: some Sequence<UInt8>) throws(Malformed) -> JSON {
        var parser = JSONParser(Array(bytes))
        let value = try parser.value()
        parser.skipSpace()
        guard parser.position == parser.bytes.count else { throw parser.malformed }
        return value
    }

    private var malformed: Malformed {
        guard position < bytes.count else { return Malformed(unexpected: nil) }
        let rest = String(decoding: bytes[position...].prefix(4), as: UTF8.self)
        return Malformed(unexpected: rest.first.map { ($0, position) })
    }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || (0x09...0x0A).contains(byte) || byte == 0x0D { position += 1 }
    }

    private mutating func accept(_ byte: UInt8) -> Bool {
        skipSpace()
        guard next == byte else { return false }
        position += 1
        return true
    }

    private mutating func value() throws(Malformed) -> JSON {
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func word(_ word: StaticString, _ value: JSON) throws(Malformed) -> JSON {
        for byte in "\(word)".utf8 {
            guard next == byte else { throw malformed }
            position += 1
        }
        return value
    }

    private mutating func object() throws(Malformed) -> JSON {
        try descend()
        var members: [JSON.Member] = []
        if !accept(UInt8(ascii: "}")) {
            repeat {
                skipSpace()
                guard next == UInt8(ascii: "\"") else { throw malformed }
                let key = try string()
                guard accept(UInt8(ascii: ":")) else { throw malformed }
                members.append(JSON.Member(key: key, value: try value()))
            } while accept(UInt8(ascii: ","))
            guard accept(UInt8(ascii: "}")) else { throw malformed }
        }
        depth -= 1
        return .object(members)
    }

    private mutating func array() throws(Malformed) -> JSON {
        try descend()
        var elements: [JSON] = []
        if !accept(UInt8(ascii: "]")) {
            repeat { elements.append(try value()) } while accept(UInt8(ascii: ","))
            guard accept(UInt8(ascii: "]")) else { throw malformed }
        }
        depth -= 1
        return .array(elements)
    }

    private mutating func descend() throws(Malformed) {
        depth += 1
        guard depth <= Self.greatestDepth else { throw malformed }
        position += 1
    }

    private mutating func string() throws(Malformed) -> String {
        position += 1
        var text: [UInt8] = []
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                position += 1
                text.append(contentsOf: String(try escape()).utf8)
            case 0x00..<0x20: throw malformed
            default:
                text.append(byte)
                position += 1
            }
        }
        throw malformed
    }

    private mutating func escape() throws(Malformed) -> Unicode.Scalar {
        guard let byte = next else { throw malformed }
        let plain: Unicode.Scalar? =
            switch byte {
            case UInt8(ascii: "\""): "\""
            case UInt8(ascii: "\\"): "\\"
            case UInt8(ascii: "/"): "/"
            case UInt8(ascii: "b"): "\u{8}"
            case UInt8(ascii: "f"): "\u{C}"
            case UInt8(ascii: "n"): "\n"
            case UInt8(ascii: "r"): "\r"
            case UInt8(ascii: "t"): "\t"
            default: nil
            }
        if let plain {
            position += 1
            return plain
        }
        guard byte == UInt8(ascii: "u") else { throw malformed }
        position += 1
        return try unicodeEscape()
    }

    /// The four digits after `\u`, and the second half of a surrogate pair if one follows.
    private mutating func unicodeEscape() throws(Malformed) -> Unicode.Scalar {
        let first = try fourDigits()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, next == UInt8(ascii: "\\"), position + 1 < bytes.count,
            bytes[position + 1] == UInt8(ascii: "u")
        else { return "\u{FFFD}" }
        position += 2
        let second = try fourDigits()
        guard (0xDC00...0xDFFF).contains(second) else { return "\u{FFFD}" }
        return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)) ?? "\u{FFFD}"
    }

    private mutating func fourDigits() throws(Malformed) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { throw malformed }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }

    private mutating func number() throws(Malformed) -> JSON {
        let start = position
        if next == UInt8(ascii: "-") { position += 1 }
        if next == UInt8(ascii: "0") { position += 1 } else { try digits() }
        var isWhole = true
        if next == UInt8(ascii: ".") {
            isWhole = false
            position += 1
            try digits()
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            isWhole = false
            position += 1
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
            try digits()
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isWhole, let integer = Int(text) { return .integer(integer) }
        return .number(Double(text) ?? 0)
    }

    private mutating func digits() throws(Malformed) {
        let start = position
        while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
        guard position > start else { throw malformed }
    }
}
