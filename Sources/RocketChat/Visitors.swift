package import Model

/// One visitor by `livechat/visitors.info` (contract 8.4).
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

/// One hit of `livechat/visitors.search` (contract 8.8).
///
/// Personal data: it belongs in a mapping that a person reviews, never in a log.
package struct VisitorSummary: Sendable, Equatable {
    package var id: VisitorID
    package var username: String?
    package var name: String?
    package var emails: [String]
    package var phones: [String]
    /// When the last conversation began.
    package var lastChat: Timestamp?

    package init(
        id: VisitorID, username: String? = nil, name: String? = nil, emails: [String] = [], phones: [String] = [],
        lastChat: Timestamp? = nil
    ) {
        self.id = id
        self.username = username
        self.name = name
        self.emails = emails
        self.phones = phones
        self.lastChat = lastChat
    }
}

/// One page of found visitors.
package struct VisitorPage: Sendable, Equatable {
    package var visitors: [VisitorSummary]
    /// How many entries the server skipped.
    package var offset: Int
    /// How many entries there are on all pages together.
    package var total: Int

    package init(visitors: [VisitorSummary], offset: Int, total: Int) {
        self.visitors = visitors
        self.offset = offset
        self.total = total
    }
}
