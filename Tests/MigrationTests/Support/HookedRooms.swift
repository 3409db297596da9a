import Model
import RocketChat
import TestSupport

/// Rooms whose requests a test may hold up on their way in and on their way back.
struct HookedRooms: RoomMover {
    enum Request: Sendable, Hashable {
        case look(RoomID)
        case move(RoomID)

        static func look(_ room: String) -> Request { .look(RoomID(room)) }

        static func move(_ room: String) -> Request { .move(RoomID(room)) }
    }

    let rooms: ScriptedRooms
    var onTheWayIn: @Sendable (Request) async -> Void = { _ in }
    var onTheWayBack: @Sendable (Request) async -> Void = { _ in }

    func room(_ id: RoomID) async -> Reply<Room> {
        await onTheWayIn(.look(id))
        let reply = await rooms.room(id)
        await onTheWayBack(.look(id))
        return reply
    }

    func move(_ room: RoomID, from oldVisitor: VisitorID, to newVisitor: VisitorID) async -> Reply<Room> {
        await onTheWayIn(.move(room))
        let reply = await rooms.move(room, from: oldVisitor, to: newVisitor)
        await onTheWayBack(.move(room))
        return reply
    }
}
