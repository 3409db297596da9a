/// The visitors and rooms a sandbox starts with (TheSandbox, "The seed file").
///
/// As a file it is JSON with the server's own key names.
package struct Seed: Codable, Sendable {
    package var visitors: [Visitor]
    package var rooms: [Room]
    /// The custom fields that an administrator has defined.
    package var customFields: [CustomField]

    package init(visitors: [Visitor], rooms: [Room], customFields: [CustomField] = []) {
        self.visitors = visitors
        self.rooms = rooms
        self.customFields = customFields
    }

    /// The definition of a custom field (TheContacts, "Custom fields").
    package struct CustomField: Codable, Sendable {
        package var id: String
        /// Made up when `nil`.
        package var label: String?
        /// `visitor` or `room`.
        package var scope: String
        /// What a value must match; any when `nil`.
        package var regexp: String?
        package var required: Bool

        package init(
            id: String, label: String? = nil, scope: String = "visitor", regexp: String? = nil, required: Bool = false
        ) {
            self.id = id
            self.label = label
            self.scope = scope
            self.regexp = regexp
            self.required = required
        }
    }

    /// A visitor record.
    package struct Visitor: Codable, Sendable {
        package var id: String
        /// Made up when `nil`.
        package var username: String?
        /// Made up when `nil`.
        package var token: String?
        /// Emptied and hidden, as the server does instead of deleting since 6.5.
        package var disabled: Bool
        package var name: String?
        package var emails: [String]
        package var phones: [String]
        /// Custom fields.
        package var livechatData: [String: String]
        /// The username of the agent who looks after the visitor, one of the sandbox's own.
        package var contactManager: String?
        /// The time of the last message, in ISO 8601.
        package var lastChat: String?
        /// When the record was made, in ISO 8601; made up when `nil`.
        package var ts: String?

        package init(
            id: String, username: String? = nil, token: String? = nil, disabled: Bool = false, name: String? = nil,
            emails: [String] = [], phones: [String] = [], livechatData: [String: String] = [:],
            contactManager: String? = nil, lastChat: String? = nil, ts: String? = nil
        ) {
            self.id = id
            self.username = username
            self.token = token
            self.disabled = disabled
            self.name = name
            self.emails = emails
            self.phones = phones
            self.livechatData = livechatData
            self.contactManager = contactManager
            self.lastChat = lastChat
            self.ts = ts
        }
    }

    /// A room.
    package struct Room: Codable, Sendable {
        package var id: String
        package var type: RoomType
        package var open: Bool
        /// The visitor the room belongs to, not necessarily among the visitors; `nil` for a channel.
        package var visitorID: String?
        /// The username of the serving user, one of the sandbox's own.
        package var servedBy: String?
        package var departmentID: String?
        /// The display name; made up when `nil`.
        package var fname: String?
        /// When the room was made, in ISO 8601; made up when `nil`.
        package var ts: String?
        package var archived: Bool
        package var onHold: Bool
        package var tags: [String]
        /// Custom fields.
        package var livechatData: [String: String]

        package init(
            id: String, type: RoomType = .livechat, open: Bool = false, visitorID: String?, servedBy: String? = nil,
            departmentID: String? = nil, fname: String? = nil, ts: String? = nil, archived: Bool = false,
            onHold: Bool = false, tags: [String] = [], livechatData: [String: String] = [:]
        ) {
            self.id = id
            self.type = type
            self.open = open
            self.visitorID = visitorID
            self.servedBy = servedBy
            self.departmentID = departmentID
            self.fname = fname
            self.ts = ts
            self.archived = archived
            self.onHold = onHold
            self.tags = tags
            self.livechatData = livechatData
        }
    }
}

/// The kind of a room.
package enum RoomType: String, Codable, CaseIterable, Sendable {
    case livechat = "l"
    /// A legacy voice room: it has a visitor, but the server's write does not reach it (TheMove, "Success").
    case voice = "v"
    /// A channel: it has no visitor.
    case channel = "c"
}
