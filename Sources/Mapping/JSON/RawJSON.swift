import FoundationEssentials

/// One JSON value where it stands in a line: nothing in it is decoded until somebody asks.
///
/// For exports of a million lines of which a few members matter. It is strict about strings, brackets and separators,
/// and takes the word of numbers and literals.
struct RawJSON {
    enum Kind: Equatable {
        case string
        case number
        case truth
        case null
        case array
        case object
    }

    /// Why a line is no JSON that can be used.
    enum Flaw: Error, CustomStringConvertible {
        case notJSON
        case notAnObject
        case tooDeep

        var description: String {
            switch self {
            case .notJSON: "not JSON"
            case .notAnObject: "not a JSON object"
            case .tooDeep: "nested more than \(JSONValidator.deepest) levels deep"
            }
        }
    }

    let kind: Kind
    /// The bytes of the value, quotes and brackets included.
    private let bytes: ArraySlice<UInt8>

    /// A line that has to be one value with nothing but spaces around it.
    ///
    /// What is between its brackets is only looked at part by part.
    init(_ line: ArraySlice<UInt8>) throws(Flaw) {
        let span = line.span
        let start = Self.skipSpaces(in: span, from: 0)
        var end = span.count
        while end > start, Self.isSpace(span[end - 1]) { end -= 1 }
        guard start < end else { throw .notJSON }
        switch (span[start], span[end - 1]) {
        case (UInt8(ascii: "{"), UInt8(ascii: "}")) where end - start > 1: kind = .object
        case (UInt8(ascii: "["), UInt8(ascii: "]")) where end - start > 1: kind = .array
        default:
            let (kind, found) = try Self.end(of: span, from: start)
            guard found == end else { throw .notJSON }
            self.kind = kind
        }
        bytes = line[line.startIndex + start..<line.startIndex + end]
    }

    private init(_ kind: Kind, _ bytes: ArraySlice<UInt8>) {
        self.kind = kind
        self.bytes = bytes
    }

    /// Calls `body` with the members of an object in their order; equal keys may be there twice, and escapes in them are
    /// left as they are.
    func forEachMember(
        _ body: (_ key: ArraySlice<UInt8>, _ value: RawJSON) throws(Flaw) -> Void
    ) throws(Flaw) {
        try forEachPart { (start) throws(Flaw) in
            let (keyKind, keyEnd) = try Self.end(of: bytes.span, from: start)
            let colon = Self.skipSpaces(in: bytes.span, from: keyEnd)
            guard keyKind == .string, colon < bytes.count, bytes.span[colon] == UInt8(ascii: ":") else {
                throw .notJSON
            }
            let (value, end) = try part(from: Self.skipSpaces(in: bytes.span, from: colon + 1))
            try body(bytes[bytes.startIndex + start + 1..<bytes.startIndex + keyEnd - 1], value)
            return end
        }
    }

    /// Calls `body` with the elements of an array.
    func forEachElement(_ body: (RawJSON) throws(Flaw) -> Void) throws(Flaw) {
        try forEachPart { (start) throws(Flaw) in
            let (value, end) = try part(from: start)
            try body(value)
            return end
        }
    }

    /// The text of a string, or a number or truth value as it is written.
    func text() throws(Flaw) -> String {
        guard kind == .string else { return String(decoding: bytes, as: UTF8.self) }
        return try Self.text(between: bytes.dropFirst().dropLast())
    }

    /// The text of a string whose quotes are left out, as the keys of ``forEachMember(_:)`` are.
    static func text(between bytes: ArraySlice<UInt8>) throws(Flaw) -> String {
        guard bytes.contains(UInt8(ascii: "\\")) else { return String(decoding: bytes, as: UTF8.self) }
        do {
            return try JSONDecoder().decode(String.self, from: Data([.quote] + bytes + [.quote]))
        } catch {
            throw .notJSON
        }
    }

