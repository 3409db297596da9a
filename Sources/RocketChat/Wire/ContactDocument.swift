import FoundationEssentials
import Model

/// The body of `POST omnichannel/contact` (TheContacts, "What the server does").
///
/// Empty values are sent as such: where a key is missing, some releases keep what is stored and others remove it.
struct ContactBody: Encodable {
    private let token: String
    private let name: String
    private let email: String
    private let phone: String
    private let customFields: [String: String]
    private let contactManager: Manager?

    private struct Manager: Encodable {
        var username: String
    }

    static func bytes(_ record: ContactRecord, token: VisitorToken) -> [UInt8] {
        let body = ContactBody(
            token: token.secret, name: record.name ?? "", email: record.emails.first ?? "",
            phone: record.phones.first ?? "", customFields: record.fields,
            contactManager: record.contactManager.map(Manager.init))
        // Texts and dictionaries of texts always encode.
        return (try? JSONEncoder().encode(body)).map(Array.init) ?? []
    }
}

/// `{"visitor":{…}}` or `{"contact":{…}}`: a visitor's record with all that a write replaces.
struct ContactReply: Decodable {
    /// Which key has the document.
    enum Key: String, CodingKey {
        case visitor
        case contact
    }

    private let visitor: ContactDocument?
    private let contact: ContactDocument?
    private let hasContact: Bool

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Key.self)
        visitor = try fields.decodeIfPresent(ContactDocument.self, forKey: .visitor)
        contact = try fields.decodeIfPresent(ContactDocument.self, forKey: .contact)
        hasContact = fields.contains(.contact)
    }

    func document(_ key: Key) -> ContactDocument? { key == .visitor ? visitor : contact }

    /// True if the server says that there is no such visitor.
    var saysNone: Bool { hasContact && contact == nil }
}

/// A visitor's record; a value that cannot be read makes the whole unreadable, because a write would remove it.
struct ContactDocument: Decodable {
    let contact: Contact

    private struct Address: Decodable {
        var address: String
    }

    private struct Phone: Decodable {
        var phoneNumber: String
    }

    private struct Manager: Decodable {
        var username: String?
    }

    private enum Key: String, CodingKey {
        case id = "_id"
        case name, token, visitorEmails, phone, livechatData, contactManager
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Key.self)
        let data = try fields.decodeIfPresent(FieldValues.self, forKey: .livechatData)
        contact = Contact(
            record: ContactRecord(
                id: VisitorID(try fields.decode(String.self, forKey: .id)),
                name: try fields.decodeIfPresent(String.self, forKey: .name),
                emails: try (fields.decodeIfPresent([Address].self, forKey: .visitorEmails) ?? []).map(\.address),
                phones: try (fields.decodeIfPresent([Phone].self, forKey: .phone) ?? []).map(\.phoneNumber),
                fields: data?.texts ?? [:], otherFields: (data?.others ?? []).sorted(),
                contactManager: try fields.decodeIfPresent(Manager.self, forKey: .contactManager)?.username),
            token: fields.lenient(String.self, .token).map { VisitorToken($0) })
    }
}

/// `livechatData` with texts apart from values of other kinds.
private struct FieldValues: Decodable {
    var texts: [String: String] = [:]
    var others: [String] = []

    init(from decoder: any Decoder) throws {
        for (key, value) in try [String: FieldValue](from: decoder) {
            if let text = value.text { texts[key] = text } else { others.append(key) }
        }
    }
}

private struct FieldValue: Decodable {
    /// `nil` if it is not a text.
    let text: String?

    init(from decoder: any Decoder) throws {
        // Whatever else it is, it is not a text.
        text = try? decoder.singleValueContainer().decode(String.self)
    }
}

/// `{"contact":"<id>"}`.
struct ContactWritten: Decodable {
    let contact: String
}

/// `{"customFields":[…],"total":…}`.
struct CustomFieldPageBody: Decodable {
    let page: CustomFieldPage

    private struct Definition: Decodable {
        let definition: CustomFieldDefinition

        private enum Key: String, CodingKey {
            case id = "_id"
            case scope, required
        }

        init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: Key.self)
            definition = CustomFieldDefinition(
                id: try fields.decode(String.self, forKey: .id), scope: fields.lenient(String.self, .scope) ?? "",
                isRequired: fields.lenient(Bool.self, .required) ?? false)
        }
    }

    private enum Key: String, CodingKey {
        case customFields, total
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Key.self)
        page = CustomFieldPage(
            fields: try fields.page(of: Definition.self, .customFields).map(\.definition),
            total: try fields.decode(Int.self, forKey: .total))
    }
}

// What of these answers is kept or shown.
extension Contact: KeptText {
    var texts: [String] {
        [record.id.rawValue, record.name ?? "", record.contactManager ?? ""] + record.emails + record.phones
            + record.fields.keys + record.fields.values + record.otherFields
    }
}

extension CustomFieldPage: KeptText {
    var texts: [String] { fields.map(\.id) }
}

extension VisitorID: KeptText {
    var texts: [String] { [rawValue] }
}
