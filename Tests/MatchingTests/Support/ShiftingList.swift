import Model
import RocketChat
import Synchronization

/// A server's list of visitors in memory, which may change between two pages.
///
/// A class because the code under test and the test look at the same list; all of its state is behind one lock.
final class ShiftingList: VisitorLister {
    private struct State {
        var ids: [String]
        var pages = 0
        var beforePage: (@Sendable (Int, inout [String]) -> Void)?
    }

    private let state: Mutex<State>
    /// The most the server gives at once.
    private let cap: Int

    init(_ ids: some Sequence<String>, cap: Int = 100) {
        state = Mutex(State(ids: ids.sorted()))
        self.cap = cap
    }

    /// Called with the number of the page that is asked for, from 0, and the list to be changed.
    func beforePage(_ body: @escaping @Sendable (Int, inout [String]) -> Void) {
        state.withLock { $0.beforePage = body }
    }

    /// How many pages were asked for.
    var pages: Int { state.withLock { $0.pages } }

    func visitors(in order: VisitorOrder, offset: Int, count: Int) async -> Reply<VisitorPage> {
        let page = state.withLock { state in
            state.beforePage?(state.pages, &state.ids)
            state.pages += 1
            state.ids.sort()
            let rows = state.ids.dropFirst(offset).prefix(min(count, cap))
            return VisitorPage(
                visitors: rows.map { VisitorProfile(id: VisitorID($0), emails: ["\($0)@example.org"]) }, offset: offset,
                total: state.ids.count)
        }
        return Reply(meaning: .success(page), status: 200)
    }
}
