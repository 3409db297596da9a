/// What the server's list of visitors, or an export of it, tells about one of them.
///
/// Personal data: it belongs in a mapping that a person reviews, never in a log or an error.
package struct VisitorProfile: Sendable, Equatable {
    package var id: VisitorID
    package var username: String?
    package var name: String?
    package var emails: [String]
    package var phones: [String]
    /// Custom fields by name; values that are no text, number or truth value are left out.
    package var customFields: [String: String]
    /// When the last conversation began.
    package var lastChat: Timestamp?
    /// When the record was made; the server's list does not tell.
    package var createdAt: Timestamp?
    /// How many rooms there are; the server's list does not tell.
    package var rooms: Int?
    /// Fields that hold something that cannot be read.
    package var unreadable: VisitorFields

    package init(
        id: VisitorID, username: String? = nil, name: String? = nil, emails: [String] = [], phones: [String] = [],
        customFields: [String: String] = [:], lastChat: Timestamp? = nil, createdAt: Timestamp? = nil,
        rooms: Int? = nil, unreadable: VisitorFields = []
    ) {
        self.id = id
        self.username = username
        self.name = name
        self.emails = emails
        self.phones = phones
        self.customFields = customFields
        self.lastChat = lastChat
        self.createdAt = createdAt
        self.rooms = rooms
        self.unreadable = unreadable
    }
}

/// Fields of a visitor.
package struct VisitorFields: OptionSet, Sendable, Hashable {
    package var rawValue: Int

    package init(rawValue: Int) {
        self.rawValue = rawValue
    }

    package static let lastChat = VisitorFields(rawValue: 1 << 0)
    package static let createdAt = VisitorFields(rawValue: 1 << 1)
    package static let rooms = VisitorFields(rawValue: 1 << 2)
    package static let disabled = VisitorFields(rawValue: 1 << 3)
    package static let emails = VisitorFields(rawValue: 1 << 4)
    package static let phones = VisitorFields(rawValue: 1 << 5)
    package static let customFields = VisitorFields(rawValue: 1 << 6)

    /// Each field by the name that an export has for it.
    package static let named: [(field: VisitorFields, name: String)] = [
        (.lastChat, "lastChat"), (.createdAt, "ts"), (.rooms, "rooms"), (.disabled, "disabled"), (.emails, "email"),
        (.phones, "phone"), (.customFields, "custom fields"),
    ]
}
