extension VisitorBuilder {
    /// Takes a visitor from a JSON object: the server's own document, as its list or a database export has it, or a
    /// flat one with texts in the place of lists.
    mutating func read(_ document: RawJSON, keys: inout FieldNameCache) throws(RawJSON.Flaw) {
        guard document.kind == .object else { throw .notAnObject }
        var place = 0
        try document.forEachMember { (key, value) throws(RawJSON.Flaw) in
            defer { place += 1 }
            guard let field = keys.field(of: key, at: place) else { return }
            if value.kind == .string {
                take(cell: try value.text(), as: field, keys: &keys)
            } else {
                try take(value, as: field, keys: &keys)
            }
        }
    }

    /// Takes the text of a cell; what a database puts there as JSON is read as JSON.
    mutating func take(cell text: String, as field: VisitorField, keys: inout FieldNameCache) {
        guard !field.isName, let first = text.utf8.first, Self.opensJSON.contains(first) else {
            take(text, as: field)
            return
        }
        let bytes = Array(text.utf8)
        var copy = self
        do {
            // The whole of it has to be sound: a text may well begin with a bracket or a quote.
            guard JSONValidator.isSound(bytes.span) else { throw RawJSON.Flaw.notJSON }
            try copy.take(RawJSON(bytes[...]), as: field, keys: &keys)
            self = copy
        } catch {
            switch field {
            case .id, .custom: take(text, as: field)
            // A quote may begin the name that stands before an address.
            case _ where first == .quote: take(text, as: field)
            default: fail(field)
            }
        }
    }

    private static let opensJSON: [UInt8] = [UInt8(ascii: "["), UInt8(ascii: "{"), .quote]

    private mutating func take(
        _ value: RawJSON, as field: VisitorField, keys: inout FieldNameCache
    ) throws(RawJSON.Flaw) {
        if field == .customFields {
            try readCustomFields(value, keys: &keys)
        } else if try !takeParts(of: value, as: field) {
            fail(field)
        }
    }

    private mutating func readCustomFields(_ value: RawJSON, keys: inout FieldNameCache) throws(RawJSON.Flaw) {
        guard value.kind == .object else {
            if value.kind != .null { fail(.customFields) }
            return
        }
        try value.forEachMember { (key, value) throws(RawJSON.Flaw) in
            guard let field = keys.field(of: key, at: 0), case .custom = field else { return }
            _ = try takeParts(of: value, as: field)
        }
    }

    /// Looks for the text in a value: in every element of a list, and in the one member of an object that has it.
    ///
    /// - Returns: false if it holds something, and no text where one is expected.
    private mutating func takeParts(of value: RawJSON, as field: VisitorField) throws(RawJSON.Flaw) -> Bool {
        var isUnderstood = true
        switch value.kind {
        case .string, .number, .truth: take(try value.text(), as: field)
        case .null: break
        case .array:
            try value.forEachElement { (element) throws(RawJSON.Flaw) in
                if try !takeParts(of: element, as: field) { isUnderstood = false }
            }
        case .object:
            var (members, found) = (0, 0)
            try value.forEachMember { (key, value) throws(RawJSON.Flaw) in
                members += 1
                guard Self.innerKeys.contains(where: { $0.elementsEqual(key) }) else { return }
                found += 1
                if try !takeParts(of: value, as: field) { isUnderstood = false }
            }
            if members > 0, found == 0 { isUnderstood = false }
        }
        return isUnderstood
    }

    /// `{"address": …}`, `{"phoneNumber": …}`, `{"ts": …}`, and the dates and numbers of database exports.
    private static let innerKeys = [
        "address", "phoneNumber", "ts", "$date", "$numberLong", "$numberInt", "$numberDouble", "$numberDecimal", "$oid",
    ].map { Array($0.utf8) }
}
