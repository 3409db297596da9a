/// `GET omnichannel/contact.search` (TheReads, "First match").
extension API {
    /// The first visitor in the order of the database that has all that is asked for, exactly as it is written.
    func searchContact(_ call: Call) throws(APIError) -> JSON {
        let email = try Self.text("email", of: call)
        let phone = try Self.text("phone", of: call)
        let custom = try Self.customFields(try Self.text("custom", of: call))
        for member in call.query.members where !["email", "phone", "custom"].contains(member.key) {
            throw .plain("Match error: Unknown key in field \(member.key)")
        }
        guard !email.isEmpty || !phone.isEmpty || !custom.isEmpty else { throw .coded("error-invalid-params") }
        let visitor = state.access { contents in
            contents.workspace.firstVisitor { visitor in
                // Earlier servers find disabled records too.
                (!visitor.isDisabled || call.profile == .v6_4)
                    && (email.isEmpty || visitor.emails.contains { $0.utf8.elementsEqual(email.utf8) })
                    && (phone.isEmpty || visitor.phones.contains { $0.utf8.elementsEqual(phone.utf8) })
                    && custom.allSatisfy { field in
                        visitor.livechatData[field.key]?.lowercased().contains(
                            field.value.coercedText?.lowercased() ?? "") == true
                    }
            }
        }
        return ["contact": visitor?.info ?? .null, "success": true]
    }

    private static func text(_ key: String, of call: Call) throws(APIError) -> String {
        guard let value = call.query[key] else { return "" }
        guard let text = value.string else {
            throw .plain(
                "Match error: Failed Match.OneOf, Match.Maybe or Match.Optional validation in field \(key)")
        }
        return text
    }

    private static func customFields(_ text: String) throws(APIError) -> [JSON.Member] {
        guard !text.isEmpty else { return [] }
        // The server says no more than that it is no JSON.
        guard let json = try? JSONParser.parse(text.utf8) else { throw .coded("error-invalid-params-custom") }
        return json.members
    }
}
