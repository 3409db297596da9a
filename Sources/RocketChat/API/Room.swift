package import Model

/// What this tool reads of a room document; the visitor's token in it is never decoded.
package struct Room: Sendable, Equatable {
    package var id: RoomID
    /// The visitor the room belongs to; `nil` for a room that is no Omnichannel conversation.
    package var visitor: VisitorID?
    /// The conversation is live: the document says `open: true`.
    package var isOpen: Bool
    /// `l` for Omnichannel, `v` for legacy voice, `c` for a channel; empty when the server does not say.
    package var type: String
    /// `_updatedAt`, by the server's clock.
    package var updatedAt: Timestamp?
    /// `ts`, by the server's clock.
    package var createdAt: Timestamp?

    package init(
        id: RoomID, visitor: VisitorID?, isOpen: Bool = false, type: String = "l", updatedAt: Timestamp? = nil,
        createdAt: Timestamp? = nil
    ) {
        self.id = id
        self.visitor = visitor
        self.isOpen = isOpen
        self.type = type
        self.updatedAt = updatedAt
        self.createdAt = createdAt
    }
}

/// One page of a list of rooms.
///
/// Pages are not a snapshot (TheReads, "Paging"): collect all of them before moving anything and compare with `total`.
package struct RoomPage: Sendable, Equatable {
    package var rooms: [Room]
    /// How many entries the server skipped.
    package var offset: Int
    /// How many entries there are on all pages together.
    package var total: Int

    package init(rooms: [Room], offset: Int, total: Int) {
        self.rooms = rooms
        self.offset = offset
        self.total = total
    }
}
