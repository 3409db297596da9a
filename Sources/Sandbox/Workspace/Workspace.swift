import FoundationEssentials

/// The visitors and rooms of the imitated server, and every write to them.
struct Workspace: Sendable {
    private(set) var visitors = SortedStore<Visitor> { !$0.isDisabled }
    private(set) var rooms = SortedStore<Room> { $0.type == .livechat }
    private(set) var moves: [MoveRecord] = []
    private var roomsByVisitor: [ExactText: Set<ExactText>] = [:]
    private var nextPlace = 0

    /// What is made up begins here, a minute apart, so that every start of the sandbox is the same.
    private static let firstDate = Date(timeIntervalSince1970: 1_704_096_000)

    /// Who can serve a room.
    private let users: [SandboxUser]

    init(_ seed: Seed, users: [SandboxUser]) {
        self.users = users
        for visitor in seed.visitors { add(visitor) }
        for room in seed.rooms { add(room) }
    }

    /// Adds a visitor, or replaces the one with the same id; rooms keep what they copied from him.
    mutating func add(_ seed: Seed.Visitor) {
        let place = visitors[seed.id]?.place ?? nextPlace
        nextPlace = max(nextPlace, place + 1)
        deleteVisitor(seed.id)
        visitors[seed.id] = Visitor(seed, made: Self.date(seed.ts, visitors.count), place: place)
    }

    /// The first visitor for whom a test holds, in the order of the database.
    func firstVisitor(where test: (Visitor) -> Bool) -> Visitor? {
        visitors.values.filter(test).min { $0.place < $1.place }
    }

    /// Deletes a visitor and leaves his rooms; false when there is none.
    @discardableResult
    mutating func deleteVisitor(_ id: String) -> Bool {
        guard visitors[id] != nil else { return false }
        visitors[id] = nil
        return true
    }

    /// Adds a room, or replaces the one with the same id.
    mutating func add(_ seed: Seed.Room) {
        deleteRoom(seed.id)
        let room = Room(
            seed, visitor: seed.visitorID.flatMap { visitors[$0] },
            servedBy: users.first { $0.username == seed.servedBy }, made: Self.date(seed.ts, rooms.count)
        )
        rooms[room.id] = room
        if let visitor = room.visitor { roomsByVisitor[ExactText(visitor.id), default: []].insert(ExactText(room.id)) }
    }

    /// Deletes a room; false when there is none.
    @discardableResult
    mutating func deleteRoom(_ id: String) -> Bool {
        guard let room = rooms[id] else { return false }
        rooms[id] = nil
        if let visitor = room.visitor { roomsByVisitor[ExactText(visitor.id)]?.remove(ExactText(id)) }
        return true
    }

    /// The server's write (step 11 of TheMove, "Order of checks"): gives a room of type `l` to a visitor, and does
    /// nothing to others.
    mutating func move(room id: String, to visitor: Visitor, by userID: String?, at date: Date) {
        guard let room = rooms[id], room.type == .livechat, let old = room.visitor else { return }
        _ = rooms.update(id) { $0.assign(visitor, at: date) }
        if ExactText(old.id) != ExactText(visitor.id) {
            roomsByVisitor[ExactText(old.id)]?.remove(ExactText(id))
            roomsByVisitor[ExactText(visitor.id), default: []].insert(ExactText(id))
        }
        moves.append(MoveRecord(at: date, rid: id, from: old.id, to: visitor.id, userID: userID))
    }

    /// Closes or opens a room; false when there is none.
    mutating func setOpen(_ isOpen: Bool, room id: String, at date: Date) -> Bool {
        rooms.update(id) { $0.setOpen(isOpen, at: date) } != nil
    }

    /// A page of all Omnichannel rooms, or of those a test lets through.
    mutating func rooms(_ page: Page, where test: ((Room) -> Bool)?) -> Page.Slice {
        rooms.slice(page, where: test, \.json)
    }

    /// A page of the Omnichannel rooms that belong to a visitor.
    func rooms(_ page: Page, of visitorID: String) -> Page.Slice {
        rooms.slice(page, of: roomsByVisitor[ExactText(visitorID), default: []].map(\.text), \.json)
    }

    /// A page of all enabled visitors, or of those a test lets through.
    mutating func visitors(_ page: Page, where test: ((Visitor) -> Bool)?) -> Page.Slice {
        visitors.slice(page, where: test, \.summary)
    }

    /// The visitor of every room; `nil` for rooms without one.
    var owners: [String: String?] {
        Dictionary(rooms.values.map { ($0.id, $0.visitor?.id) }) { _, later in later }
    }

    private static func date(_ text: String?, _ index: Int) -> Date {
        // A seed that was not read from a file may hold any text; serving checks it before it begins.
        text.flatMap { try? Date(iso8601: $0) } ?? firstDate.advanced(by: .seconds(60 * index))
    }
}
