package import FoundationEssentials

/// One API request as the sandbox received it.
///
/// Holds no token: paths are kept without their query, and what may be a visitor's token in them is cut out.
package struct RequestRecord: Sendable {
    /// When it had arrived as a whole, by the wall clock without skew.
    package let at: Date
    /// Since a fixed instant, for measuring distances.
    package let monotonicNanoseconds: Int64
    package let method: String
    package let path: String
    /// The route's pattern, such as `/api/v1/livechat/room.visitor`; `nil` for an unknown path.
    package let route: String?
    /// The query parameters the route knows.
    package let query: [String: String]
    package let rid: String?
    package let oldVisitorID: String?
    package let newVisitorID: String?
    /// The caller, once authenticated.
    package internal(set) var userID: String?
    /// What was answered; `nil` while being answered, and for good if the connection was closed instead.
    package internal(set) var status: Int?
}

/// One write to a room's visitor.
package struct MoveRecord: Sendable, Equatable {
    /// By the wall clock without skew.
    package let at: Date
    package let rid: String
    package let from: String
    package let to: String
    /// Who called; `nil` when somebody else moved the room behind the clients' back.
    package let userID: String?
}

extension RequestRecord {
    var json: JSON {
        [
            "at": .string(at.iso8601),
            "monotonicNanoseconds": .integer(Int(monotonicNanoseconds)),
            "method": .string(method),
            "path": .string(path),
            "route": .text(route),
            "query": .texts(query),
            "userId": .text(userID),
            "status": status.map(JSON.integer) ?? .null,
            "rid": .text(rid),
            "oldVisitorId": .text(oldVisitorID),
            "newVisitorId": .text(newVisitorID),
        ]
    }
}

extension MoveRecord {
    var json: JSON {
        [
            "at": .string(at.iso8601),
            "rid": .string(rid),
            "from": .string(from),
            "to": .string(to),
            "userId": .text(userID),
        ]
    }
}
