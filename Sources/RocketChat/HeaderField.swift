/// A header of an answer that is read, by its name in lower case.
enum HeaderField: String, CaseIterable {
    case contentType = "content-type"
    case contentEncoding = "content-encoding"
    case retryAfter = "retry-after"
    case location
    case date
    case instance = "x-instance-id"
    case limit = "x-ratelimit-limit"
    case remaining = "x-ratelimit-remaining"
    case reset = "x-ratelimit-reset"

    /// The field of a name in any case.
    ///
    /// Names are ASCII, so bytes are compared; most names of an answer are told apart by their length alone.
    init?(name: String) {
        let length = name.utf8.count
        guard let field = Self.all.first(where: { $0.length == length && $0.field.isNamed(name) })?.field else {
            return nil
        }
        self = field
    }

    private static let all = allCases.map { (field: $0, length: $0.rawValue.utf8.count) }

    private func isNamed(_ name: String) -> Bool {
        rawValue.utf8.elementsEqual(name.utf8) { known, byte in
            known == byte || known == byte | 0x20 && (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
        }
    }
}
