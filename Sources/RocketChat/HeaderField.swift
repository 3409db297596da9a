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

    /// The field of a name in any case: names are ASCII, so bytes are compared.
    init?(name: String) {
        let bytes = name.utf8
        let field = Self.allCases.first { field in
            let known = field.rawValue.utf8
            return known.count == bytes.count && zip(known, bytes).allSatisfy { $0 == Self.lowercase($1) }
        }
        guard let field else { return nil }
        self = field
    }

    private static func lowercase(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
