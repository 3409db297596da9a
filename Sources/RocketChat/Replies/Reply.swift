package import Model

/// What came of one request: what it means for the run, and what was seen on the wire.
package struct Reply<Value: Sendable>: Sendable {
    package var meaning: ReplyOutcome<Value>
    /// The HTTP status, or `nil` if no answer began.
    package var status: Int?
    /// The server's rate-limit window, on limited answers (TheServer, "Rate limits").
    package var window: RateWindow?
    /// The server's clock when it answered, in whole seconds.
    package var serverDate: Timestamp?
    /// Which server process answered (`x-instance-id`): each one has rate limits of its own.
    package var instance: String?
    /// From handing over the request to the last byte of the answer.
    package var duration: Duration
    /// From handing it over until it was written to a connection; zero if it never was.
    package var delay: Duration
    /// How long a gateway asks to be left alone (`Retry-After`); `nil` if it does not say.
    package var retryAfter: Duration?

    package init(
        meaning: ReplyOutcome<Value>, status: Int? = nil, window: RateWindow? = nil, serverDate: Timestamp? = nil,
        instance: String? = nil, duration: Duration = .zero, delay: Duration = .zero, retryAfter: Duration? = nil
    ) {
        self.meaning = meaning
        self.status = status
        self.window = window
        self.serverDate = serverDate
        self.instance = instance
        self.duration = duration
        self.delay = delay
        self.retryAfter = retryAfter
    }

    /// True if the status is one with which gateways refuse what comes too quickly, and also what they cannot pass on:
    /// 503 is what nginx answers for both.
    package var mayBeRateLimit: Bool {
        guard case .unknown(.gatewayError, _) = meaning, let status else { return false }
        return [503, 509, 529].contains(status)
    }
}

extension Reply: Equatable where Value: Equatable {}

/// The meaning of an answer, or of its absence (TheServer, "What an answer means").
///
/// The texts are for a person, on one line, and hold no secret; words of the server in them are cut at 200 characters.
package enum ReplyOutcome<Value: Sendable>: Sendable {
    case success(Value)
    /// A definite no that concerns this operation alone.
    case refused(ReasonCode, String)
    /// The room is not with the old visitor: read it, then decide (TheMove, "Repeats and races").
    case notOwner
    /// Definitely not applied; the whole route has to wait.
    case rateLimited(RateLimitHint)
    /// It may have been applied: read the room. Of a read: could not be read now.
    case unknown(ReasonCode, String)
    /// It never reached the server.
    case notSent(ReasonCode, String)
    /// Ends the run.
    case stop(Stop)

    /// One constant word for the journal.
    package var word: String {
        switch self {
        case .success: "success"
        case .refused: "refused"
        case .notOwner: "not-owner"
        case .rateLimited: "rate-limited"
        case .unknown: "unknown"
        case .notSent: "not-sent"
        case .stop: "stop"
        }
    }
}

extension ReplyOutcome: Equatable where Value: Equatable {}
