import DequeModule
import Journal
import Model

/// What a run has in hand: claimed operations, those in flight, and what is not committed yet.
///
/// A value that decides what to start next; ``Runner`` does it.
struct RunState {
    /// Outcomes that may wait for their commit.
    ///
    /// Beyond it no operation is started: what a kill can cost stays bounded.
    static let uncommittedBound = 256
    /// Operations that may be claimed without a durable outcome: a kill leaves no more of them to be looked at again.
    static let claimedBound = 512

    private let settings: RunnerSettings
    private var exchange: RunTransaction
    private var backlog: Deque<Operation> = []
    /// Operations in flight, each with its room: lines that are no chain may name one room too.
    private var flying: [(id: Int64, room: RoomID)] = []
    private(set) var isExchanging = false
    private var uncommitted = 0
    /// Operations that were begun while the last transaction was under way: what one transaction costs, in work.
    private var begunMeanwhile = 0
    /// The same of the transaction that is under way.
    private var meanwhile = 0
    /// The last claim brought less than was asked for.
    private var isExhausted = false
    /// Something was settled since the last pass over the plan began: an operation that waited may be free now.
    private var hasProgress = false
    private var hasDrainLimit = false
    /// True while rooms are being found that this run has to move as well.
    private var awaitsMore: Bool
    /// More was planned during the transaction that is under way.
    private var hasGrown = false
    /// Operations that got an outcome in this run, and those of them that failed.
    private var ended = 0
    private var failures = 0
    /// Operations of which a PUT left in this run.
    private var sentMoves = 0
    private(set) var stop: Stop?

    init(run: Int64, settings: RunnerSettings, awaitsMore: Bool = false) {
        self.settings = settings
        self.awaitsMore = awaitsMore
        exchange = RunTransaction(run: run)
    }

    /// Twice what can be in flight keeps every place taken while a transaction is under way; where many operations go by
    /// in that time, claims are for several times as long.
    private var chunk: Int { min(max(settings.concurrency * 2, begunMeanwhile * 4), mostWaiting) }

    /// A few times what can be in flight, because a kill leaves it to be looked at again; not fewer than a quick server
    /// takes while a disk syncs that needs milliseconds for it.
    private var mostWaiting: Int { min(max(settings.concurrency * 8, 64), Self.uncommittedBound) }

    /// How many more operations may send a PUT.
    ///
    /// Each one in flight may, so no more than that are in flight.
    private var movesLeft: Int { settings.maxMoves.map { max($0 - sentMoves, 0) } ?? .max }

    /// Nothing is under way and nothing will be.
    var isDone: Bool {
        flying.isEmpty && !isExchanging && backlog.isEmpty && exchange.outcomes.isEmpty && exchange.released.isEmpty
            && !awaitsMore && (isExhausted || stop != nil)
    }

    /// Lets nothing new leave; claims that were not sent go back.
    mutating func drain(_ reason: Stop) {
        guard stop == nil else { return }
        stop = reason
        exchange.released.append(contentsOf: backlog)
        backlog.removeAll()
    }

    /// Once, when the run drains while requests are in flight: how long they may take.
    mutating func drainLimit() -> Duration? {
        guard stop != nil, !flying.isEmpty || awaitsMore, !hasDrainLimit else { return nil }
        hasDrainLimit = true
        return settings.drainLimit
    }

    /// The journal has more to claim; nothing comes after the last of it.
    mutating func grow(isLast: Bool = false) {
        hasGrown = isExchanging
        isExhausted = false
        guard isLast else { return }
        awaitsMore = false
        // What had to wait until every room was found lies before what was claimed.
        hasProgress = true
        isExhausted = true
    }

