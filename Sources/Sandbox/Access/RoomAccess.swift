/// Who may see and move a room (TheMove, "Room access").
struct RoomAccess: Sendable {
    /// Routing shows waiting rooms to agents before they are assigned.
    let allowsQueuePreview: Bool

    /// Whether any of the server's rules lets the user in.
    func allows(_ user: SandboxUser, into room: Room) -> Bool {
        // Channels are public here: anybody who is logged in gets in.
        guard room.type != .channel else { return true }
        let permissions = user.permissions
        return permissions.contains(.viewLivechatRooms)
            || room.servedBy?.userID == user.userID
            || room.isOpen && allowsQueuePreview && isQueued(room, for: user)
            || !room.isOpen && permissions.contains(.viewClosedByAnother)
            || !room.isOpen && permissions.contains(.viewClosedSameDepartment) && serves(user, departmentOf: room)
    }

    private func isQueued(_ room: Room, for user: SandboxUser) -> Bool {
        guard room.servedBy == nil, user.permissions.contains(.viewLivechatRoom) else { return false }
        return room.departmentID == nil || serves(user, departmentOf: room)
    }

    private func serves(_ user: SandboxUser, departmentOf room: Room) -> Bool {
        room.departmentID.map(user.departments.contains) ?? false
    }
}
