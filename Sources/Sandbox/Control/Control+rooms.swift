import FoundationEssentials
import HTTPTypes

/// What happens to rooms behind the clients' back.
extension Control {
    /// `GET /sandbox/state`: the visitor of every room.
    func showState() -> JSON {
        let (owners, dropped) = state.access { ($0.workspace.owners, $0.log.dropped) }
        let rooms = owners.sorted { $0.key < $1.key }.map { JSON.Member(key: $0.key, value: .text($0.value)) }
        return ["rooms": .object(rooms), "requestsDropped": .integer(dropped)]
    }

    /// `GET /sandbox/rooms/RID`: the room with what a move does not touch (TheMove, "What a move leaves behind").
    func showRoom(_ id: String) throws(ControlError) -> JSON {
        guard let room = state.access({ $0.workspace.rooms[id] }) else { throw .noRoom(id) }
        return .object([JSON.Member(key: "room", value: room.json)] + room.surroundings.members)
    }

    /// `DELETE /sandbox/rooms/RID`.
    func deleteRoom(_ id: String) throws(ControlError) -> JSON {
        guard state.access({ $0.workspace.deleteRoom(id) }) else { throw .noRoom(id) }
        return ["success": true]
    }

    /// `POST /sandbox/move` `{"rid","visitorId"}`: somebody else moves a room, to any visitor, known or not.
    func moveRoom(_ body: JSON) throws(ControlError) -> JSON {
        let rid = try body.requiredText("rid")
        let visitorID = try body.requiredText("visitorId")
        let now = time.now()
        try state.access { (contents) throws(ControlError) in
            guard let room = contents.workspace.rooms[rid] else { throw .noRoom(rid) }
            guard room.type == .livechat, room.visitor != nil else {
                throw ControlError(message: "room \(rid) has no visitor that could be changed")
            }
            let visitor = contents.workspace.visitors[visitorID] ?? Visitor(Seed.Visitor(id: visitorID), made: now)
            contents.workspace.move(room: rid, to: visitor, by: nil, at: now)
        }
        return ["success": true]
    }

    /// `POST /sandbox/rooms`: adds a room in the shape of the seed file, or replaces the one with its id.
    func addRoom(_ body: JSON) throws -> JSON {
        let room = try Seed.decode(Seed.Room.self, from: Data(body.bytes))
        try room.validate(at: "the room")
        state.access { $0.workspace.add(room) }
        return ["success": true]
    }

    /// `PUT /sandbox/rooms` `{"rid","open"}`: closes or opens a room.
    func setRoomOpen(_ body: JSON) throws(ControlError) -> JSON {
        let rid = try body.requiredText("rid")
        guard let isOpen = body["open"]?.bool else { throw ControlError(message: "open must be true or false") }
        let now = time.now()
        guard state.access({ $0.workspace.setOpen(isOpen, room: rid, at: now) }) else { throw .noRoom(rid) }
        return ["success": true]
    }
}

extension Control.ControlError {
    fileprivate static func noRoom(_ id: String) -> Control.ControlError {
        Control.ControlError(status: .notFound, message: "there is no room \(id)")
    }
}

extension JSON {
    /// The text of a key that must be there.
    func requiredText(_ key: String) throws(Control.ControlError) -> String {
        guard let text = self[key]?.string, !text.isEmpty else {
            throw Control.ControlError(message: "\(key) is missing")
        }
        return text
    }
}
