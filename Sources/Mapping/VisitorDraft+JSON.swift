extension VisitorDraft {
    /// Takes a visitor from a JSON object: the server's own document, as its list or a database export has it, or a
    /// flat one with texts in the place of lists.
    mutating func read(_ document: JSONSlice, keys: inout VisitorKeys) throws(JSONSlice.Flaw) {
        guard document.kind == .object else { throw .notAnObject }
        var place = 0
        try document.forEachMember { (key, value) throws(JSONSlice.Flaw) in
            defer { place += 1 }
            guard let field = keys.field(of: key, at: place) else { return }
            if field == .customFields {
                try readCustomFields(value, keys: &keys)
            } else {
                try take(value, as: field)
            }
        }
    }

    private mutating func readCustomFields(_ value: JSONSlice, keys: inout VisitorKeys) throws(JSONSlice.Flaw) {
        guard value.kind == .object else { return }
        try value.forEachMember { (key, value) throws(JSONSlice.Flaw) in
            guard let field = keys.field(of: key, at: 0), case .custom = field else { return }
            try take(value, as: field)
        }
    }

    /// Looks for the text in a value: in every element of a list, and in the one member of an object that has it.
    private mutating func take(_ value: JSONSlice, as field: VisitorField) throws(JSONSlice.Flaw) {
        switch value.kind {
        case .string, .number, .truth: take(try value.text(), as: field)
        case .null: return
        case .array:
            try value.forEachElement { (element) throws(JSONSlice.Flaw) in try take(element, as: field) }
        case .object:
            try value.forEachMember { (key, value) throws(JSONSlice.Flaw) in
                guard Self.innerKeys.contains(where: { $0.elementsEqual(key) }) else { return }
                try take(value, as: field)
            }
        }
    }

    /// `{"address": …}`, `{"phoneNumber": …}`, `{"ts": …}`, and the dates and numbers of database exports.
    private static let innerKeys = ["address", "phoneNumber", "ts", "$date", "$numberLong", "$oid"].map {
        Array($0.utf8)
    }
}
