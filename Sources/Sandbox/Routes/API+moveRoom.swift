/// `PUT livechat/room.visitor`, from step 6 on (TheMove, "Order of checks").
extension API {
    /// Compares, then writes.
    ///
    /// As on the server nothing holds the two together: another move can come between.
    func moveRoom(_ call: Call) async throws -> JSON {
        let rid = call.bodyText("rid")
        let (newVisitor, room, pause) = try compare(call, rid)
        try await time.pause(pause)
        let moved = try write(call, room, newVisitor)
        return ["room": moved.json, "success": true]
    }

    /// Steps 6 to 8: the new visitor, the room, and whether it belongs to the old visitor.
    private func compare(_ call: Call, _ rid: String) throws(APIError) -> (Visitor, Room, Duration) {
        let oldVisitorID = call.bodyText("oldVisitorId")
        let newVisitorID = call.bodyText("newVisitorId")
        return try state.access { (contents) throws(APIError) in
            guard let visitor = contents.workspace.visitor(newVisitorID, in: call.profile) else {
                throw .plain("visitor-not-found")
            }
            guard let room = contents.workspace.rooms[rid] else { throw .plain("invalid-room") }
            guard let current = room.visitor, ExactText(current.id) == ExactText(oldVisitorID) else {
                throw .plain("invalid-room-visitor")
            }
            return (visitor, room, contents.pauseBeforeWrite)
        }
    }

    /// Steps 9 to 13: the caller once more, his access, the write, and the room read back.
    private func write(_ call: Call, _ room: Room, _ visitor: Visitor) throws(APIError) -> Room {
        let caller = try call.caller
        let now = time.now()
        return try state.access { (contents) throws(APIError) in
            guard let user = contents.users.user(id: caller.userID) else { throw .plain("error-user-not-found") }
            var room = room
            if call.profile == .v6_4 {
                guard user.permissions.contains(.changeRoomVisitor) else { throw .plain("error-not-authorized") }
                guard let again = contents.workspace.rooms[room.id] else { throw .coded("invalid-room") }
                room = again
            }
            guard access.allows(user, into: room) else { throw .plain("error-not-allowed") }
            contents.workspace.move(room: room.id, to: visitor, by: user.userID, at: now)
            guard let written = contents.workspace.rooms[room.id] else { throw .empty }
            return written
        }
    }
}

extension Workspace {
    /// A visitor that the release finds: since 6.5 not one that is disabled.
    func visitor(_ id: String, in profile: Profile) -> Visitor? {
        guard let visitor = visitors[id], !(visitor.isDisabled && profile.hidesDisabledVisitors) else { return nil }
        return visitor
    }
}
