/// Reads `name=value&…`, as in query strings and form bodies, into an object of strings and arrays of strings.
///
/// A name in brackets (`agents[]=a`) and a repeated name make an array, as the server's own parser does.
enum FormParser {
    static func parse(_ text: Substring) -> JSON {
        var members: [JSON.Member] = []
        for pair in text.split(separator: "&") {
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = decode(halves[0])
            let value = JSON.string(halves.count > 1 ? decode(halves[1]) : "")
            if name.hasSuffix("[]") {
                add([value], to: String(name.dropLast(2)), in: &members)
            } else {
                add(value, to: name, in: &members)
            }
        }
        return .object(members)
    }

    private static func add(_ value: JSON, to name: String, in members: inout [JSON.Member]) {
        guard let index = members.firstIndex(where: { $0.key == name }) else {
            members.append(JSON.Member(key: name, value: value))
            return
        }
        members[index].value = .array(elements(members[index].value) + elements(value))
    }

    private static func elements(_ value: JSON) -> [JSON] {
        guard case .array(let elements) = value else { return [value] }
        return elements
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
