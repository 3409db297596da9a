package import Journal
package import Logging
package import Model
package import RocketChat
import ServiceLifecycle

/// Carries out what a journal holds: one loop that owns the task group, the batch and the counts.
///
/// Children carry one operation each and never throw; what they learn comes back as an event. At most one transaction
/// is under way: what is learnt meanwhile goes into the next, so commits grow with the load (group commit) and an
/// outcome is durable before it is counted.
package struct Runner<API: RoomMoving, C: Clock>: Sendable where C.Duration == Duration {
    let api: API
    let journal: Journal
    let turnstile: Turnstile<C>
    let settings: RunnerSettings
    let clock: C
    let now: @Sendable () -> Timestamp
    let board: ProgressBoard
    let logger: Logger

    /// `clock` paces and waits; `now` is the wall clock, for what is written into the journal.
    package init(
        api: API, journal: Journal, turnstile: Turnstile<C>, settings: RunnerSettings, clock: C,
        now: @escaping @Sendable () -> Timestamp, board: ProgressBoard, logger: Logger
    ) {
        self.api = api
        self.journal = journal
        self.turnstile = turnstile
        self.settings = settings
        self.clock = clock
        self.now = now
        self.board = board
        self.logger = logger
    }

    /// Carries out every open operation, until none is left, the run has to stop, or it is asked to.
    ///
    /// It is asked to by a graceful shutdown of the task it runs in.
    ///
    /// - Parameter run: the run's number, from `Journal.begin`.
    /// - Returns: why it ended early, or `nil`. Everything that was learnt is durable by then.
    /// - Throws: `JournalError` when the journal fails; what was in flight is then in doubt.
    package func carryOut(run: Int64) async throws -> Stop? {
        board.begin(planned: try journal.planned(), remaining: try journal.remaining())
        var work = WorkInHand(run: run, settings: settings)
        let trail = AttemptTrail()
        try await withThrowingTaskGroup(of: Event.self) { group in
            var isCutShort = false
            while true {
                if Task.isShuttingDownGracefully {
                    work.drain(.signal)
                }
                if let exchange = work.nextExchange(attempts: trail) {
                    if isCutShort {
                        // A child of a cancelled group would be cancelled before it could commit.
                        work.exchanged(exchange, try journal.exchangeAtOnce(exchange))
                        board.count(exchange.outcomes)
                        continue
                    }
                    group.addTask { .exchanged(exchange, try await journal.exchange(exchange)) }
                }
                while let operation = work.nextOperation() {
                    group.addTask { .ended(await carry(operation, trail)) }
                }
                if let limit = work.drainLimit() {
                    board.drain()
                    group.addTask { await drained(after: limit) }
                }
                guard !work.isDone else { break }
                switch try await group.next() {
                case .ended(let end)?: work.end(end)
                case .exchanged(let exchange, let claim)?:
                    board.count(exchange.outcomes)
                    work.exchanged(exchange, claim)
                case .drainLimitReached?:
                    isCutShort = true
                    group.cancelAll()
                case nil: return
                }
            }
            group.cancelAll()
        }
        return work.stop
    }

    private enum Event: Sendable {
        case ended(OperationEnd)
        case exchanged(Exchange, Claim)
        case drainLimitReached
    }

    private func drained(after limit: Duration) async -> Event {
        do {
            try await clock.sleep(for: limit)
        } catch {
            // The drain was quicker; the event of the limit is not waited for any more.
        }
        return .drainLimitReached
    }

    /// Takes one operation through its machine.
    private func carry(_ operation: Operation, _ trail: AttemptTrail) async -> OperationEnd {
        var machine = OperationMachine(operation, retry: settings.retry, openRooms: settings.openRooms)
        var action = machine.next(.begun)
        while true {
            switch action {
            case .look:
                guard await turnstile.turn(on: .roomsInfo) else { return .interrupted(operation, machine) }
                let sentAt = now()
                let reply = await api.room(operation.room)
                turnstile.learn(from: reply, on: .roomsInfo)
                trail.add(operation, .look, sentAt, reply)
                action = machine.next(.looked(reply))
            case .move:
                guard await turnstile.turn(on: .roomVisitor) else { return .interrupted(operation, machine) }
                let sentAt = now()
                let reply = await api.move(operation.room, from: operation.oldVisitor, to: operation.newVisitor)
                turnstile.learn(from: reply, on: .roomVisitor)
                trail.add(operation, .move, sentAt, reply)
                action = machine.next(.moved(reply))
            case .wait(let wait):
                guard await clock.pause(wait.length(at: settings.jitter())) else {
                    return .interrupted(operation, machine)
                }
                action = machine.next(.waited)
            case .hold(let route, let hint):
                turnstile.hold(route, hint: hint)
                action = machine.next(.waited)
            case .settle(let settlement):
                return .settled(Outcome(settlement, of: operation, at: now()))
            case .stop(let stop):
                logger.debug("Run stops", metadata: ["merge.reason": "\(stop.reason.rawValue)"])
                return .stopped(stop, operation, mayHaveMoved: machine.mayHaveMoved)
            }
        }
    }
}

/// What became of a child of the run.
enum OperationEnd: Sendable {
    case settled(Outcome)
    /// Asked to stop before the next request: nothing is under way.
    case interrupted(Operation, mayHaveMoved: Bool)
    case stopped(Stop, Operation, mayHaveMoved: Bool)

    static func interrupted(_ operation: Operation, _ machine: OperationMachine) -> OperationEnd {
        .interrupted(operation, mayHaveMoved: machine.mayHaveMoved)
    }
}

extension Outcome {
    fileprivate init(_ settlement: OperationMachine.Settlement, of operation: Operation, at instant: Timestamp) {
        self.init(
            operation: operation.id, state: settlement.state, reason: settlement.reason,
            confirmedBy: settlement.confirmedBy, status: settlement.status, foundVisitor: settlement.foundVisitor,
            wasOpen: settlement.wasOpen, settledAt: instant)
    }
}
