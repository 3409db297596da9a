import FoundationEssentials

/// The visitors and rooms of the imitated server, and every write to them.
struct Workspace: Sendable {
    private(set) var visitors = SortedStore<Visitor> { !$0.isDisabled }
    private(set) var rooms = SortedStore<Room> { $0.type == .livechat }
    private(set) var moves: [MoveRecord] = []
    private var roomsByVisitor: [ExactText: Set<ExactText>] = [:]
    private var visitorsByToken: [ExactText: Set<ExactText>] = [:]
    /// The definitions of custom fields, in their order.
    private(set) var customFields: [Seed.CustomField]
    private var nextPlace = 0

    /// What is made up begins here, a minute apart, so that every start of the sandbox is the same.
    private static let firstDate = Date(timeIntervalSince1970: 1_704_096_000)

    /// Who can serve a room.
    private let users: [SandboxUser]

    init(_ seed: Seed, users: [SandboxUser]) {
        self.users = users
        customFields = seed.customFields
        for visitor in seed.visitors { add(visitor) }
        for room in seed.rooms { add(room) }
    }

    /// Adds a visitor, or replaces the one with the same id; rooms keep what they copied from him.
    mutating func add(_ seed: Seed.Visitor) {
        let place = visitors[seed.id]?.place ?? nextPlace
        nextPlace = max(nextPlace, place + 1)
        deleteVisitor(seed.id)
        let visitor = Visitor(seed, made: Self.date(seed.ts, visitors.count), place: place)
        visitors[seed.id] = visitor
        visitorsByToken[ExactText(visitor.token), default: []].insert(ExactText(visitor.id))
    }

    /// Replaces the definitions of custom fields.
    mutating func define(_ fields: [Seed.CustomField]) {
        customFields = fields
    }

    /// Changes the record of a visitor; nothing if there is none.
    mutating func change(_ id: String, at date: Date, _ change: (inout Visitor) -> Void) {
        guard let before = visitors[id] else { return }
        let after = visitors.update(id) { visitor in
            change(&visitor)
            visitor.updatedAt = date.iso8601
            return visitor
        }
        guard let after, after.token != before.token else { return }
        visitorsByToken[ExactText(before.token)]?.remove(ExactText(id))
        visitorsByToken[ExactText(after.token), default: []].insert(ExactText(id))
    }

    /// The first visitor with a token, in the order of the database, whatever state he is in.
    func visitor(withToken token: String) -> Visitor? {
        visitorsByToken[ExactText(token), default: []].compactMap { visitors[$0.text] }.min { $0.place < $1.place }
    }

    /// The first visitor for whom a test holds, in the order of the database.
    func firstVisitor(where test: (Visitor) -> Bool) -> Visitor? {
        visitors.values.filter(test).min { $0.place < $1.place }
    }

    /// Gives all rooms of a visitor a name, open ones and closed ones (TheContacts, "What the server does").
    mutating func rename(roomsOf visitorID: String, _ name: String, at date: Date) {
        for id in roomsByVisitor[ExactText(visitorID), default: []] {
            _ = rooms.update(id.text) { $0.rename(name, at: date) }
        }
    }

    /// Adds a record for a person who was not known.
    mutating func addVisitor(_ seed: Seed.Visitor, at date: Date) -> Visitor {
        var seed = seed
        seed.ts = date.iso8601
        add(seed)
        return visitors[seed.id] ?? Visitor(seed, made: date)
    }

    /// Deletes a visitor and leaves his rooms; false when there is none.
    @discardableResult
    mutating func deleteVisitor(_ id: String) -> Bool {
        guard let visitor = visitors[id] else { return false }
        visitorsByToken[ExactText(visitor.token)]?.remove(ExactText(id))
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
