package import Journal
import Model
package import RocketChat

/// Reads the list of all rooms, oldest first, in pages that overlap (TheReads, "Paging").
struct RoomList<API: RoomFinder>: Sendable {
    let api: API
    let asker: RetryingClient

    /// Reads on from where an interrupted reading stands.
    ///
    /// `known` is how many rooms were read before, and `unknown` says of some rooms which of them no page before had. `take`
    /// is handed the new rooms of each page, with where the next one begins and how many rooms there are.
    ///
    /// - Returns: whether it came to its end; `false` if the job was asked to stop.
    /// - Throws: `Stop` when the server refuses or cannot be reached, what `unknown` and `take` throw.
    func read(
        from offset: Int = 0, known: Int = 0, unknown: ([RoomID]) async throws -> Set<RoomID>,
        take: (_ news: [Room], _ nextOffset: Int, _ total: Int) async throws -> Void
    ) async throws -> Bool {
        var pages = OverlappingPages(resumingAt: offset)
        var known = known
        while true {
            let offset = pages.offset
            let answer = try await asker.ask(.livechatRooms) {
                await api.rooms(offset: offset, count: OverlappingPages.pageSize)
            }
            guard let (page, _) = answer else { return false }
            let unread = try await unknown(page.rooms.map(\.id))
            let news = page.news { unread.contains($0) }
            let verdict = pages.judge(page, news: news, knownBefore: known)
            switch verdict {
            case .stepBack:
                continue
            case .goesInCircles:
                throw Stop(.notRocketChat, "the server sends the same rooms again, whatever page it is asked for")
            case .take, .takeLast:
                known += news.count
                try await take(news, pages.offset, page.total)
                if verdict == .takeLast { return true }
            }
        }
    }
}

/// Reads the list of all rooms for a job that only reads, where that costs fewer calls than asking for each room
/// (TheRun, "Reading").
package struct RoomSurvey<API: RoomFinder>: Sendable {
    package enum Result: Sendable {
        case listed
        /// To ask for each room is cheaper, or the caller may not list rooms.
        case oneByOne
        /// The job was asked to stop.
        case interrupted
    }

    private let api: API
    private let desk: ReadContext
    private let rooms: ListedRooms

    /// `rooms` keeps what is read, and where the reading stands.
    package init(api: API, desk: ReadContext, into rooms: ListedRooms) {
        self.api = api
        self.desk = desk
        self.rooms = rooms
    }

    /// Counts what each way costs, and reads the list if that is cheaper; goes the way that was chosen before, from where
    /// it was interrupted.
    ///
    /// - Parameters:
    ///   - singly: what it costs at the least to ask one by one.
    ///   - announce: receives both costs before the cheaper way is taken, and what is left of one that was.
    /// - Returns: whether the list was read.
    /// - Throws: `Stop`, `JournalError`.
    package func read(insteadOf singly: CallEstimate, announce: (RoomSurveyNotice) -> Void) async throws -> Result {
        switch try await rooms.standing() {
        case .oneByOne: return .oneByOne
        case .complete: return .listed
        case .begun(let offset, let known, let total):
            announce(.resumed(known: known, total: total))
            return try await readList(from: offset, known: known)
        case nil: break
        }
        guard singly.total > 1 else { return .oneByOne }
        try await desk.expect(CallEstimate([.livechatRooms: 1]), of: "choice of the way")
        let first: RoomPage
        do {
            guard let (page, _) = try await desk.asker.ask(.livechatRooms, { await api.rooms(offset: 0, count: 1) })
            else { return .interrupted }
            first = page
        } catch let stop as Stop where stop.reason == .permissionMissing {
            return .oneByOne
        }
        let choice = ReadingChoice(entries: first.total, list: .roomList(first.total), singly: singly)
        announce(.chosen(choice, desk.asker.pace(on: .livechatRooms)))
        guard choice.isListCheaper else {
            try await rooms.chooseOneByOne()
            return .oneByOne
        }
        try await desk.expect(choice.list, of: "reading")
        try await rooms.add([], nextOffset: 0, total: first.total, at: desk.now())
        return try await readList(from: 0, known: 0)
    }

    /// The same where a number of rooms is asked for one by one.
    package func read(insteadOf rooms: Int, announce: (RoomSurveyNotice) -> Void) async throws -> Result {
        try await read(insteadOf: CallEstimate([.roomsInfo: rooms]), announce: announce)
    }

    private func readList(from offset: Int, known: Int) async throws -> Result {
        defer { desk.board.endReading() }
        var known = known
        let isRead = try await RoomList(api: api, asker: desk.asker).read(from: offset, known: known) {
            try await rooms.unknown(of: $0)
        } take: { news, nextOffset, total in
            try await rooms.add(news.map(ListedRoom.init), nextOffset: nextOffset, total: total, at: desk.now())
            known += news.count
            desk.board.read("the list of all rooms", done: known, of: max(total, known))
        }
        guard isRead else { return .interrupted }
        try await rooms.complete(at: desk.now())
        return .listed
    }
}

/// What is worth saying before the list of all rooms is read, or not.
package enum RoomSurveyNotice: Sendable, Equatable {
    /// One way is cheaper than the other, at a pace.
    case chosen(ReadingChoice, CallPace)
    /// The reading was interrupted when `known` rooms of `total` had been read.
    case resumed(known: Int, total: Int)
}

extension ListedRoom {
    init(_ room: Room) {
        self.init(id: room.id, visitor: room.visitor, isOpen: room.isOpen, createdAt: room.createdAt)
    }
}
