import FoundationEssentials

/// A room as the server stores it.
struct Room: Sendable {
    /// The visitor as the room remembers him (TheMove, "What a move leaves behind").
    struct VisitorPart: Sendable {
        var id: String
        var username: String
        var token: String
        /// Kept from the old visitor when the room moves.
        let status: String
        /// Kept from the old visitor when the room moves.
        let lastMessage: String
    }

    let id: String
    let type: RoomType
    /// Changes when the room moves.
    var visitor: VisitorPart?
    /// The author of the messages; also what inquiry and subscriptions keep when the room moves.
    let author: VisitorPart?
    let servedBy: SandboxUser?
    let departmentID: String?
    /// The display name; a move leaves it, and renaming the visitor changes it.
    private(set) var fname: String
    /// ISO 8601 with milliseconds, so that text order is time order.
    let ts: String
    private(set) var closedAt: String?
    private(set) var updatedAt: String
    let isArchived: Bool
    let isOnHold: Bool
    let tags: [String]
    let livechatData: [String: String]

    /// A conversation is going on.
    var isOpen: Bool { closedAt == nil }

    init(_ seed: Seed.Room, visitor: Visitor?, servedBy: SandboxUser?, made date: Date) {
        let lastMessage = date.advanced(by: .seconds(900)).iso8601
        id = seed.id
        type = seed.type
        author = seed.visitorID.map { id in
            VisitorPart(
                id: id, username: visitor?.username ?? "guest-\(id)", token: visitor?.token ?? "token-\(id)",
                status: "offline", lastMessage: lastMessage
            )
        }
        self.visitor = author
        self.servedBy = servedBy
        departmentID = seed.departmentID
        fname = seed.fname ?? visitor?.name ?? visitor?.username ?? seed.id
        ts = date.iso8601
        closedAt = seed.open || seed.type == .channel ? nil : date.advanced(by: .seconds(1800)).iso8601
        updatedAt = closedAt ?? lastMessage
        isArchived = seed.archived
        isOnHold = seed.onHold
        tags = seed.tags
        livechatData = seed.livechatData
    }

    /// When the last message was written.
    var lastMessage: String { author?.lastMessage ?? ts }

    /// The server's write: three fields of the visitor and the time (TheMove, "What a move leaves behind").
    mutating func assign(_ newVisitor: Visitor, at date: Date) {
        visitor?.id = newVisitor.id
        visitor?.username = newVisitor.username
        visitor?.token = newVisitor.token
        updatedAt = date.iso8601
    }

    /// Gives the room the name of its visitor (TheContacts, "What the server does").
    mutating func rename(_ name: String, at date: Date) {
        fname = name
        updatedAt = date.iso8601
    }

    /// Ends the conversation, or takes it up again.
    mutating func setOpen(_ isOpen: Bool, at date: Date) {
        updatedAt = date.iso8601
        closedAt = isOpen ? nil : updatedAt
    }
}

extension Room: Sortable {
    func sortKey(_ field: String) -> String {
        switch field {
        case "_id": id
        case "ts": ts
        case "fname", "name": fname
        case "lm": lastMessage
        case "closedAt": closedAt ?? ""
        case "_updatedAt": updatedAt
        case "v._id": visitor?.id ?? ""
        default: ""
        }
    }
}
