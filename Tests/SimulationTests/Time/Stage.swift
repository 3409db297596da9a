import GRDB
import Synchronization
import TestSupport

/// What the executor asks while the tasks of a life run: which job is next, and what happens when none is ready.
///
/// A class because the executor, the world and the commands share it; all of its state is behind one lock.
final class Stage: Sendable {
    /// Why a command does not simply go on.
    enum Interruption: Sendable, Equatable {
        case killed
        case askedToStop
        /// Nobody will ever be ready again, or there is no end of it.
        case hung
    }

    private struct State {
        var generator: SeededGenerator
        /// Databases whose queues work for the tasks.
        var databases: [DatabaseQueue] = []
        /// Jobs since the present command began.
        var steps = 0
        var interruptions: [Int: Interruption] = [:]
        var isCut = false
        var hangs = 0
        var notify: @Sendable (Interruption) -> Void = { _ in }
    }

    let clock: SimulatedClock
    let world: World
    private let state: Mutex<State>

    /// Far more than any small life needs.
    private static let mostSteps = 400_000

    init(seed: UInt64, clock: SimulatedClock, world: World) {
        self.clock = clock
        self.world = world
        state = Mutex(State(generator: SeededGenerator(seed: seed)))
    }

    /// Begins a command that is interrupted before jobs with these numbers.
    func begin(_ interruptions: [Int: Interruption], notify: @escaping @Sendable (Interruption) -> Void) {
        state.withLock { state in
            state.steps = 0
            state.databases = []
            state.interruptions = interruptions
            state.isCut = false
            state.notify = notify
        }
        clock.cut(false)
    }

    /// How many jobs the present command has had.
    var steps: Int { state.withLock { $0.steps } }

    /// Waits for the queue of a database before every choice, until it is closed.
    func use(_ database: DatabaseQueue) { state.withLock { $0.databases.append(database) } }

    func leave(_ database: DatabaseQueue) { state.withLock { $0.databases.removeAll { $0 === database } } }

    /// A number between 0 and 1.
    func chance() -> Double { state.withLock { Double.random(in: 0...1, using: &$0.generator) } }

    /// Waits for the queues of all databases: whatever was handed to them is done, and the task that waits is ready.
    func awaitTransactions() {
        for database in state.withLock({ $0.databases }) {
            database.inDatabase { _ in }
        }
    }

    func choose(among count: Int) -> Int {
        let (choice, interruption) = state.withLock { state -> (Int, Interruption?) in
            state.steps += 1
            let due = state.isCut ? nil : state.interruptions.removeValue(forKey: state.steps)
            let end = state.steps >= Self.mostSteps && !state.isCut ? Interruption.hung : due
            return (count == 1 ? 0 : Int.random(in: 0..<count, using: &state.generator), end)
        }
        if let interruption { interrupt(interruption) }
        return choice
    }

    /// Lets everything else that is ready go first; `Task.yield()` would take a way round the executor.
    func pause() async {
        await withCheckedContinuation { continuation in
            world.schedule(at: clock.offset) { _ in continuation.resume() }
        }
    }

    /// Nobody is ready: time goes on to whatever comes first.
    func goOn() {
        guard let next = [clock.next, world.next].compactMap(\.self).min() else {
            let hangs = state.withLock { state in
                state.hangs += 1
                return state.hangs
            }
            // Tasks that wait for nothing cannot be brought to an end either.
            precondition(hangs < 5, "A life hangs: \(world.name)")
            return interrupt(.hung)
        }
        clock.goOn(to: next)
        world.goOn(to: next)
    }

    private func interrupt(_ interruption: Interruption) {
        let notify = state.withLock { state in
            if interruption != .askedToStop { state.isCut = true }
            return state.notify
        }
        notify(interruption)
        guard interruption != .askedToStop else { return }
        world.cut()
        clock.cut(true)
    }
}
