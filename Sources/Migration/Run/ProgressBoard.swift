package import Model
import Synchronization

/// What a run shows of itself while it goes; written by the run, read by whoever draws it.
///
/// A class because two tasks share it; all of its state is behind one lock.
package final class ProgressBoard: Sendable {
    /// Reading that is done before or after the moves, by its count of steps.
    package struct Reading: Sendable, Equatable {
        /// What is read, as it stands after "Reading".
        package var what: String
        package var done: Int
        package var total: Int

        package init(what: String, done: Int, total: Int) {
            self.what = what
            self.done = done
            self.total = total
        }
    }

    /// One look at the board.
    package struct Snapshot: Sendable, Equatable {
        /// Operations in the plan.
        package var planned = 0
        /// Operations that were settled before this run began.
        package var settledBefore = 0
        /// Outcomes of this run that are durable.
        package var outcomes: [OperationState: Int] = [:]
        package var isDraining = false
        /// What is being read now, instead of moving.
        package var reading: Reading?

        package init() {}

        /// Operations with an outcome, those of earlier runs included.
        package var done: Int { settledBefore + outcomes.values.reduce(0, +) }
    }

    private let state = Mutex(Snapshot())

    package init() {}

    package var snapshot: Snapshot {
        state.withLock { $0 }
    }

    /// Shows how far a reading is.
    package func read(_ what: String, done: Int, of total: Int) {
        state.withLock { $0.reading = Reading(what: what, done: done, total: total) }
    }

    /// The same beside another reading, which is shown rather than this.
    func readAside(_ what: String, done: Int, of total: Int) {
        state.withLock { snapshot in
            guard snapshot.reading.map({ $0.what == what }) ?? true else { return }
            snapshot.reading = Reading(what: what, done: done, total: total)
        }
    }

    /// Shows that nothing is read any more.
    package func endReading() {
        state.withLock { $0.reading = nil }
    }

    func begin(planned: Int, remaining: Int) {
        state.withLock {
            $0.planned = planned
            $0.settledBefore = planned - remaining
        }
    }

    /// Shows that more is planned than before.
    func grow(planned: Int) {
        state.withLock { $0.planned = planned }
    }

    func count(_ outcomes: [Outcome]) {
        state.withLock { snapshot in
            for outcome in outcomes {
                snapshot.outcomes[outcome.state, default: 0] += 1
            }
        }
    }

    func drain() {
        state.withLock { $0.isDraining = true }
    }
}
