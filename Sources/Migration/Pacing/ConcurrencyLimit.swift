import Synchronization

/// How many operations may be in flight (TheRun, "Pacing").
///
/// Halved when the server struggles, restored slowly when it answers.
struct ConcurrencyLimit: Sendable, Equatable {
    /// What the user allows.
    let most: Int
    private(set) var limit: Int
    /// Good answers since the limit last changed.
    private var good = 0
    /// Troubles that were under way when the limit was halved say nothing new about it.
    private var ignored = 0

    init(most: Int) {
        self.most = most
        limit = most
    }

    /// An answer came in good order: after as many as may be in flight there may be one more.
    mutating func succeed() {
        ignored = max(0, ignored - 1)
        guard limit < most else { return }
        good += 1
        if good >= limit {
            limit += 1
            good = 0
        }
    }

    /// The server failed, or did not answer in time.
    mutating func fail() {
        guard ignored == 0 else {
            ignored -= 1
            return
        }
        ignored = limit - 1
        limit = max(1, limit / 2)
        good = 0
    }
}

/// The governor that the children of a run tell about their answers, and that its loop asks.
///
/// A class because they share it; all of its state is behind one lock.
package final class SharedGovernor: Sendable {
    private let state: Mutex<ConcurrencyLimit>

    init(most: Int) {
        state = Mutex(ConcurrencyLimit(most: most))
    }

    var limit: Int { state.withLock { $0.limit } }

    func succeed() { state.withLock { $0.succeed() } }

    func fail() { state.withLock { $0.fail() } }
}
