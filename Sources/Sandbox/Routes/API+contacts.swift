import FoundationEssentials

/// The routes that read and write contacts (TheContacts, "What the server does").
extension API {
    /// `GET omnichannel/contact`: one visitor by id, or null.
    func contact(_ call: Call) throws(APIError) -> JSON {
        let id = try call.query.checkedText("contactId")
        let visitor = state.access { $0.workspace.visitor(id, in: call.profile) }
        return ["contact": visitor?.info ?? .null, "success": true]
    }

    /// `POST omnichannel/contact`: writes the record of the visitor with the token, and renames all his rooms.
    ///
    /// What the body leaves out goes from the record, but for the phone, and of several addresses one is left.
    func registerContact(_ call: Call) throws(APIError) -> JSON {
        let contact = try ContactBody(call.body)
        let now = time.now()
        let id = try state.access { (contents) throws(APIError) in
            if let manager = contact.contactManager {
                guard let user = contents.users.user(named: manager) else {
                    throw .plain("error-contact-manager-not-found")
                }
                guard user.roles.contains("livechat-agent") else { throw .plain("error-invalid-contact-manager") }
            }
            let workspace = contents.workspace
            let known =
                workspace.visitor(withToken: contact.token)
                ?? (contact.email.isEmpty
                    ? nil : workspace.firstVisitor { $0.emails.contains(contact.email) && !$0.isDisabled })
            let visitor =
                known
                ?? contents.workspace.addVisitor(
                    Seed.Visitor(id: Self.newID(), token: contact.token, name: contact.name), at: now)
            // A record may have been made already when this refuses.
            let fields = try workspace.accepted(contact.customFields)
            contents.workspace.change(visitor.id, at: now) { visitor in
                visitor.token = contact.token
                visitor.name = contact.name
                visitor.emails = contact.email.isEmpty ? [] : [contact.email]
                if let phone = contact.phone { visitor.phones = phone.isEmpty ? [] : [phone] }
                visitor.livechatData = fields
                visitor.contactManager = contact.contactManager
            }
            contents.workspace.rename(roomsOf: visitor.id, contact.name, at: now)
            contents.contactWrites.append(
                ContactWrite(at: now, visitorID: visitor.id, userID: call.user?.userID))
            return visitor.id
        }
        return ["contact": .string(id), "success": true]
    }

    /// An id as the server makes them.
    static func newID() -> String {
        let letters = Array("23456789ABCDEFGHJKLMNPQRSTWXYZabcdefghijkmnopqrstuvwxyz")
        return String((0..<17).map { _ in letters[Int.random(in: letters.indices)] })
    }
}

/// The body of `POST omnichannel/contact`, checked as the server does (TheContacts, "What the server does").
private struct ContactBody {
    let token: String
    let name: String
    let email: String
    /// `nil` where it is kept as it is.
    let phone: String?
    let customFields: [JSON.Member]
    let contactManager: String?

    private static let keys = ["_id", "token", "name", "email", "phone", "username", "customFields", "contactManager"]

    init(_ body: JSON) throws(APIError) {
        token = try body.checkedText("token")
        name = try body.checkedText("name")
        // The server lowers an address before it is stored and before it is looked for.
        email = (try body.optionalText("email") ?? "").trimmed.lowercased()
        phone = try body.optionalText("phone")
        _ = try body.optionalText("username")
        switch body["customFields"] {
        case nil, .null?: customFields = []
        case .object(let members)?: customFields = members
        default: throw .match("Expected object, got \(body["customFields"]?.kind ?? "undefined") in field customFields")
        }
        switch body["contactManager"] {
        case nil, .null?: contactManager = nil
        case .object?: contactManager = try body["contactManager"]?.checkedText("username")
        default:
            throw .match("Expected object, got \(body["contactManager"]?.kind ?? "undefined") in field contactManager")
        }
        if let key = body.members.map(\.key).first(where: { !Self.keys.contains($0) }) {
            throw .match("Unknown key in field \(key)")
        }
    }
}

extension Workspace {
    /// The custom fields of a contact that are stored: those that are defined, without spaces around them.
    ///
    /// Throws where one that is required is missing, and where one does not match its pattern.
    fileprivate func accepted(_ members: [JSON.Member]) throws(APIError) -> [String: String] {
        var accepted: [String: String] = [:]
        for field in customFields where field.scope == "visitor" {
            let value = members.last { $0.key == field.id }?.value.coercedText?.trimmed ?? ""
            guard !value.isEmpty else {
                if field.required { throw .plain("error-invalid-custom-field-value") }
                continue
            }
            guard field.accepts(value) else { throw .plain("error-invalid-custom-field-value") }
            accepted[field.id] = value
        }
        return accepted
    }
}

extension APIError {
    /// A parameter that is not what Meteor's `check` expects.
    static func match(_ what: String) -> APIError { .plain("Match error: \(what)") }
}

extension JSON {
    /// A text that must be there.
    func checkedText(_ key: String) throws(APIError) -> String {
        guard let value = self[key] else { throw .match("Missing key '\(key)'") }
        guard let text = value.string else { throw .match("Expected string, got \(value.kind) in field \(key)") }
        return text
    }

    /// A text that may be missing or null; `nil` then.
    fileprivate func optionalText(_ key: String) throws(APIError) -> String? {
        guard let value = self[key], value != .null else { return nil }
        guard let text = value.string else { throw .match("Expected string, got \(value.kind) in field \(key)") }
        return text
    }

    /// The kind of the value as JavaScript calls it.
    var kind: String {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .integer, .number: "number"
        case .string: "string"
        case .array, .object: "object"
        }
    }
}

extension String {
    /// Without spaces and line ends around it.
    var trimmed: String {
        let end = lastIndex { !$0.isWhitespace }
        guard let start = firstIndex(where: { !$0.isWhitespace }), let end else { return "" }
        return String(self[start...end])
    }
}
