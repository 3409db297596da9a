/// The shape a body or query must have, checked in the order of the server's validator (TheMove, "Schema").
///
/// That is: required keys in their order, then keys that do not belong, then the types; the first violation is the answer.
struct Schema: Sendable {
    /// What a value must be, or be coercible to.
    enum Kind: Sendable {
        case string
        case number
        case strings
    }

    /// A key that may be present.
    struct Property: Sendable {
        let name: String
        let kind: Kind
        let isRequired: Bool

        static func required(_ name: String, _ kind: Kind = .string) -> Property {
            Property(name: name, kind: kind, isRequired: true)
        }

        static func optional(_ name: String, _ kind: Kind = .string) -> Property {
            Property(name: name, kind: kind, isRequired: false)
        }
    }

    let properties: [Property]

    init(_ properties: Property...) {
        self.properties = properties
    }

    /// Refuses the first violation with `<message> [invalid-params]`.
    func check(_ value: JSON) throws(APIError) {
        guard let violation = violation(in: value) else { return }
        throw .coded("invalid-params", reason: violation)
    }

    private func violation(in value: JSON) -> String? {
        guard case .object(let members) = value else { return "must be object" }
        for property in properties where property.isRequired && value[property.name] == nil {
            return "must have required property '\(property.name)'"
        }
        for member in members where !properties.contains(where: { $0.name == member.key }) {
            return "must NOT have additional properties"
        }
        for property in properties {
            guard let value = value[property.name], !property.kind.accepts(value) else { continue }
            return "must be \(property.kind.word)"
        }
        return nil
    }
}

extension Schema.Kind {
    fileprivate var word: String {
        switch self {
        case .string: "string"
        case .number: "number"
        case .strings: "array"
        }
    }

    fileprivate func accepts(_ value: JSON) -> Bool {
        switch (self, value) {
        case (.string, .array), (.string, .object): false
        case (.string, _): true
        case (.number, .string(let text)): Double(text) != nil
        case (.number, .array), (.number, .object): false
        case (.number, _): true
        case (.strings, .array(let elements)): elements.allSatisfy { Schema.Kind.string.accepts($0) }
        case (.strings, _): false
        }
    }
}