    /// The next transaction, if there is anything for it and none is under way.
    ///
    /// What is learnt during one goes into the next, so that commits grow with the load. Where PUTs are `isFree` to leave,
    /// and no look comes before them, a claim declares them.
    mutating func nextExchange(attempts trail: AttemptLog, isFree: Bool) -> RunTransaction? {
        guard !isExchanging else { return nil }
        exchange.wanted = 0
        exchange.whileFinding = awaitsMore
        exchange.declares = isFree && settings.openRooms == .move && !settings.looksFirst
        if stop == nil, backlog.count <= chunk / 2 {
            if isExhausted, hasProgress {
                exchange.cursor = exchange.cursor.restarted(whileFinding: awaitsMore)
                isExhausted = false
                hasProgress = false
            }
            let claimed = backlog.count + flying.count + uncommitted
            let most = min(chunk - backlog.count, Self.claimedBound - claimed, movesLeft - backlog.count - flying.count)
            exchange.wanted = isExhausted ? 0 : max(0, most)
        }
        let isWorthIt = exchange.wanted > 0 || !exchange.outcomes.isEmpty || !exchange.released.isEmpty
        guard isWorthIt || (flying.isEmpty && !trail.isEmpty) else { return nil }
        exchange.attempts = trail.take()
        let next = exchange
        exchange.outcomes.removeAll(keepingCapacity: true)
        exchange.released.removeAll()
        isExchanging = true
        meanwhile = 0
        return next
    }

    /// Takes note of a transaction that is durable now.
    mutating func exchanged(_ done: RunTransaction, _ claim: Claim) {
        isExchanging = false
        begunMeanwhile = meanwhile
        uncommitted = exchange.outcomes.count
        exchange.cursor = claim.cursor
        isExhausted = isExhausted || (done.wanted > 0 && claim.operations.count < done.wanted && !hasGrown)
        hasGrown = false
        if stop == nil {
            backlog.append(contentsOf: claim.operations)
        } else {
            exchange.released.append(contentsOf: claim.operations)
        }
    }

    /// The next operation to start, if there is room for it and none on its room is under way.
    mutating func nextOperation(limit: Int) -> Operation? {
        guard stop == nil, flying.count < min(limit, movesLeft), uncommitted < Self.uncommittedBound,
            let index = backlog.firstIndex(where: { !isBusy($0.room) })
        else { return nil }
        let operation = backlog.remove(at: index)
        flying.append((operation.id, operation.room))
        meanwhile += isExchanging ? 1 : 0
        return operation
    }

    /// Operations on one room never overlap.
    private func isBusy(_ room: RoomID) -> Bool { flying.contains { $0.room == room } }

    mutating func end(_ end: OperationResult) {
        if let index = flying.firstIndex(where: { $0.id == end.operation }) { flying.remove(at: index) }
        switch end {
        case .settled(let outcome, let sentMove):
            exchange.outcomes.append(outcome)
            uncommitted += 1
            hasProgress = hasProgress || outcome.state.isSettled
            count(outcome)
            sentMoves += sentMove ? 1 : 0
            if let most = settings.maxMoves, sentMoves >= most { drain(.maxMovesReached(most)) }
        case .interrupted(let operation, let mayHaveMoved):
            release(operation, mayHaveMoved)
        case .stopped(let reason, let operation, let mayHaveMoved):
            release(operation, mayHaveMoved)
            drain(reason)
        }
    }

    private mutating func count(_ outcome: Outcome) {
        ended += 1
        // What a proxy refuses is an answer, but many of them say that something is wrong with all.
        let isFailure = [.failed, .unknown].contains(outcome.state) || outcome.reason == .refusedOnTheWay
        failures += isFailure ? 1 : 0
        if settings.maxFailures.isExceeded(failures: failures, ended: ended) {
            drain(
                Stop(
                    .tooManyFailures,
                    "\(failures) of \(ended) operations failed, which is more than \(settings.maxFailures) "
                        + "(--max-failures)"))
        }
    }

    /// Returns an operation to the journal, with what this run learnt about it.
    private mutating func release(_ operation: Operation, _ mayHaveMoved: Bool) {
        var released = operation
        released.mayHaveMoved = mayHaveMoved
        exchange.released.append(released)
    }
}
