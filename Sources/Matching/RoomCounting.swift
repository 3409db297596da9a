package import Migration
import Model
package import RocketChat

/// Counts the rooms of visitors that belong to groups, for the choice of the one with most of them.
package struct RoomCounting<API: RoomFinder>: Sendable {
    let api: API
    let asker: RetryingClient
    let board: ProgressBoard

    package init(api: API, asker: RetryingClient, board: ProgressBoard) {
        self.api = api
        self.asker = asker
        self.board = board
    }

    /// Counts what is not counted yet, in the way that costs fewer calls; `announce` is told that way first.
    ///
    /// - Returns: whether it came to its end; `false` if it was asked to stop.
    /// - Throws: `Stop` when the server refuses or cannot be reached, `SuggestionError`.
    package func count(in file: VisitorStore, upTo largest: Int, announce: (String) -> Void) async throws -> Bool {
        let state = try file.roomCountState(upTo: largest)
        guard state.uncounted > 0 || state.offset != nil else { return true }
        guard let first = try await firstPage() else { return false }
        defer { board.endReading() }
        let pages = OverlappingPages.calls(forEntries: first.total)
        let visitors = state.uncounted == 1 ? "1 visitor" : "\(state.uncounted) visitors"
        if let anchor = first.rooms.first?.id, anchor.rawValue.staysInPath, pages >= state.uncounted,
            state.offset == nil
        {
            announce("--keep most-rooms: counting the rooms of \(visitors), one call each.")
            return try await countHistories(state.uncounted, through: anchor, in: file, upTo: largest)
        }
        announce(
            "--keep most-rooms: counting the rooms of \(visitors) in the list of all \(first.total) rooms, "
                + "\(pages == 1 ? "1 call" : "about \(pages) calls").")
        return try await sweep(into: file)
    }

    private func firstPage() async throws -> RoomPage? {
        do {
            return try await asker.ask(.livechatRooms) { await api.rooms(offset: 0, count: 1) }?.value
        } catch let stop as Stop where stop.reason == .permissionMissing {
            throw Stop(
                .permissionMissing,
                "the caller may not list rooms (view-livechat-rooms), which --keep most-rooms counts: keep another one")
        }
    }

    private func countHistories(
        _ total: Int, through anchor: RoomID, in file: VisitorStore, upTo largest: Int
    ) async throws -> Bool {
        var done = 0
        while let visitor = try file.firstUncounted(upTo: largest) {
            let answer = try await asker.ask(.chatHistory) {
                await api.history(of: visitor, anchor: anchor, offset: 0, count: 1)
            }
            guard let (page, _) = answer else { return false }
            try file.note(rooms: page.total, of: visitor)
            done += 1
            board.read("the rooms of visitors", done: done, of: total)
        }
        return true
    }

    private func sweep(into file: VisitorStore) async throws -> Bool {
        var pages = OverlappingPages(resumingAt: try file.roomOffset() ?? 0)
        var known = try file.listedRooms()
        while true {
            let offset = pages.offset
            let answer = try await asker.ask(.livechatRooms) {
                await api.rooms(offset: offset, count: OverlappingPages.pageSize)
            }
            guard let (page, _) = answer else { return false }
            let unknown = Set(try file.unlisted(page.rooms.map(\.id)))
            let news = page.news { unknown.contains($0) }
            let verdict = pages.judge(page, news: news, knownBefore: known)
            switch verdict {
            case .stepBack:
                continue
            case .goesInCircles:
                throw Stop(.notRocketChat, "the server sends the same rooms again, whatever page it is asked for")
            case .take, .takeLast:
                known += news.count
                try file.count(news, nextOffset: pages.offset)
                board.read("the list of all rooms", done: known, of: max(page.total, known))
                guard verdict == .take else {
                    try file.finishRoomCount()
                    return true
                }
            }
        }
    }
}
