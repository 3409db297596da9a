package import Model

/// Asks the server whose a room is.
///
/// An audit is handed nothing more: there is no method that writes.
package protocol RoomReader: Sendable {
    /// The room as the primary copy of the server's data has it (TheReads, "One room").
    func room(_ id: RoomID) async -> Reply<Room>
}

/// Finds the rooms there are.
package protocol RoomFinder: Sendable {
    /// One page of the rooms of a visitor, oldest first (TheReads, "Rooms of a visitor").
    ///
    /// `anchor` is any room that the caller may access; it need not be one of the visitor's.
    func history(of visitor: VisitorID, anchor: RoomID, offset: Int, count: Int) async -> Reply<RoomPage>

    /// One page of all Omnichannel rooms that the caller may see, oldest first (TheReads, "All rooms").
    func rooms(offset: Int, count: Int) async -> Reply<RoomPage>
}

/// Asks for one visitor.
package protocol VisitorReader: Sendable {
    /// One visitor; an unknown or disabled one is refused as `new-visitor-not-found` (TheReads, "One visitor").
    func visitor(_ id: VisitorID) async -> Reply<VisitorRecord>
}

/// Asks which server it is, and for whom it takes the caller.
package protocol ServerReader: Sendable {
    /// The version of the server (TheReads, "Version and health").
    func serverInfo() async -> Reply<ServerVersion>

    /// The user whose credentials are used (TheServer, "The caller").
    func me() async -> Reply<Caller>
}

/// Asks everything that a job asks; an audit and a verification are handed nothing more.
package typealias JobReader = RoomReader & RoomFinder & VisitorReader & ServerReader

/// Lists the visitors there are.
package protocol VisitorLister: Sendable {
    /// One page of all enabled visitors, at most 100 (TheReads, "All visitors").
    func visitors(in order: VisitorOrder, offset: Int, count: Int) async -> Reply<VisitorPage>
}

/// Moves rooms between visitors.
package protocol RoomMover: RoomReader {
    /// Sends one PUT (TheMove, "Request") and never repeats it.
    ///
    /// The server compares `oldVisitor` with the room's present visitor before it writes, but not atomically: moves of
    /// one room must not overlap (TheMove, "Repeats and races").
    func move(_ room: RoomID, from oldVisitor: VisitorID, to newVisitor: VisitorID) async -> Reply<Room>
}
