/// The routes this tool calls.
///
/// The server counts calls to each one in a bucket of its own (TheServer, "Rate limits"), so each is paced on its own.
package enum Endpoint: String, CaseIterable, Sendable {
    /// `PUT /api/v1/livechat/room.visitor`, which moves a room.
    case roomVisitor = "livechat/room.visitor"
    /// `GET /api/v1/rooms.info`.
    case roomsInfo = "rooms.info"
    /// `GET /api/v1/me`.
    case me
    /// `GET /api/info`, which the server does not limit (TheReads, "Version and health").
    case info
    /// `GET /api/v1/livechat/visitors.chatHistory/room/:roomId/visitor/:visitorId`.
    case chatHistory = "livechat/visitors.chatHistory"
    /// `GET /api/v1/livechat/rooms`.
    case livechatRooms = "livechat/rooms"
    /// `GET /api/v1/livechat/visitors.info`.
    case visitorsInfo = "livechat/visitors.info"
    /// `GET /api/v1/livechat/visitors.search`.
    case visitorsSearch = "livechat/visitors.search"
    /// `GET /api/v1/omnichannel/contact.search`.
    case contactSearch = "omnichannel/contact.search"
    /// `GET /api/v1/omnichannel/contact`, which the server counts apart from the POST of the same path.
    case contact = "omnichannel/contact"
    /// `POST /api/v1/omnichannel/contact`, which writes a visitor's record.
    case contactWrite = "omnichannel/contact (POST)"
    /// `GET /api/v1/livechat/custom-fields`.
    case customFields = "livechat/custom-fields"

    /// The path below the base address, without a leading slash and without path parameters.
    var path: String {
        switch self {
        case .info: "api/info"
        case .contactWrite: Endpoint.contact.path
        default: "api/v1/\(rawValue)"
        }
    }

    /// What the caller most likely lacks when the server says that a permission is missing (TheMove, "Order of checks";
    /// TheReads, "Which call answers what").
    var permission: String {
        switch self {
        case .roomVisitor: "change-livechat-room-visitor (view-l-room as well up to 6.4)"
        case .livechatRooms: "view-livechat-rooms"
        case .roomsInfo, .chatHistory, .visitorsInfo, .visitorsSearch, .contact, .contactSearch, .contactWrite,
            .customFields:
            "view-l-room"
        case .me, .info: "access to the API"
        }
    }

    /// The most entries that a page is asked for: with its usual settings a server gives no more (TheReads, "Paging").
    static let longestPage = 100

    /// The longest answer that is read: one document, or a page of ``longestPage`` of them.
    ///
    /// A document has a few thousand bytes, and a long last message some ten thousand more.
    var bodyLimit: Int {
        switch self {
        case .roomVisitor, .roomsInfo, .me, .info, .visitorsInfo, .contact, .contactSearch,
            .contactWrite:
            1 << 20
        case .chatHistory, .livechatRooms, .visitorsSearch, .customFields: 4 << 20
        }
    }
}
