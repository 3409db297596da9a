package import Journal
package import Logging
package import Model
import RocketChat
import ServiceLifecycle

/// Carries out what a journal holds: one loop that owns the task group, the batch and the counts.
///
/// Children carry one operation each and throw only what the journal throws; what they learn comes back as an event. At
/// most one transaction is under way: what is learnt meanwhile goes into the next, so commits grow with the load (group
/// commit) and an outcome is durable before it is counted.
package struct Runner<Carrier: OperationWorker>: Sendable {
    let carrier: Carrier
    let journal: Journal
    let settings: RunnerSettings
    let clock: any MonotonicClock
    let board: ProgressBoard
    /// Called once, when the first operations are claimed and before any of them is sent.
    let onFirstClaim: @Sendable () throws -> Void

    private init(
        _ carrier: Carrier, _ journal: Journal, _ board: ProgressBoard,
        onFirstClaim: @escaping @Sendable () throws -> Void = {}
    ) {
        self.carrier = carrier
        self.journal = journal
        self.onFirstClaim = onFirstClaim
        settings = carrier.desk.settings
        clock = carrier.desk.clock
        self.board = board
    }

    /// A run that moves rooms.
    ///
    /// `clock` paces and waits; `now` is the wall clock, for what is written into the journal.
    package init<API>(
        api: API, journal: Journal, limiter: RateLimiter, settings: RunnerSettings, clock: any MonotonicClock,
        now: @escaping @Sendable () -> Timestamp, board: ProgressBoard,
        onFirstClaim: @escaping @Sendable () throws -> Void = {}, logger: Logger
    ) where Carrier == Mover<API> {
        let desk = WorkerContext(
            limiter: limiter, settings: settings, intents: IntentLog(journal.declare), clock: clock, now: now,
            leadsOn: journal.leads, logger: logger)
        self.init(Mover(api: api, desk: desk), journal, board, onFirstClaim: onFirstClaim)
    }

    /// A run that only looks, and records what a move would come to.
    package init<API>(
        auditing api: API, knowing listed: ListedRooms? = nil, journal: Journal, limiter: RateLimiter,
        settings: RunnerSettings, clock: any MonotonicClock,
        now: @escaping @Sendable () -> Timestamp, board: ProgressBoard, logger: Logger
    ) where Carrier == Auditor<API> {
        let desk = WorkerContext(
            limiter: limiter, settings: settings, intents: IntentLog(journal.declare), clock: clock, now: now,
            leadsOn: journal.leads, logger: logger)
        self.init(Auditor(api: api, desk: desk, listed: listed), journal, board)
    }

    /// Finds rooms for the journal until all of them are found, and calls its argument whenever there are more.
    ///
    /// It returns `false` if it was asked to stop, and throws `Stop` when the server is no use.
    package typealias Discovery = @Sendable (_ hasPlanned: @escaping @Sendable () -> Void) async throws -> Bool

    /// Carries out every open operation, until none is left, the run has to stop, or it is asked to.
    ///
    /// It is asked to by a graceful shutdown of the task it runs in.
    ///
    /// - Parameters:
    ///   - run: the run's number, from `Journal.begin`.
    ///   - discovery: what finds rooms meanwhile, if not all of them are found. The two meet in the journal alone.
    /// - Returns: why it ended early, or `nil`. Everything that was learnt is durable by then.
    /// - Throws: `JournalError` when the journal fails; what was in flight is then in doubt.
    package func carryOut(run: Int64, besides discovery: Discovery? = nil) async throws -> Stop? {
        board.begin(planned: try journal.planned(), remaining: try journal.remaining())
        var work = RunState(run: run, settings: settings, awaitsMore: discovery != nil)
        let trail = AttemptLog()
        let (growth, grower) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        try await withThrowingTaskGroup(of: Event.self) { group in
            var isCutShort = false
            var hasClaimed = false
            group.addTask { await shutdownAsked() }
            if let discovery {
                group.addTask {
                    try await closingOnError { .discovered(try await found(by: discovery) { grower.yield() }) }
                }
                group.addTask { await grown(growth) }
            }
            while true {
                if Task.isShuttingDownGracefully {
                    work.drain(.signal)
                }
                if work.stop != nil {
                    carrier.desk.limiter.close()
                }
                if isCutShort, !work.isExchanging {
                    // Not during a transaction, which would be cancelled with the rest.
                    group.cancelAll()
                }
                let isFree = carrier.desk.limiter.isFree(on: .roomVisitor)
                if let exchange = work.nextExchange(attempts: trail, isFree: isFree) {
                    if isCutShort {
                        // A child of a cancelled group would be cancelled before it could commit.
                        work.exchanged(exchange, try journal.exchangeAtOnce(exchange))
                        board.count(exchange.outcomes)
                        continue
                    }
                    group.addTask { try await closingOnError { try await exchanged(exchange) } }
                }
                while let operation = work.nextOperation(limit: carrier.desk.governor.limit) {
                    group.addTask { try await closingOnError { .ended(try await carrier.carry(operation, trail)) } }
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
                    if !hasClaimed, !claim.operations.isEmpty {
                        hasClaimed = true
                        try onFirstClaim()
                    }
                    if settings.journalIsGone() {
                        work.drain(Self.journalGone)
                    }
                    await carrier.desk.intents.add(claim)
                    work.exchanged(exchange, claim)
                case .grown?:
                    work.grow()
                    board.grow(planned: try journal.planned())
                    if work.stop == nil { group.addTask { await grown(growth) } }
                case .discovered(let stop)?:
                    work.grow(isLast: true)
                    board.grow(planned: try journal.planned())
                    if let stop { work.drain(stop) }
                case .drainLimitReached?: isCutShort = true
                case .shutdownAsked?: continue
                case nil: return
                }
            }
            group.cancelAll()
        }
        return work.stop
    }

    /// A claim in a journal that nobody finds again must not be carried out.
    private func exchanged(_ exchange: RunTransaction) async throws -> Event {
        let claim = try await journal.exchange(exchange)
        if settings.journalIsGone() {
            carrier.desk.limiter.close()
        }
        return .exchanged(exchange, claim)
    }

    /// Lets nothing leave any more once the journal has failed: until the group has cancelled its children, they would
    /// go on sending.
    private func closingOnError(_ body: () async throws -> Event) async throws -> Event {
        do {
            return try await body()
        } catch {
            carrier.desk.limiter.close()
            throw error
        }
    }

    private static var journalGone: Stop { Stop(.journalFailed, "the journal is not where it was") }

    private enum Event: Sendable {
        case ended(OperationResult)
        case exchanged(RunTransaction, Claim)
        case drainLimitReached
        case shutdownAsked
        case grown
        case discovered(Stop?)
    }

    /// Finds rooms to the end.
    ///
    /// - Returns: why it did not get there, or `nil`.
    private func found(
        by discovery: Discovery, hasPlanned: @escaping @Sendable () -> Void
    ) async throws -> Stop? {
        do {
            return try await discovery(hasPlanned) ? nil : .signal
        } catch let stop as Stop {
            return stop
        } catch is CancellationError {
            return .signal
        }
    }

    /// Waits until more was planned, or until the run is over.
    private func grown(_ growth: AsyncStream<Void>) async -> Event {
        for await _ in growth { break }
        return .grown
    }

    /// Wakes the loop when every child waits for an answer that may never come.
    private func shutdownAsked() async -> Event {
        // Cancelled when the run is over; then nobody waits for the event.
        try? await gracefulShutdown()
        return .shutdownAsked
    }

    private func drained(after limit: Duration) async -> Event {
        do {
            try await clock.sleep(for: limit)
        } catch {
            // The drain was quicker; the event of the limit is not waited for any more.
        }
        return .drainLimitReached
    }
}

extension Runner where Carrier == Mover<RocketChatClient> {
    /// The same with the client and the clock of the program.
    ///
    /// Here the compiler sees all types and makes everything below for them; called from another module, generic code
    /// looks its types up at every step of every move.
    package func moveRooms(run: Int64, besides discovery: Discovery? = nil) async throws -> Stop? {
        try await carryOut(run: run, besides: discovery)
    }
}
