import FoundationEssentials

/// The routes about custom fields (TheContacts, "Custom fields").
extension API {
    /// `GET livechat/custom-fields`: the definitions.
    func customFields(_ call: Call) throws(APIError) -> JSON {
        let page = try Page(query: call.query)
        let text = call.query["text"]?.string?.lowercased() ?? ""
        let fields = state.access { $0.workspace.customFields }.filter {
            text.isEmpty || $0.id.lowercased().contains(text) || $0.title.lowercased().contains(text)
        }
        let byID = Dictionary(fields.map { ($0.id, $0) }) { first, _ in first }
        return page.cut(fields.map(\.id)) { byID[$0]?.json }.json("customFields")
    }

    /// `POST livechat/custom.field`: one value, by the token of its visitor.
    func setCustomField(_ call: Call) throws(APIError) -> JSON {
        let token = try call.body.checkedText("token")
        let value = try CustomValue(call.body)
        guard try set(value, token) else { throw .empty }
        return ["field": value.json("key"), "success": true]
    }

    /// `POST livechat/custom.fields`: several values.
    func setCustomFields(_ call: Call) throws(APIError) -> JSON {
        let token = try call.body.checkedText("token")
        guard case .array(let members)? = call.body["customFields"] else { throw .match("Missing key 'customFields'") }
        var values: [CustomValue] = []
        for member in members { values.append(try CustomValue(member)) }
        for value in values {
            guard try set(value, token) else { throw .empty }
        }
        return ["fields": .array(values.map { $0.json("Key") }), "success": true]
    }

    /// - Returns: `false` where nothing was changed.
    private func set(_ new: CustomValue, _ token: String) throws(APIError) -> Bool {
        let now = time.now()
        return try state.access { (contents) throws(APIError) in
            guard let visitor = contents.workspace.visitor(withToken: token) else { throw .plain("invalid-token") }
            guard let field = contents.workspace.customFields.first(where: { $0.id == new.key }) else {
                throw .plain("invalid-custom-field")
            }
            guard field.accepts(new.value) else { throw .plain("error-invalid-custom-field-value") }
            guard field.scope == "visitor" else { return true }
            let old = visitor.livechatData[new.key]
            guard old != new.value, old == nil || new.overwrite else { return false }
            contents.workspace.change(visitor.id, at: now) { $0.livechatData[new.key] = new.value }
            return true
        }
    }
}

/// One value to set.
private struct CustomValue {
    let key: String
    let value: String
    let overwrite: Bool

    init(_ body: JSON) throws(APIError) {
        key = try body.checkedText("key")
        value = try body.checkedText("value")
        guard let given = body["overwrite"] else { throw .match("Missing key 'overwrite'") }
        guard let overwrite = given.bool else { throw .match("Expected boolean, got \(given.kind) in field overwrite") }
        self.overwrite = overwrite
    }

    func json(_ name: String) -> JSON {
        .object([
            JSON.Member(key: name, value: .string(key)), JSON.Member(key: "value", value: .string(value)),
            JSON.Member(key: "overwrite", value: .bool(overwrite)),
        ])
    }
}

extension Seed.CustomField {
    /// Whether a value matches the pattern, if there is one; the server looks for it anywhere in the value.
    func accepts(_ value: String) -> Bool {
        guard let regexp, !regexp.isEmpty else { return true }
        do {
            return try value.contains(Regex(regexp))
        } catch {
            // A seed with such a pattern is refused.
            return false
        }
    }

    fileprivate var title: String { label ?? id }

    fileprivate var json: JSON {
        .object([
            "_id": .string(id),
            "label": .string(title),
            "scope": .string(scope),
            "visibility": "visible",
            "type": "input",
            "regexp": regexp.map(JSON.string),
            "required": .bool(required),
            "searchable": true,
        ])
    }
}
