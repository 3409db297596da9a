package import Journal
package import Model
package import RocketChat
import ServiceLifecycle

/// Finds the rooms of visitor lines and plans their moves (TheRun, "Finding rooms"; TheReads, "Paging").
///
/// The rooms of a visitor are in the journal as soon as its history is complete, those of a page of the list as soon as
/// it is read: they may be moved from then on, and a kill costs at most what was in flight. A history is read before any
/// of its rooms is moved, because its pages would shift; the order of the list does not depend on visitors.
package struct Discoverer<API: RoomFinder>: Sendable {
    /// How the rooms are found, decided by counting calls.
    enum Way: Sendable {
        /// One history for each visitor, read through a room that the caller can see.
        ///
        /// `refusal` is what ends the run if none of them can be.
        case histories(Anchors, refusal: Stop?)
        /// The list of all rooms.
        case sweep
    }

    /// How many rooms of the mapping are tried as anchors: each costs a call that may be refused.
    private static var mostNamed: Int { 100 }

    let api: API
    let desk: ReadContext

    /// What a number of found rooms will cost, of which some were seen closed.
    private let costOfRooms: @Sendable (_ rooms: Int, _ closed: Int) -> CallEstimate

    package init(
        api: API, desk: ReadContext,
        costOfRooms: @escaping @Sendable (Int, Int) -> CallEstimate = { _, _ in CallEstimate() }
    ) {
        self.api = api
        self.desk = desk
        self.costOfRooms = costOfRooms
    }

    /// Finds everything that is not found yet.
    ///
    /// `announce` is told the way that was chosen, and why, before it is gone; `hasPlanned` is called whenever the journal
    /// has more to move.
    ///
    /// - Returns: whether it came to its end; `false` if the run was asked to stop.
    /// - Throws: `Stop` when the server refuses or cannot be reached, `JournalError`.
    package func discover(
        announce: (String) -> Void, hasPlanned: @escaping @Sendable () -> Void = {}
    ) async throws -> Bool {
        let visitors = try desk.journal.undiscovered()
        guard visitors > 0 else { return true }
        defer { desk.board.endReading() }
        guard let way = try await way(visitors: visitors, announce: announce) else { return false }
        let isFound: Bool
        switch way {
        case .sweep: isFound = try await sweep(hasPlanned)
        case .histories(let anchors, let refusal):
            isFound = try await histories(visitors, anchors: anchors, hasPlanned)
            if isFound, anchors.isExhausted, let refusal { throw refusal }
        }
        if isFound {
            let (rooms, closed) = try desk.journal.foundRooms()
            try await desk.expect(costOfRooms(rooms, closed), of: "rooms that were found")
        }
        return isFound
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
            // Without view-livechat-rooms only histories can be read, through a room that the caller can see.
            let named = try desk.journal.namedRooms(limit: Self.mostNamed)
            let refusal = Stop(
                .permissionMissing,
                "the caller may not list rooms (view-livechat-rooms), and the mapping names no room through which "
                    + "the histories of its visitors could be read. Give the caller view-livechat-rooms and run the same "
                    + "command again; or make another mapping of this one, add one room line with a room that the caller "
                    + "can see, and run that with a journal of its own")
            try await desk.expect(.finding(ofVisitors: visitors, inRooms: nil), of: "finding rooms")
            return .histories(Anchors([Anchors.general] + named), refusal: named.isEmpty ? refusal : nil)
        }
        try await desk.expect(.finding(ofVisitors: visitors, inRooms: first.total), of: "finding rooms")
        let pages = OverlappingPages.calls(forEntries: first.total)
        if try first.total == 0 || pages < visitors || desk.journal.sweepPosition() != nil {
            let calls = pages == 1 ? "1 call" : "\(pages) calls"
            announce(
                "Finding the rooms of \(visitors) old visitors in the list of all \(first.total) rooms: \(calls) "
                    + "instead of at least \(visitors).")
            return .sweep
        }
        announce(
            visitors == 1
                ? "Finding the rooms of 1 old visitor in its history."
                : "Finding the rooms of \(visitors) old visitors in their histories: at least \(visitors) calls.")
        let named = try desk.journal.namedRooms(limit: Self.mostNamed)
        return .histories(Anchors(first.rooms.map(\.id) + [Anchors.general] + named), refusal: nil)
    }

    // MARK: - One history for each visitor

    enum Found: Sendable {
        case rooms([Room])
        case refused(ReasonCode, String)
        case interrupted
    }

    private func histories(
        _ visitors: Int, anchors: Anchors, _ hasPlanned: @escaping @Sendable () -> Void
    ) async throws -> Bool {
        try await withThrowingTaskGroup(of: (VisitorMove, Found).self) { group in
            var last = 0
            var waiting: [VisitorMove] = []
            var inFlight = 0
            var done = 0
            // One alone finds out which anchor is granted, or each would be refused as often as requests are in flight.
            var limit = 1
            var isInterrupted = false
            while true {
                isInterrupted = isInterrupted || Task.isShuttingDownGracefully
                if waiting.isEmpty, !isInterrupted {
                    waiting = try await desk.journal.undiscovered(after: last, limit: 1000)
                    last = waiting.last?.line ?? last
                    waiting.reverse()
                }
                while inFlight < limit, !isInterrupted, let move = waiting.popLast() {
                    inFlight += 1
                    group.addTask { (move, try await rooms(of: move.oldVisitor, anchors: anchors)) }
                }
                guard let (move, found) = try await group.next() else { break }
                inFlight -= 1
                limit = desk.concurrency
                switch found {
                case .rooms(let rooms):
                    let closed = rooms.filter { !$0.isOpen }.map(\.id)
                    try await desk.journal.plan(
                        rooms.map(\.id), closed: Set(closed), of: move, at: desk.now())
                    hasPlanned()
                case .refused(let reason, let detail): try await desk.setAside(move, because: reason, detail)
                case .interrupted:
                    isInterrupted = true
                    continue
                }
                done += 1
                desk.board.read("the histories of old visitors", done: done, of: visitors)
            }
            return !isInterrupted
        }
    }

    /// All rooms of one visitor, oldest first.
    func rooms(of visitor: VisitorID, anchors: Anchors) async throws -> Found {
        // Without any room on the server there is no anchor, and nothing to find.
        guard !anchors.isEmpty else { return .rooms([]) }
        var pages = OverlappingPages()
        var rooms: [Room] = []
        var known: Set<RoomID> = []
        let reading = HistoryReading(api: api, asker: desk.asker, anchors: anchors)
        while true {
            switch try await reading.page(of: visitor, offset: pages.offset, count: OverlappingPages.pageSize) {
            case nil: return .interrupted
            case .refused(let reason, let detail)?: return .refused(reason, detail)
            case .answered(let page)?:
                let news = page.news(known)
                switch pages.judge(page, news: news, knownBefore: known.count) {
                case .stepBack: continue
                case .goesInCircles:
                    return .refused(
                        .discoveryIncomplete, "the server sends the same rooms again, whatever page it is asked for")
                case .take: break
                case .takeLast: return .rooms(rooms + news)
                }
                known.formUnion(news.map(\.id))
                rooms += news
            }
        }
    }

    // MARK: - The list of all rooms

    private func sweep(_ hasPlanned: @escaping @Sendable () -> Void) async throws -> Bool {
        let position = try desk.journal.sweepPosition()
        var known = position?.known ?? 0
        let isRead = try await RoomList(api: api, asker: desk.asker).read(
            from: position?.nextOffset ?? 0, known: known
        ) {
            try await desk.journal.unlisted($0)
        } take: { news, nextOffset, total in
            known += news.count
            if try await desk.journal.list(news.map(ListedRoom.init), nextOffset: nextOffset, total: total) {
                hasPlanned()
            }
            desk.board.read("the list of all rooms", done: known, of: max(total, known))
        }
        guard isRead else { return false }
        try await desk.journal.planListed(at: desk.now())
        return true
    }

    /// Finds everything that is not found yet in a list that was read already.
    package func discover(in listed: ListedRooms) async throws {
        guard try desk.journal.undiscovered() > 0 else { return }
        var last = 0
        while true {
            let moves = try await desk.journal.undiscovered(after: last, limit: 1000)
            guard let end = moves.last else { return }
            last = end.line
            for move in moves {
                try await desk.journal.plan(listed.rooms(of: move.oldVisitor), of: move, at: desk.now())
            }
        }
    }
}

extension RoomPage {
    /// Its rooms that are not known yet, each once: a server may even repeat one within a page.
    package func news(_ isUnknown: (RoomID) -> Bool) -> [Room] {
        var seen: Set<RoomID> = []
        return rooms.filter { isUnknown($0.id) && seen.insert($0.id).inserted }
    }

    fileprivate func news(_ known: Set<RoomID>) -> [Room] {
        news { !known.contains($0) }
    }
}

extension OverlappingPages {
    /// Judges a page of rooms of which `news` were not read before.
    package mutating func judge(_ page: RoomPage, news: [Room], knownBefore: Int) -> Verdict {
        let isFirstKnown = page.rooms.first.map { first in !news.contains { $0.id == first.id } } ?? false
        return judge(
            count: page.rooms.count, total: page.total, isFirstKnown: isFirstKnown, news: news.count,
            knownBefore: knownBefore)
    }
}
