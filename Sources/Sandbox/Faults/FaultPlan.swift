/// What happens to one request: any number of disturbances, and at most one end that is not the server's answer.
struct FaultPlan: Sendable {
    /// What the client gets instead of the server's answer.
    enum End: Sendable {
        /// The connection is closed.
        case drop
        /// nginx answers for a server it cannot reach.
        case gateway(status: Int)
        case signInPage
        case proxyLimit(wait: Duration, isDate: Bool)
        case emptyRefusal
    }

    /// Whether the request was handled before the end.
    enum Moment: Sendable {
        case beforeWrite
        case afterWrite
    }

    private(set) var delayBefore: Duration = .zero
    private(set) var delayAfter: Duration = .zero
    private(set) var end: (moment: Moment, end: End)?
    /// The request is handled so long after the client saw its end.
    private(set) var lateBy: Duration?
    private(set) var isDeliveredTwice = false
    private(set) var isTruncated = false
    private(set) var losesRateHeaders = false
    private(set) var isGzipped = false
    private(set) var closesConnection = false
    private(set) var deprecationThrows = false

    /// Whether the fault can still happen: a request has one end.
    func hasRoom(for name: Fault.Name) -> Bool {
        end == nil || !name.isEnd
    }

    /// Lets a fault happen.
    mutating func add(_ fault: Fault) {
        let time = Duration.milliseconds(fault.milliseconds)
        switch fault.name {
        case .delayBeforeWrite: delayBefore += time
        case .delayAfterWrite: delayAfter += time
        case .dropBeforeWrite: end = (.beforeWrite, .drop)
        case .dropAfterWrite: end = (.afterWrite, .drop)
        case .badGatewayBeforeWrite: end = (.beforeWrite, .gateway(status: 502))
        case .badGatewayAfterWrite: end = (.afterWrite, .gateway(status: 502))
        case .unavailableBeforeWrite: end = (.beforeWrite, .gateway(status: 503))
        case .unavailableAfterWrite: end = (.afterWrite, .gateway(status: 503))
        case .gatewayTimeoutBeforeWrite: end = (.beforeWrite, .gateway(status: 504))
        case .gatewayTimeoutAfterWrite: end = (.afterWrite, .gateway(status: 504))
        case .html200: end = (.beforeWrite, .signInPage)
        case .retryAfter: end = (.beforeWrite, .proxyLimit(wait: time, isDate: false))
        case .retryAfterDate: end = (.beforeWrite, .proxyLimit(wait: time, isDate: true))
        case .emptyRefusal: end = (.beforeWrite, .emptyRefusal)
        case .emptyRefusalAfterWrite: end = (.afterWrite, .emptyRefusal)
        case .lateWrite:
            end = (.beforeWrite, .gateway(status: 504))
            lateBy = time
        case .deliverTwice: isDeliveredTwice = true
        case .truncatedJSON: isTruncated = true
        case .rateHeadersLost: losesRateHeaders = true
        case .gzip: isGzipped = true
        case .closeIdle: closesConnection = true
        case .deprecationThrows: deprecationThrows = true
        }
    }
}

extension Fault.Name {
    fileprivate var isEnd: Bool {
        switch self {
        case .dropBeforeWrite, .dropAfterWrite, .badGatewayBeforeWrite, .badGatewayAfterWrite, .unavailableBeforeWrite,
            .unavailableAfterWrite, .gatewayTimeoutBeforeWrite, .gatewayTimeoutAfterWrite, .html200, .retryAfter,
            .retryAfterDate, .emptyRefusal, .emptyRefusalAfterWrite, .lateWrite:
            true
        case .delayBeforeWrite, .delayAfterWrite, .truncatedJSON, .rateHeadersLost, .gzip, .deliverTwice, .closeIdle,
            .deprecationThrows:
            false
        }
    }
}
