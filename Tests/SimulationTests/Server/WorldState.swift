import Model
import RocketChat
import TestSupport

/// What is so in a world, and everything that ever happened in it.
struct WorldState: Sendable {
    struct PlacedRoom: Sendable, Equatable {
        var id: String
        /// `l`, `v` for legacy voice, `c` for a channel, which has no visitor.
        var type: String
        var visitor: String?
        var isOpen: Bool
        var isAccessible: Bool
        var updatedAt: Duration
        var createdAt: Duration
    }

    /// Something that happened to a room.
    struct Event: Sendable, Equatable {
        var at: Duration
        var room: String
        /// How the room is since then; `nil` if it is gone.
        var after: PlacedRoom?
        /// The request that wrote it; `nil` for other people.
        var request: Int?
        var isLate = false
    }

    struct Request: Sendable {
        var number: Int
        /// The command that sent it, as its place in the life.
        var act: Int
        var route: Endpoint
        var subject: Subject
        var sentAt: Duration
        var way: Duration
        var gap: Duration
        var back: Duration
        var fault: Life.Fault?
        var answer: String?
        var status: Int?
        var answeredAt: Duration?
        /// True if it wrote.
        var isApplied = false
    }

    private let seed: UInt64
    private var faults: [Int: Life.Fault]
    private var troubles: [Life.Trouble]
    private let limit: Life.Limit?
    private var windows: [Endpoint: (start: Duration, calls: Int)] = [:]
    /// Requests are as long on their way as the ones before, so that they arrive as far apart as they left.
    private let hasEvenWays: Bool
    private(set) var isAtRest = false
    /// The command that works at present; `nil` if it was killed.
    var act: Int?

    /// In the order in which they were made.
    private(set) var rooms: [PlacedRoom]
    private(set) var visitors: Set<String>
    let roomsAtFirst: [PlacedRoom]
    private(set) var events: [Event] = []
    private(set) var requests: [Request] = []
    /// Visitors that were removed, rooms that were made, and so on: whether other people did anything at all.
    private(set) var meddlings = 0
    private(set) var removedVisitors: Set<String> = []
    /// A trouble of each kind was met.
    private(set) var hasRefused = false

    init(_ life: Life) {
        seed = life.seed
        faults = Dictionary(life.faults.map { ($0.request, $0) }, uniquingKeysWith: { first, _ in first })
        troubles = life.troubles
        limit = life.limit
        hasEvenWays = life.rate.isFixed
        rooms = life.rooms.enumerated().map { index, room in
            PlacedRoom(
                id: room.id, type: room.type, visitor: room.type == "c" ? nil : room.visitor, isOpen: room.isOpen,
                isAccessible: room.isAccessible, updatedAt: .zero, createdAt: .milliseconds(index))
        }
        roomsAtFirst = rooms
        visitors = Set(life.visitors)
    }

    /// Every request of commands in order, as the same life must bring it forth again.
    var trace: [String] {
        requests.map { "\($0.act) \($0.sentAt) \($0.route.rawValue) \($0.subject) \($0.answer ?? "-") \($0.isApplied)" }
            + events.map { "\($0.at) \($0.room) \($0.after?.visitor ?? "-") \($0.request ?? -1)" }
    }

    // MARK: - Other people

    mutating func meddle(_ meddling: Life.Meddling, at instant: Duration) {
        guard !isAtRest else { return }
        meddlings += 1
        switch meddling.what {
        case .move(let room, let visitor): change(room, at: instant) { $0.visitor = $0.type == "c" ? nil : visitor }
        case .open(let room): change(room, at: instant) { $0.isOpen = true }
        case .close(let room): change(room, at: instant) { $0.isOpen = false }
        case .lock(let room): change(room, at: instant) { $0.isAccessible = false }
        case .delete(let room):
            guard rooms.contains(where: { $0.id == room }) else { return }
            rooms.removeAll { $0.id == room }
            events.append(Event(at: instant, room: room, after: nil))
        case .create(let room, let visitor):
            guard !rooms.contains(where: { $0.id == room }) else { return }
            let made = PlacedRoom(
                id: room, type: "l", visitor: visitor, isOpen: false, isAccessible: true, updatedAt: instant,
                createdAt: instant)
            rooms.append(made)
            events.append(Event(at: instant, room: room, after: made))
        case .remove(let visitor):
            removedVisitors.insert(visitor)
            visitors.remove(visitor)
        }
    }

    private mutating func change(
        _ room: String, at instant: Duration, by request: Int? = nil, isLate: Bool = false,
        _ body: (inout PlacedRoom) -> Void
    ) {
        guard let index = rooms.firstIndex(where: { $0.id == room }) else { return }
        body(&rooms[index])
        rooms[index].updatedAt = instant
        events.append(
            Event(at: instant, room: room, after: rooms[index], request: request, isLate: isLate))
    }

    mutating func rest() {
        isAtRest = true
        faults = [:]
        troubles = []
    }

    // MARK: - Requests

    /// - Returns: `nil` if the process that would send it was killed.
    mutating func send(_ route: Endpoint, _ subject: Subject, at instant: Duration) -> Request? {
        guard let act else { return nil }
        let number = requests.count + 1
        var generator = SeededGenerator(seed: seed &* 1_000_003 &+ UInt64(number))
        let way = hasEvenWays ? 5 : Int.random(in: 1...40, using: &generator)
        let request = Request(
            number: number, act: act, route: route, subject: subject, sentAt: instant, way: .milliseconds(way),
            gap: .milliseconds(Int.random(in: 0...30, using: &generator)),
            back: .milliseconds(Int.random(in: 1...40, using: &generator)), fault: faults[number])
        requests.append(request)
        return request
    }

