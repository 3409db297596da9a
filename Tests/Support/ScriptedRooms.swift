package import Model
package import RocketChat
import Synchronization

/// A small honest server in memory: rooms with owners, and answers that a test may put in their place.
///
/// A class because the code under test and the test look at the same rooms; all of its state is behind one lock.
package final class ScriptedRooms: RoomMover {
    /// What a request meets instead of an orderly answer.
    package enum Twist: Sendable {
        /// Answered without being carried out.
        case answer(ReplyOutcome<Room>)
        /// Carried out, and the answer is this one.
        case carryOutThenAnswer(ReplyOutcome<Room>)
    }

    /// One request as it arrived.
    package struct Request: Sendable, Equatable {
        package enum Kind: Sendable { case look, move }

        package var kind: Kind
        package var room: RoomID
        package var from: VisitorID?
        package var to: VisitorID?
    }

    private struct State {
        var owners: [RoomID: VisitorID]
        var open: Set<RoomID> = []
        var moves: [RoomID: [Twist]] = [:]
        var looks: [RoomID: [Twist]] = [:]
        var requests: [Request] = []
        var inFlight: [RoomID: Int] = [:]
        var overlaps = 0
        var onRequest: (@Sendable (Request) -> Void)?
    }

    private let state: Mutex<State>

    package init(_ owners: [RoomID: VisitorID]) {
        state = Mutex(State(owners: owners))
    }

    package func open(_ room: RoomID) { state.withLock { _ = $0.open.insert(room) } }

    package func close(_ room: RoomID) { state.withLock { _ = $0.open.remove(room) } }

    /// The next PUTs for `room` meet these, one after the other.
    package func script(moves: Twist..., of room: RoomID) { state.withLock { $0.moves[room, default: []] += moves } }

    /// The next reads of `room` meet these, one after the other.
    package func script(looks: Twist..., of room: RoomID) { state.withLock { $0.looks[room, default: []] += looks } }

    /// Called for every request while it is being answered.
    package func onRequest(_ body: @escaping @Sendable (Request) -> Void) { state.withLock { $0.onRequest = body } }

    package func put(_ room: RoomID, with visitor: VisitorID?) { state.withLock { $0.owners[room] = visitor } }

    package var owners: [RoomID: VisitorID] { state.withLock { $0.owners } }

    package var requests: [Request] { state.withLock { $0.requests } }

    /// How often a request for a room arrived while another one for it was under way.
    package var overlaps: Int { state.withLock { $0.overlaps } }

    package func room(_ id: RoomID) async -> Reply<Room> {
        await request(Request(kind: .look, room: id)) { state in
            guard let visitor = state.owners[id] else { return .refused(.roomNotFound, "no such room") }
            return .success(Room(id: id, visitor: visitor, isOpen: state.open.contains(id)))
        }
    }

    package func move(_ room: RoomID, from oldVisitor: VisitorID, to newVisitor: VisitorID) async -> Reply<Room> {
        await request(Request(kind: .move, room: room, from: oldVisitor, to: newVisitor)) { state in
            guard let visitor = state.owners[room] else { return .refused(.roomNotFound, "invalid-room") }
            guard visitor == oldVisitor else { return .notOwner }
            state.owners[room] = newVisitor
            return .success(Room(id: room, visitor: newVisitor, isOpen: state.open.contains(room)))
        }
    }

    private func request(_ request: Request, _ carryOut: (inout State) -> ReplyOutcome<Room>) async -> Reply<Room> {
        let (twist, onRequest) = state.withLock { state -> (Twist?, (@Sendable (Request) -> Void)?) in
            state.requests.append(request)
            if state.inFlight[request.room, default: 0] > 0 { state.overlaps += 1 }
            state.inFlight[request.room, default: 0] += 1
            let twist =
                request.kind == .look ? state.looks.next(for: request.room) : state.moves.next(for: request.room)
            return (twist, state.onRequest)
        }
        onRequest?(request)
        await Task.yield()
        let meaning = state.withLock { state -> ReplyOutcome<Room> in
            state.inFlight[request.room, default: 1] -= 1
            switch twist {
            case nil: return carryOut(&state)
            case .answer(let meaning): return meaning
            case .carryOutThenAnswer(let meaning):
                _ = carryOut(&state)
                return meaning
            }
        }
        return Reply(meaning: meaning, status: meaning.status, duration: .milliseconds(1))
    }
}

extension [RoomID: [ScriptedRooms.Twist]] {
    fileprivate mutating func next(for room: RoomID) -> ScriptedRooms.Twist? {
        guard self[room]?.isEmpty == false else { return nil }
        return self[room]?.removeFirst()
    }
}

extension ReplyOutcome {
    /// The HTTP status such an answer usually has.
    fileprivate var status: Int? {
        switch self {
        case .success: 200
        case .refused, .notOwner: 400
        case .rateLimited: 429
        case .unknown: 504
        case .notSent: nil
        case .stop(let stop): stop.reason == .notRocketChat ? 200 : 401
        }
    }
}
