import Model

/// Tells a server that is away from an operation that fails.
///
/// While nothing succeeds on a route, the route is held for longer and longer, so that a server that restarts or a
/// gateway that answers 502 for a minute costs time and not the attempts of every operation that happens to be in
/// flight. A value that never reads a clock.
struct CircuitBreaker: Sendable {
    /// What a trouble says about the server.
    struct Outage: Equatable {
        /// Since the first trouble after the last good answer.
        var length: Duration
        /// The route is to be held until then; `nil` when it is held already.
        var holdUntil: Instant?
    }

    /// So many troubles in a row that no single room can have caused are an outage.
    static let leastOfServer = 3

    /// Others have to be so many, and from more than one operation.
    static let leastOfAnyKind = 6

    private(set) var heldUntil: Instant?
    private var since: Instant?
    private var troubles = 0
    private var troublesOfServer = 0
    private var operation: Int64?
    private var isOfMany = false
    private var holds = 0

    /// For how long nothing has succeeded.
    func length(at now: Instant) -> Duration { since.map { $0.duration(to: now) } ?? .zero }

    /// The server answered: whatever it said, it is there.
    mutating func clear() {
        guard since != nil else { return }
        self = CircuitBreaker()
    }

    /// Takes note of a temporary trouble.
    ///
    /// `operation` is whose request it was, `nil` for one of nobody in particular; what has lasted for `limit` is no
    /// outage any more.
    ///
    /// - Returns: the outage it is part of, or `nil` while it may be the operation's own trouble.
    mutating func note(
        _ reason: ReasonCode, of operation: Int64?, now: Instant, retry: RetryPolicy, within limit: Duration
    ) -> Outage? {
        guard reason.isAbsence else {
            // An answer of the API, however useless: the server is there.
            clear()
            return nil
        }
        let since = since ?? now
        if self.since == nil {
            self.operation = operation
        }
        self.since = since
        troubles += 1
        troublesOfServer += reason.isOfServer ? 1 : 0
        isOfMany = isOfMany || operation != self.operation
        guard troublesOfServer >= Self.leastOfServer || (isOfMany && troubles >= Self.leastOfAnyKind) else {
            return nil
        }
        let length = since.duration(to: now)
        guard length < limit else { return nil }
        if let heldUntil, now < heldUntil {
            // Left before the hold began; it says nothing new.
            return Outage(length: length)
        }
        holds += 1
        let until = now.advanced(by: retry.outageHold(holds))
        heldUntil = until
        return Outage(length: length, holdUntil: until)
    }
}

extension ReasonCode {
    /// The API did not answer.
    fileprivate var isAbsence: Bool {
        switch self {
        case .serverError, .gatewayError, .timeout, .connectionLost, .connectionFailed, .tlsFailed: true
        default: false
        }
    }

    /// A trouble of the server or the way to it, whichever room was asked for.
    fileprivate var isOfServer: Bool {
        switch self {
        case .gatewayError, .connectionFailed, .tlsFailed: true
        default: false
        }
    }
}
