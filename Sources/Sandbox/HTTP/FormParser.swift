/// Reads `name=value&…`, as in query strings and form bodies, into an object of strings and arrays of strings.
///
/// A name in brackets (`agents[]=a`) and a repeated name make an array, as the server's own parser does.
enum FormParser {
    static func parse(_ text: Substring) -> JSON {
        var values: [Values] = []
        // A body can hold hundreds of thousands of names: none is looked for by going through the others.
        var places: [String: Int] = [:]
        for pair in text.split(separator: "&") {
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            var name = decode(halves[0])
            let isArray = name.hasSuffix("[]")
            if isArray { name.removeLast(2) }
            let place = places[name] ?? values.count
            if place == values.count {
                places[name] = place
                values.append(Values(name: name))
            }
            values[place].texts.append(halves.count > 1 ? decode(halves[1]) : "")
            values[place].isArray = isArray || values[place].texts.count > 1
        }
        return .object(values.map(\.member))
    }

    /// Everything that was given under one name.
    private struct Values {
        let name: String
        var texts: [String] = []
        var isArray = false

        var member: JSON.Member {
            let values = texts.map(JSON.string)
            return JSON.Member(key: name, value: isArray ? .array(values) : values[0])
        }
    }

    /// The text behind the escapes of a form, in which a plus is a space.
    private static func decode(_ text: Substring) -> String {
        decodePath(text.contains("+") ? Substring(text.map { $0 == "+" ? " " : $0 }) : text)
    }

    /// The text behind percent escapes; text that is not validly escaped stands for itself.
    static func decodePath(_ text: Substring) -> String {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return String(text) }
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let escaped = UInt8(hexadecimal: rest.prefix(2)) {
                bytes.append(escaped)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension UInt8 {
    /// The byte that two hexadecimal digits stand for.
    fileprivate init?(hexadecimal digits: some Collection<UInt8>) {
        let values = digits.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
        guard values.count == 2 else { return nil }
        self = UInt8(values[0] << 4 | values[1])
    }
}
