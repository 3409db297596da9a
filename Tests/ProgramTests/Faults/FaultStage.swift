import Migration
import Sandbox

/// Where in a job a fault strikes.
enum FaultStage: String, CaseIterable, Sendable {
    case version, caller, probe
    case roomList, sweep, history
    case look, move, settle

    /// The route that the fault is put on.
    var route: String {
        switch self {
        case .version: "/api/info"
        case .caller: "me"
        case .probe, .move: "livechat/room.visitor"
        case .roomList, .sweep: "livechat/rooms"
        case .history: "livechat/visitors.chatHistory/room/:roomId/visitor/:visitorId"
        case .look, .settle: "rooms.info"
        }
    }

    /// What the route answers in a run before this stage: the probe, and the call that counts all rooms.
    var spared: Int {
        switch self {
        case .move, .sweep: 1
        default: 0
        }
    }

    /// Without a look before each move, what is read of a room is read to settle its move.
    var openRooms: OpenRoomPolicy { self == .look ? .defer : .move }

    /// Requests of this stage are made side by side; before it one follows the other, whatever is allowed.
    var isConcurrent: Bool {
        switch self {
        case .version, .caller, .probe, .roomList, .sweep: false
        case .history, .look, .move, .settle: true
        }
    }

    /// What has to go wrong before, so that this stage is reached.
    var provocation: [Fault] {
        get throws {
            guard self == .settle else { return [] }
            return [try Fault(.gatewayTimeoutAfterWrite, route: Self.move.route, after: 1, count: 4)]
        }
    }

    /// Rooms that nobody asked to move; where there are many, histories cost less than the list of all rooms.
    var bystanders: Int {
        switch self {
        case .history: 220
        case .sweep: 120
        default: 3
        }
    }

    /// Four rooms, each with its old visitor; where there are visitor lines, there are several visitors to find.
    var rooms: [String: String] {
        Dictionary(uniqueKeysWithValues: (0..<4).map { ("room\($0)", hasVisitorLines ? "old\($0 % 3)" : "old0") })
    }

    var mapping: String {
        hasVisitorLines
            ? "old,new\n" + Set(rooms.values).sorted().map { "\($0),new\n" }.joined()
            : "room,old,new\n" + rooms.sorted { $0.key < $1.key }.map { "\($0.key),\($0.value),new\n" }.joined()
    }

    private var hasVisitorLines: Bool { [.roomList, .sweep, .history].contains(self) }
}
