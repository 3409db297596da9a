import Journal
import Model
package import RocketChat
import ServiceLifecycle

/// Finds the rooms of visitor lines and plans their moves (spec 6, contract 8.1, 8.5 and 8.6).
///
/// All rooms are found before anything moves: moving while paging would shift the pages. Every visitor, and every page
/// of a sweep, is in the journal as soon as it is read, so a kill costs at most what was in flight.
package struct Discoverer<API: RoomFinding, C: Clock>: Sendable where C.Duration == Duration {
    /// How the rooms are found, decided by counting calls.
    enum Way: Sendable, Equatable {
        /// One history for each visitor, read through a room that the caller can see.
        case histories(anchors: [RoomID])
        /// The list of all rooms, in so many pages.
        case sweep(pages: Int)
    }

    /// The server gives no more rooms a page (contract 8.1).
    static var pageSize: Int { 100 }

    let api: API
    let desk: ReadingDesk<C>

    package init(api: API, desk: ReadingDesk<C>) {
        self.api = api
        self.desk = desk
    }

    /// Finds everything that is not found yet.
    ///
    /// `announce` is told the way that was chosen, and why, before it is gone.
    ///
    /// - Returns: whether it came to its end; `false` if the run was asked to stop.
    /// - Throws: `Stop` when the server refuses or cannot be reached, `JournalError`.
    package func discover(announce: (String) -> Void) async throws -> Bool {
        let visitors = try desk.journal.undiscovered()
        guard visitors > 0 else { return true }
        defer { desk.board.endReading() }
        guard let way = try await way(visitors: visitors, announce: announce) else { return false }
        switch way {
        case .sweep: return try await sweep()
        case .histories(let anchors): return try await histories(visitors, anchors: anchors)
        }
    }

    /// Counts what each way would cost and takes the cheaper; a sweep that was begun is finished.
    private func way(visitors: Int, announce: (String) -> Void) async throws -> Way? {
        let first: RoomPage
        do {
            guard let (page, _) = try await desk.asker.ask(.livechatRooms, { await api.rooms(offset: 0, count: 1) })
            else {
                return nil
            }
            first = page
        } catch let stop as Stop where stop.reason == .permissionMissing {
            // Without view-livechat-rooms only a history can be read, through a room that the mapping names.
            let anchors = try desk.journal.namedRooms(limit: 10)
            guard !anchors.isEmpty else {
                throw Stop(
                    .permissionMissing,
                    "the caller may not list rooms (view-livechat-rooms), and the mapping names no room through which "
                        + "the histories of its visitors could be read: add one room line with a room the caller can see"
                )
            }
            return .histories(anchors: anchors)
        }
        let pages = (first.total + Self.pageSize - 1) / Self.pageSize
        if try pages < visitors || desk.journal.sweepOffset() != nil {
            let calls = pages == 1 ? "1 call" : "\(pages) calls"
            announce(
                "Finding the rooms of \(visitors) old visitors in the list of all \(first.total) rooms: \(calls) "
                    + "instead of at least \(visitors).")
            return .sweep(pages: pages)
        }
        announce(
            visitors == 1
                ? "Finding the rooms of 1 old visitor in its history."
                : "Finding the rooms of \(visitors) old visitors in their histories: at least \(visitors) calls.")
        return .histories(anchors: first.rooms.map(\.id) + (try desk.journal.namedRooms(limit: 10)))
    }

    // MARK: - One history for each visitor

    enum Found: Sendable {
        case rooms([RoomID])
        case refused(ReasonCode)
        case interrupted
    }

    private func histories(_ visitors: Int, anchors: [RoomID]) async throws -> Bool {
        try await withThrowingTaskGroup(of: (VisitorMove, Found).self) { group in
            var last = 0
            var waiting: [VisitorMove] = []
            var inFlight = 0
            var done = 0
            while true {
                if waiting.isEmpty, !Task.isShuttingDownGracefully {
                    waiting = try await desk.journal.undiscovered(after: last, limit: 1000)
                    last = waiting.last?.line ?? last
                    waiting.reverse()
                }
                while inFlight < desk.concurrency, !Task.isShuttingDownGracefully, let move = waiting.popLast() {
                    inFlight += 1
                    group.addTask { (move, try await rooms(of: move.oldVisitor, anchors: anchors)) }
                }
                guard let (move, found) = try await group.next() else { break }
                inFlight -= 1
                switch found {
                case .rooms(let rooms): try await desk.journal.plan(rooms, of: move, at: desk.now())
                case .refused(let reason): try await desk.journal.noteUndiscovered(move, because: reason)
                case .interrupted: continue
                }
                done += 1
                desk.board.read("the histories of old visitors", done: done, of: visitors)
            }
            return !Task.isShuttingDownGracefully
        }
    }

    /// All rooms of one visitor, read again when the pages do not add up to the total.
    func rooms(of visitor: VisitorID, anchors: [RoomID]) async throws -> Found {
        var anchors = anchors[...]
        for _ in 0..<4 {
            guard let anchor = anchors.first else {
                // Without any room on the server there is no anchor, and nothing to find.
                return anchors.startIndex == 0 ? .rooms([]) : .refused(.discoveryRefused)
            }
            var collection = PageCollection()
            while !collection.isComplete {
                let offset = collection.offset
                let answer = try await desk.asker.askOrRefusal(.chatHistory) {
                    await api.history(of: visitor, anchor: anchor, offset: offset, count: Self.pageSize)
                }
                switch answer {
                case nil: return .interrupted
                case .refused?:
                    anchors = anchors.dropFirst()
                    collection = .failed
                case .answered(let page)?:
                    collection.add(page)
                }
            }
            if collection.addsUp { return .rooms(collection.rooms.map(\.id)) }
        }
        return .refused(anchors.isEmpty ? .discoveryRefused : .discoveryIncomplete)
    }

    // MARK: - The list of all rooms

    private func sweep() async throws -> Bool {
        for _ in 0..<3 {
            var collection = PageCollection(resumingAt: try desk.journal.sweepOffset() ?? 0)
            while !collection.isComplete {
                let offset = collection.offset
                let answer = try await desk.asker.ask(.livechatRooms) {
                    await api.rooms(offset: offset, count: Self.pageSize)
                }
                guard let (page, _) = answer else { return false }
                collection.add(page)
                let sighted = page.rooms.compactMap { room in
                    room.visitor.map { SightedRoom(id: room.id, visitor: $0, createdAt: room.createdAt) }
                }
                try await desk.journal.sight(sighted, nextOffset: collection.offset)
                desk.board.read("the list of all rooms", done: collection.offset, of: collection.total)
                collection.forgetRooms()
            }
            if collection.addsUp {
                try await desk.journal.planSightings(at: desk.now())
                return true
            }
            try await desk.journal.restartSweep()
        }
        throw Stop(
            .serverUnreachable,
            "the list of rooms changed each time it was read: run again when fewer rooms are deleted")
    }
}
