/// Any JSON, for tests that look at what is there and of which type.
enum JSONValue: Decodable, Equatable {
    case null
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        // The wrong guesses throw, the last one tells why.
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    subscript(_ path: String...) -> JSONValue? {
        path.reduce(self as JSONValue?) { value, key in
            guard case .object(let members)? = value else { return nil }
            return members[key]
        }
    }

    var keys: Set<String> {
        guard case .object(let members) = self else { return [] }
        return Set(members.keys)
    }

    var integers: [String: Int]? {
        guard case .object(let members) = self else { return nil }
        return members.compactMapValues { if case .integer(let value) = $0 { value } else { nil } }
    }
}
