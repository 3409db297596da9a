package import Migration
import Model
package import RocketChat

/// Reads all enabled visitors of a server into a working file, page by page (TheReads, "Paging" and "All visitors").
///
/// Every page is in the file as soon as it is read, so a kill costs at most the one in flight.
package struct VisitorReading<API: VisitorLister>: Sendable {
    let api: API
    let asker: RetryingClient
    let board: ProgressBoard

    package init(api: API, asker: RetryingClient, board: ProgressBoard) {
        self.api = api
        self.asker = asker
        self.board = board
    }

    /// Reads what is not read yet; `announce` is told how much that is, and what is wrong with it.
    ///
    /// - Returns: whether it came to its end; `false` if it was asked to stop.
    /// - Throws: `Stop` when the server refuses or cannot be reached, `SuggestionError`.
    package func read(_ order: VisitorOrder, into file: VisitorStore, announce: (String) -> Void) async throws -> Bool {
        let state = try file.listState()
        guard !state.isRead else {
            announce("All \(state.known) visitors were read by an earlier suggest.")
            return true
        }
        defer { board.endReading() }
        var paging = OverlappingPages(resumingAt: state.nextOffset)
        var known = state.known
        var isAnnounced = false
        while true {
            let offset = paging.offset
            let answer = try await asker.ask(.visitorsSearch) {
                await api.visitors(in: order, offset: offset, count: OverlappingPages.pageSize)
            }
            guard let (page, _) = answer else { return false }
            if !isAnnounced {
                isAnnounced = true
                announce(sentence(about: page, from: offset))
            }
            let news = try file.news(of: page.visitors)
            let isFirstKnown = page.visitors.first.map { first in !news.contains { $0.id == first.id } } ?? false
            let verdict = paging.judge(
                count: page.visitors.count, total: page.total, isFirstKnown: isFirstKnown, news: news.count,
                knownBefore: known)
            switch verdict {
            case .stepBack:
                continue
            case .goesInCircles:
                throw Stop(.notRocketChat, "the server sends the same visitors again, whatever page it is asked for")
            case .take, .takeLast:
                known += news.count
                try file.take(
                    news, nextOffset: paging.offset, total: page.total, isRead: verdict == .takeLast, order: order)
                board.read("the list of visitors", done: known, of: max(page.total, known))
                if verdict == .takeLast { return true }
            }
        }
    }

    private func sentence(about page: VisitorPage, from offset: Int) -> String {
        let left = max(page.total - offset, 0)
        let calls = OverlappingPages.calls(forEntries: left)
        let cost = calls == 1 ? "1 call" : "about \(calls) calls"
        let goingOn = offset > 0 ? ", going on after \(offset)" : ""
        let pace = asker.rate(on: .visitorsSearch).map { rate in
            calls > rate.count ? " At the rate in force that takes about \((rate.interval * calls).inWords)." : ""
        }
        return "Reading the list of \(page.total) visitors\(goingOn): \(cost).\(pace ?? "")"
    }
}