    mutating func answered(_ number: Int, _ answer: String, _ status: Int?, at instant: Duration) {
        requests[number - 1].answer = answer
        requests[number - 1].status = status
        requests[number - 1].answeredAt = instant
    }

    enum Refusal: Sendable {
        case away
        case stopped(Stop, status: Int)
        case tooMany(Duration)
    }

    /// What stands before every route, in the server's order: a gateway, the credentials, the limiter, the permission.
    mutating func enter(_ request: Request, at instant: Duration) -> (refusal: Refusal?, window: RateWindow?) {
        let kinds = troubles.filter { (Duration.milliseconds($0.from)..<(.milliseconds($0.to))).contains(instant) }
            .map(\.kind)
        if kinds.contains(.outage) { return (.away, nil) }
        if kinds.contains(.credentials), request.route != .info {
            hasRefused = true
            return (.stopped(Stop(.credentialsRejected, "credentials"), status: 401), nil)
        }
        let (isOver, wait, window) = count(request.route, at: instant)
        if isOver { return (.tooMany(wait), window) }
        if kinds.contains(.permission), request.route != .info, request.route != .me {
            hasRefused = true
            return (.stopped(Stop(.permissionMissing, "permission"), status: 403), window)
        }
        return (nil, window)
    }

    /// The fixed window of a route (TheServer, "Rate limits").
    private mutating func count(_ route: Endpoint, at instant: Duration) -> (Bool, Duration, RateWindow?) {
        guard let limit, route != .info else { return (false, .zero, nil) }
        let length = Duration.milliseconds(limit.milliseconds)
        var window = windows[route] ?? (instant, 0)
        if instant - window.start > length { window = (instant, 0) }
        window.calls += 1
        windows[route] = window
        let end = window.start + length
        let headers = RateWindow(
            limit: limit.calls, remaining: max(limit.calls - window.calls, 0), reset: World.timestamp(end))
        return (window.calls > limit.calls, .seconds((end - instant).components.seconds + 1), headers)
    }

    mutating func write(_ request: Request, at instant: Duration, isLate: Bool) {
        guard case .move(let room, _, let new) = request.subject,
            rooms.contains(where: { $0.id == room && $0.type == "l" })
        else { return }
        requests[request.number - 1].isApplied = true
        change(room, at: instant, by: request.number, isLate: isLate) { $0.visitor = new }
    }

    // MARK: - Routes

    func room(_ id: String) -> PlacedRoom? { rooms.first { $0.id == id } }

    func look(_ id: String) -> ReplyOutcome<Room> {
        guard let room = room(id) else { return .refused(.roomNotFound, "error-room-not-found") }
        guard room.isAccessible else { return .refused(.roomNotAllowed, "not-allowed") }
        return .success(room.shown)
    }

    /// The checks in their order (TheMove, "Order of checks"), or what is read back afterwards.
    func move(_ id: String, _ old: String, _ new: String, _ stage: World.Progress) -> ReplyOutcome<Room> {
        switch stage {
        case .asked:
            guard visitors.contains(new) else { return .refused(.newVisitorNotFound, "visitor-not-found") }
            guard let room = room(id) else { return .refused(.roomNotFound, "invalid-room") }
            guard room.visitor == old else { return .notOwner }
            guard room.isAccessible else { return .refused(.roomNotAllowed, "error-not-allowed") }
            return .success(room.shown)
        case .written:
            guard let room = room(id) else { return .unknown(.emptyRefusal, "no room any more") }
            guard room.visitor != new else { return .success(room.shown) }
            return room.type == "l"
                ? .unknown(.unreadableReply, "another visitor than asked for") : .refused(.unsupportedRoom, room.type)
        }
    }

    func list(_ offset: Int, _ count: Int) -> ReplyOutcome<RoomPage> {
        .success(page(rooms.filter { $0.type == "l" }, offset, count))
    }

    func history(_ visitor: String, _ anchor: String, _ offset: Int, _ count: Int) -> ReplyOutcome<RoomPage> {
        // The channel that every workspace begins with is never in the way.
        if anchor != "GENERAL" {
            guard let room = room(anchor) else { return .refused(.roomNotFound, "invalid-room") }
            guard room.isAccessible else { return .refused(.roomNotAllowed, "error-not-allowed") }
        }
        return .success(page(rooms.filter { $0.type == "l" && $0.visitor == visitor }, offset, count))
    }

    func visitor(_ id: String) -> ReplyOutcome<VisitorRecord> {
        guard visitors.contains(id) else { return .refused(.newVisitorNotFound, "visitor-not-found") }
        return .success(VisitorRecord(id: VisitorID(id), username: "guest-\(id)", token: VisitorToken("token-\(id)")))
    }

    private func page(_ rooms: [PlacedRoom], _ offset: Int, _ count: Int) -> RoomPage {
        RoomPage(
            rooms: rooms.dropFirst(offset).prefix(min(count, 100)).map(\.shown), offset: offset, total: rooms.count)
    }
}

extension WorldState.PlacedRoom {
    fileprivate var shown: Room {
        Room(
            id: RoomID(id), visitor: visitor.map { VisitorID($0) }, isOpen: isOpen, type: type,
            updatedAt: World.timestamp(updatedAt), createdAt: World.timestamp(createdAt))
    }
}