    /// The id in extended JSON, `{"$oid":"…"}`, with which a database marks the type of its ids; `nil` of anything else.
    func objectID() throws(Flaw) -> String? {
        guard kind == .object else { return nil }
        var id: RawJSON?
        var count = 0
        try forEachMember { (key, value) throws(Flaw) in
            count += 1
            if key.elementsEqual("$oid".utf8), value.kind == .string { id = value }
        }
        return count == 1 ? try id?.text() : nil
    }

    private func part(from start: Int) throws(Flaw) -> (RawJSON, end: Int) {
        let (kind, end) = try Self.end(of: bytes.span, from: start)
        return (RawJSON(kind, bytes[bytes.startIndex + start..<bytes.startIndex + end]), end)
    }

    /// Calls `body` with where each part between commas begins; it returns where the part ends.
    private func forEachPart(_ body: (_ start: Int) throws(Flaw) -> Int) throws(Flaw) {
        let closing = bytes.count - 1
        var start = Self.skipSpaces(in: bytes.span, from: 1)
        while start < closing {
            let end = Self.skipSpaces(in: bytes.span, from: try body(start))
            guard end != closing else { return }
            guard end < closing, bytes.span[end] == UInt8(ascii: ",") else { throw .notJSON }
            start = Self.skipSpaces(in: bytes.span, from: end + 1)
            // A comma promises another part.
            guard start < closing else { throw .notJSON }
        }
    }
}

/// Where things end; places are counted from the first byte of the span.
extension RawJSON {
    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == .space || byte == .tab || byte == .lineFeed || byte == .carriageReturn
    }

    private static func skipSpaces(in bytes: Span<UInt8>, from start: Int) -> Int {
        var index = start
        while index < bytes.count, isSpace(bytes[index]) { index += 1 }
        return index
    }

    /// What kind of value begins at a place, and where it ends.
    private static func end(of bytes: Span<UInt8>, from start: Int) throws(Flaw) -> (Kind, Int) {
        guard start < bytes.count else { throw .notJSON }
        switch bytes[start] {
        case .quote: return (.string, try endOfString(bytes, from: start))
        case UInt8(ascii: "{"): return (.object, try endOfContainer(bytes, from: start))
        case UInt8(ascii: "["): return (.array, try endOfContainer(bytes, from: start))
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return (.truth, endOfWord(bytes, from: start))
        case UInt8(ascii: "n"): return (.null, endOfWord(bytes, from: start))
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return (.number, endOfWord(bytes, from: start))
        default: throw .notJSON
        }
    }

    private static func endOfWord(_ bytes: Span<UInt8>, from start: Int) -> Int {
        var index = start
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "E"),
                UInt8(ascii: "."), UInt8(ascii: "+"), UInt8(ascii: "-"):
                index += 1
            default: return index
            }
        }
        return index
    }

    /// Behind the closing quote of the string that begins at `start`.
    private static func endOfString(_ bytes: Span<UInt8>, from start: Int) throws(Flaw) -> Int {
        var index = start + 1
        while index < bytes.count {
            switch bytes[index] {
            case .quote: return index + 1
            case UInt8(ascii: "\\"): index += 2
            case 0..<0x20: throw .notJSON
            default: index += 1
            }
        }
        throw .notJSON
    }

    /// Behind the bracket that closes the one at `start`.
    private static func endOfContainer(_ bytes: Span<UInt8>, from start: Int) throws(Flaw) -> Int {
        var open: [UInt8] = []
        var index = start
        while index < bytes.count {
            let byte = bytes[index]
            switch byte {
            case .quote:
                index = try endOfString(bytes, from: index)
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                // The closing bracket stands two places behind the opening one in ASCII.
                open.append(byte + 2)
                guard open.count <= JSONValidator.deepest else { throw .tooDeep }
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard open.popLast() == byte else { throw .notJSON }
                if open.isEmpty { return index + 1 }
            default: break
            }
            index += 1
        }
        throw .notJSON
    }
}
