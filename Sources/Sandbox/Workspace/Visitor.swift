import FoundationEssentials

/// A visitor record as the server stores it.
struct Visitor: Sendable {
    let id: String
    let username: String
    var token: String
    let isDisabled: Bool
    var name: String?
    var emails: [String]
    var phones: [String]
    var livechatData: [String: String]
    /// The username of the agent who looks after him.
    var contactManager: String?
    let lastChat: String?
    /// ISO 8601 with milliseconds, so that text order is time order.
    let ts: String
    var updatedAt: String
    /// The place in the order in which the database stores records, which is the one it finds them in.
    let place: Int

    init(_ seed: Seed.Visitor, made date: Date, place: Int = 0) {
        id = seed.id
        self.place = place
        contactManager = seed.contactManager
        updatedAt = date.iso8601
        username = seed.username ?? "guest-\(seed.id)"
        token = seed.token ?? "token-\(seed.id)"
        isDisabled = seed.disabled
        name = seed.name
        emails = seed.emails
        phones = seed.phones
        livechatData = seed.livechatData
        lastChat = seed.lastChat
        ts = date.iso8601
    }

    /// The answer of `livechat/visitors.info` (TheReads, "One visitor").
    var info: JSON {
        .object([
            "_id": .string(id),
            "username": .string(username),
            "ts": .string(ts),
            "token": .string(token),
            "name": name.map(JSON.string),
            "status": "offline",
            "phone": contacts(phones, key: "phoneNumber"),
            "visitorEmails": contacts(emails, key: "address"),
            "livechatData": customFields,
            "contactManager": contactManager.map { ["username": .string($0)] },
            "lastChat": lastMessage,
            "_updatedAt": .string(updatedAt),
        ])
    }

    /// A row of `livechat/visitors.search` (TheReads, "All visitors").
    var summary: JSON {
        .object([
            "_id": .string(id),
            "username": .string(username),
            "name": name.map(JSON.string),
            "phone": contacts(phones, key: "phoneNumber"),
            "livechatData": customFields,
            "visitorEmails": contacts(emails, key: "address"),
            "lastChat": lastMessage,
        ])
    }

    /// Exact e-mail or phone, part of name or username, or part of a custom field (TheReads, "All visitors").
    func matches(_ term: String) -> Bool {
        let lowered = term.lowercased()
        return emails.contains(term) || phones.contains(term) || username.lowercased().contains(lowered)
            || name?.lowercased().contains(lowered) == true
            || livechatData.values.contains { $0.lowercased().contains(lowered) }
    }

    private var customFields: JSON? {
        livechatData.isEmpty ? nil : .texts(livechatData)
    }

    private var lastMessage: JSON? {
        lastChat.map { ["_id": .string("msg-\(id)"), "ts": .string($0)] }
    }

    private func contacts(_ values: [String], key: String) -> JSON? {
        values.isEmpty ? nil : .array(values.map { .object([JSON.Member(key: key, value: .string($0))]) })
    }
}

extension Visitor: Sortable {
    func sortKey(_ field: String) -> String {
        switch field {
        case "_id": id
        case "username": username
        case "name": name ?? ""
        case "ts": ts
        case "lastChat", "lastChat.ts": lastChat ?? ""
        default: ""
        }
    }
}
