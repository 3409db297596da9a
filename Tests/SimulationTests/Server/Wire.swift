import Model
import RocketChat

/// What a job asks, and is answered, without bytes and connections.
struct Wire: RoomMover, JobReader {
    let world: World

    func room(_ id: RoomID) async -> Reply<Room> {
        await world.ask(.roomsInfo, .look(room: id.rawValue)) { state, _ in state.look(id.rawValue) }
    }

    func move(_ room: RoomID, from oldVisitor: VisitorID, to newVisitor: VisitorID) async -> Reply<Room> {
        let (room, old, new) = (room.rawValue, oldVisitor.rawValue, newVisitor.rawValue)
        return await world.ask(.roomVisitor, .move(room: room, old: old, new: new)) { state, stage in
            state.move(room, old, new, stage)
        }
    }

    func history(of visitor: VisitorID, anchor: RoomID, offset: Int, count: Int) async -> Reply<RoomPage> {
        await world.ask(.chatHistory, .history(visitor.rawValue)) { state, _ in
            state.history(visitor.rawValue, anchor.rawValue, offset, count)
        }
    }

    func rooms(offset: Int, count: Int) async -> Reply<RoomPage> {
        await world.ask(.livechatRooms, .other) { state, _ in state.list(offset, count) }
    }

    func visitor(_ id: VisitorID) async -> Reply<VisitorRecord> {
        await world.ask(.visitorsInfo, .visitor(id.rawValue)) { state, _ in state.visitor(id.rawValue) }
    }

    func serverInfo() async -> Reply<ServerVersion> {
        await world.ask(.info, .other) { _, _ in
            ServerVersion(parsing: "6.9.3").map { .success($0) } ?? .unknown(.unreadableReply, "no version")
        }
    }

    func me() async -> Reply<Caller> {
        await world.ask(.me, .other) { _, _ in .success(Caller(id: "mgr", username: "mgr", roles: ["livechat-manager"]))
        }
    }
}
