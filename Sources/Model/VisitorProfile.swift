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

    package init(
        id: VisitorID, username: String? = nil, name: String? = nil, emails: [String] = [], phones: [String] = [],
        customFields: [String: String] = [:], lastChat: Timestamp? = nil, createdAt: Timestamp? = nil,
        rooms: Int? = nil
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
    }
}
