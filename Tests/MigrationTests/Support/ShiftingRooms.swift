import Model
import RocketChat
import Synchronization

/// A server's rooms in memory, oldest first, which may change between two pages.
///
/// A class because the code under test and the test look at the same rooms; all of its state is behind one lock.
final class ShiftingRooms: RoomFinder {
    /// A request as it arrived.
    enum Call: Sendable, Equatable {
        case rooms(offset: Int)
        case history(VisitorID, anchor: RoomID, offset: Int)
    }

    struct State: Sendable {
        /// Rooms in the order of the list, with their visitors.
        var rooms: [(id: RoomID, visitor: VisitorID)]
        /// Anchors that the caller may read through; `nil` for every room there is.
        var anchors: Set<RoomID>?
        var mayList = true
        var calls: [Call] = []
        /// The answer to every history of a visitor, instead of an orderly one.
        var refusals: [VisitorID: ReplyOutcome<RoomPage>] = [:]
        /// The answer to the request with that number, instead of an orderly one.
        var twists: [Int: ReplyOutcome<RoomPage>] = [:]
    }

    private let state: Mutex<State>
    /// The most the server gives at once.
    private let cap: Int
    private let beforeCall: @Sendable (Int, inout State) -> Void

    /// `beforeCall` gets the number of the call, from 0, and the state to be changed.
    init(
        _ rooms: [(String, String)], cap: Int = 100,
        beforeCall: @escaping @Sendable (Int, inout State) -> Void = { _, _ in }
    ) {
        state = Mutex(State(rooms: rooms.map { (RoomID($0.0), VisitorID($0.1)) }))
        self.cap = cap
        self.beforeCall = beforeCall
    }

    func change(_ body: @Sendable (inout State) -> Void) { state.withLock { body(&$0) } }

    func refuse(_ visitor: VisitorID, with meaning: ReplyOutcome<RoomPage>) {
        state.withLock { $0.refusals[visitor] = meaning }
    }

    var calls: [Call] { state.withLock { $0.calls } }

    func rooms(offset: Int, count: Int) async -> Reply<RoomPage> {
        answer(.rooms(offset: offset)) { state in
            guard state.mayList else { return .stop(Stop(.permissionMissing, "view-livechat-rooms is missing")) }
            return .success(page(state.rooms, offset, count))
        }
    }

    func history(of visitor: VisitorID, anchor: RoomID, offset: Int, count: Int) async -> Reply<RoomPage> {
        answer(.history(visitor, anchor: anchor, offset: offset)) { state in
            if let refusal = state.refusals[visitor] { return refusal }
            if let anchors = state.anchors, !anchors.contains(anchor) { return .refused(.roomNotAllowed, "no access") }
            guard state.anchors != nil || state.rooms.contains(where: { $0.id == anchor }) else {
                return .refused(.roomNotFound, "no such room")
            }
            return .success(page(state.rooms.filter { $0.visitor == visitor }, offset, count))
        }
    }

    private func answer(_ call: Call, _ orderly: (State) -> ReplyOutcome<RoomPage>) -> Reply<RoomPage> {
        state.withLock { state in
            let number = state.calls.count
            beforeCall(number, &state)
            state.calls.append(call)
            return Reply(meaning: state.twists[number] ?? orderly(state), status: 200)
        }
    }

    private func page(_ rooms: [(id: RoomID, visitor: VisitorID)], _ offset: Int, _ count: Int) -> RoomPage {
        let rows = rooms.dropFirst(offset).prefix(min(count, cap))
        return RoomPage(rooms: rows.map { Room(id: $0.id, visitor: $0.visitor) }, offset: offset, total: rooms.count)
    }
}
