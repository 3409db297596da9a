package import Model

/// One visitor by `livechat/visitors.info` (TheReads, "One visitor").
package struct VisitorRecord: Sendable, Equatable {
    package var id: VisitorID
    package var username: String?
    /// Absent from 8.5.0 on.
    package var token: VisitorToken?

    package init(id: VisitorID, username: String? = nil, token: VisitorToken? = nil) {
        self.id = id
        self.username = username
        self.token = token
    }
}

/// The order in which the list of visitors is read.
///
/// Both are orders in which no two visitors share a place and none ever changes his.
package enum VisitorOrder: String, Sendable {
    /// By id, for which the server has an index: the cheapest for it.
    case byID = "id"
    /// By when the record was made, which only the order tells: the list does not have it among its fields.
    case oldestFirst = "oldest-first"

    /// The value of the parameter `sort` (TheReads, "Paging").
    var sort: String {
        switch self {
        case .byID: #"{"_id":1}"#
        case .oldestFirst: #"{"ts":1,"_id":1}"#
        }
    }
}

/// One page of `livechat/visitors.search` (TheReads, "All visitors").
package struct VisitorPage: Sendable, Equatable {
    package var visitors: [VisitorProfile]
    /// How many entries the server skipped.
    package var offset: Int
    /// How many entries there are on all pages together.
    package var total: Int

    package init(visitors: [VisitorProfile], offset: Int, total: Int) {
        self.visitors = visitors
        self.offset = offset
        self.total = total
    }
}
