import HTTPTypes

/// The API's routes; the raw value is the pattern that limiter, log and fault restrictions go by.
enum Route: String, CaseIterable, Sendable {
    case info = "/api/info"
    case login = "/api/v1/login"
    case me = "/api/v1/me"
    case roomVisitor = "/api/v1/livechat/room.visitor"
    case roomsInfo = "/api/v1/rooms.info"
    case visitorsInfo = "/api/v1/livechat/visitors.info"
    case chatHistory = "/api/v1/livechat/visitors.chatHistory/room/:roomId/visitor/:visitorId"
    case livechatRooms = "/api/v1/livechat/rooms"
    case visitorsSearch = "/api/v1/livechat/visitors.search"
    case contactSearch = "/api/v1/omnichannel/contact.search"
    case contact = "/api/v1/omnichannel/contact"
    case registerContact = "POST /api/v1/omnichannel/contact"
    case customFields = "/api/v1/livechat/custom-fields"
    case setCustomField = "/api/v1/livechat/custom.field"
    case setCustomFields = "/api/v1/livechat/custom.fields"

    /// The one method the route answers.
    var method: HTTPRequest.Method {
        switch self {
        case .login, .registerContact, .setCustomField, .setCustomFields: .post
        case .roomVisitor: .put
        case .info, .me, .roomsInfo, .visitorsInfo, .chatHistory, .livechatRooms, .visitorsSearch, .contact,
            .contactSearch,
            .customFields:
            .get
        }
    }

    /// The path; two routes of one path differ in their methods, and are counted apart by the limiter.
    var path: Substring { rawValue.split(separator: " ").last ?? "" }

    /// Callers must be logged in; the routes of the widget go by a visitor's token.
    var needsUser: Bool { ![.info, .login, .setCustomField, .setCustomFields].contains(self) }

    /// Only versioned routes are limited (TheReads, "Version and health").
    var isLimited: Bool { self != .info }

    /// The permission without which the route answers 403 (TheServer, "Versions"; TheReads, "Which call answers what").
    ///
    /// Empty for none.
    func permission(in profile: Profile) -> Permission {
        switch self {
        case .roomVisitor: profile == .v6_4 ? .viewLivechatRoom : .changeRoomVisitor
        case .visitorsInfo, .chatHistory, .visitorsSearch, .contact, .contactSearch, .registerContact, .customFields:
            .viewLivechatRoom
        case .info, .login, .me, .roomsInfo, .livechatRooms, .setCustomField, .setCustomFields: []
        }
    }

    /// The shape of the route's parameters: the body of a PUT, the query of a GET; `nil` where anything goes.
    func schema(in profile: Profile) -> Schema? {
        switch self {
        case .roomVisitor: Schema(.required("rid"), .required("oldVisitorId"), .required("newVisitorId"))
        case .visitorsInfo: Schema(.required("visitorId"))
        case .chatHistory: Self.paged
        case .livechatRooms: profile.listsQueuedRooms ? Self.livechatRooms7 : Self.livechatRooms6
        case .customFields:
            Schema(.optional("text"), .optional("count", .number), .optional("offset", .number), .optional("sort"))
        case .visitorsSearch:
            Schema(.required("term"), .optional("count", .number), .optional("offset", .number), .optional("sort"))
        // These check their parameters themselves, in words of their own.
        case .contact, .contactSearch, .registerContact, .setCustomField, .setCustomFields: nil
        case .info, .login, .me, .roomsInfo: nil
        }
    }

    /// The query parameters the request log keeps.
    ///
    /// None of them can be a token.
    var loggedParameters: [String] {
        switch self {
        case .roomsInfo: ["roomId", "roomName"]
        case .visitorsInfo: ["visitorId"]
        case .contact: ["contactId"]
        case .chatHistory, .livechatRooms, .visitorsSearch, .customFields: ["count", "offset", "sort", "open"]
        case .info, .login, .me, .roomVisitor, .contactSearch, .registerContact, .setCustomField, .setCustomFields: []
        }
    }

    private static let paged = Schema(.optional("count", .number), .optional("offset", .number), .optional("sort"))

    private static let livechatRooms6 = Schema(
        .optional("count", .number), .optional("offset", .number), .optional("sort"), .optional("fields"),
        .optional("query"), .optional("agents", .strings), .optional("departmentId"), .optional("open"),
        .optional("onhold"), .optional("createdAt"), .optional("closedAt"), .optional("tags", .strings),
        .optional("customFields"), .optional("roomName")
    )

    private static let livechatRooms7 = Schema(
        .optional("count", .number), .optional("offset", .number), .optional("sort"), .optional("fields"),
        .optional("query"), .optional("agents", .strings), .optional("departmentId"), .optional("open"),
        .optional("onhold"), .optional("createdAt"), .optional("closedAt"), .optional("tags", .strings),
        .optional("customFields"), .optional("roomName"), .optional("queued"), .optional("units", .strings)
    )
}
