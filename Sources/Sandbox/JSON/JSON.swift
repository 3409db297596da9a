/// A JSON value whose objects keep the order of their keys, because the order is part of the wire format.
enum JSON: Sendable, Equatable {
    case null
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    case array([JSON])
    case object([Member])

    /// One key of an object with its value.
    struct Member: Sendable, Equatable {
        var key: String
        var value: JSON
    }

    /// An object without the members whose value is `nil`.
    static func object(_ members: KeyValuePairs<String, JSON?>) -> JSON {
        .object(members.compactMap { key, value in value.map { Member(key: key, value: $0) } })
    }

    /// An object of texts, sorted by key.
    static func texts(_ texts: [String: String]) -> JSON {
        .object(texts.sorted { $0.key < $1.key }.map { Member(key: $0.key, value: .string($0.value)) })
    }

    /// The text, or null.
    static func text(_ string: String?) -> JSON {
        string.map(JSON.string) ?? .null
    }

    /// The value of a key; the last one counts when a key is given twice, as in JavaScript.
    subscript(key: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members.last { $0.key == key }?.value
    }

    /// The members of an object; none for any other value.
    var members: [Member] {
        guard case .object(let members) = self else { return [] }
        return members
    }

    /// The text of a string; `nil` for any other value.
    var string: String? {
        guard case .string(let string) = self else { return nil }
        return string
    }

    /// The truth value; `nil` for any other value.
    var bool: Bool? {
        guard case .bool(let bool) = self else { return nil }
        return bool
    }

    /// A number, whole or not; `nil` for any other value.
    var double: Double? {
        switch self {
        case .integer(let integer): Double(integer)
        case .number(let number): number
        case .null, .bool, .string, .array, .object: nil
        }
    }

    /// A whole number; `nil` for any other value.
    var int: Int? {
        switch self {
        case .integer(let integer): integer
        case .number(let number): Int(exactly: number)
        case .null, .bool, .string, .array, .object: nil
        }
    }

    /// The text a scalar is coerced to where a string is expected; `nil` for arrays and objects (TheMove, "Schema").
    var coercedText: String? {
        switch self {
        case .null: ""
        case .bool(let bool): bool ? "true" : "false"
        case .integer(let integer): String(integer)
        case .number(let number): Int(exactly: number).map(String.init) ?? String(number)
        case .string(let string): string
        case .array, .object: nil
        }
    }
}

extension JSON: ExpressibleByDictionaryLiteral {
    init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(elements.map { Member(key: $0, value: $1) })
    }
}

extension JSON: ExpressibleByArrayLiteral {
    init(arrayLiteral elements: JSON...) {
        self = .array(elements)
    }
}

extension JSON: ExpressibleByStringLiteral {
    init(stringLiteral value: String) {
        self = .string(value)
    }
}

extension JSON: ExpressibleByBooleanLiteral {
    init(booleanLiteral value: Bool) {
        self = .bool(value)
    }
}

extension JSON: ExpressibleByIntegerLiteral {
    init(integerLiteral value: Int) {
        self = .integer(value)
    }
}
