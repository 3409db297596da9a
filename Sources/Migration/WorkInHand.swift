import DequeModule
import Journal
import Model

/// What a run has in hand: claimed operations, those in flight, and what is not committed yet.
///
/// A value that decides what to start next; ``Runner`` does it.
struct WorkInHand {
    /// Outcomes that may wait for their commit.
    ///
    /// Beyond it no operation is started: what a kill can cost stays bounded.
    static let uncommittedBound = 256

    private let settings: RunnerSettings
    private var exchange: Exchange
    private var backlog: Deque<Operation> = []
    private var inFlight = 0
    private(set) var isExchanging = false
    private var uncommitted = 0
    /// The last claim brought less than was asked for.
    private var isExhausted = false
    /// Something was settled since the last pass over the plan began: an operation that waited may be free now.
    private var hasProgress = false
    private var hasDrainLimit = false
    /// Operations that got an outcome in this run, and those of them that failed.
    private var ended = 0
    private var failures = 0
    private(set) var stop: Stop?

    init(run: Int64, settings: RunnerSettings) {
        self.settings = settings
        exchange = Exchange(run: run)
    }

    /// Claim twice what can be in flight: enough to keep every place taken while a transaction is under way.
    private var chunk: Int { settings.concurrency * 2 }

    /// Nothing is under way and nothing will be.
    var isDone: Bool {
        inFlight == 0 && !isExchanging && backlog.isEmpty && exchange.outcomes.isEmpty && exchange.released.isEmpty
            && (isExhausted || stop != nil)
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
        guard stop != nil, inFlight > 0, !hasDrainLimit else { return nil }
        hasDrainLimit = true
        return settings.drainLimit
    }

    /// The next transaction, if one is worth it and none is under way.
    mutating func nextExchange(attempts trail: AttemptTrail) -> Exchange? {
        guard !isExchanging else { return nil }
        exchange.wanted = 0
        if stop == nil, backlog.count <= chunk / 2 {
            if isExhausted, hasProgress {
                exchange.cursor = .start
                isExhausted = false
                hasProgress = false
            }
            exchange.wanted = isExhausted ? 0 : chunk - backlog.count
        }
        let isWorthIt = exchange.wanted > 0 || !exchange.outcomes.isEmpty || !exchange.released.isEmpty
        guard isWorthIt || (inFlight == 0 && !trail.isEmpty) else { return nil }
        exchange.attempts = trail.take()
        let next = exchange
        exchange.outcomes.removeAll(keepingCapacity: true)
        exchange.released.removeAll()
        isExchanging = true
        return next
    }

    /// Takes note of a transaction that is durable now.
    mutating func exchanged(_ done: Exchange, _ claim: Claim) {
        isExchanging = false
        uncommitted = exchange.outcomes.count
        exchange.cursor = claim.cursor
        isExhausted = isExhausted || (done.wanted > 0 && claim.operations.count < done.wanted)
        if stop == nil {
            backlog.append(contentsOf: claim.operations)
        } else {
            exchange.released.append(contentsOf: claim.operations)
        }
    }

    /// The next operation to start, if there is room for it.
    mutating func nextOperation(limit: Int) -> Operation? {
        guard stop == nil, inFlight < limit, uncommitted < Self.uncommittedBound,
            let operation = backlog.popFirst()
        else { return nil }
        inFlight += 1
        return operation
    }

    mutating func end(_ end: OperationEnd) {
        inFlight -= 1
        switch end {
        case .settled(let outcome):
            exchange.outcomes.append(outcome)
            uncommitted += 1
            hasProgress = hasProgress || outcome.state.isSettled
            count(outcome)
        case .interrupted(let operation, let isInDoubt):
            release(operation, isInDoubt)
        case .stopped(let reason, let operation, let isInDoubt):
            release(operation, isInDoubt)
            drain(reason)
        }
    }

    private mutating func count(_ outcome: Outcome) {
        ended += 1
        failures += outcome.state == .failed || outcome.state == .unknown ? 1 : 0
        if settings.maxFailures.isExceeded(failures: failures, ended: ended) {
            drain(
                Stop(
                    .tooManyFailures,
                    "\(failures) of \(ended) operations failed, which is more than \(settings.maxFailures) "
                        + "(--max-failures)"))
        }
    }

    /// What is in doubt stays in the journal as sent, so that the next run looks before it does anything.
    private mutating func release(_ operation: Operation, _ isInDoubt: Bool) {
        if !isInDoubt {
            exchange.released.append(operation)
        }
    }
}
