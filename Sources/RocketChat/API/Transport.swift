import FoundationEssentials
import HTTPClient
import Logging
import Model

/// Sends one request as Rocket.Chat wants it and judges what comes back.
struct Transport: Sendable {
    private let client: OriginClient
    private let address: ServerAddress
    private let token: AuthToken
    private let userID: String
    private let logger: Logger

    init(_ client: OriginClient, address: ServerAddress, credentials: Credentials, logger: Logger) {
        self.client = client
        self.address = address
        token = credentials.authToken
        userID = credentials.userID
        self.logger = logger
    }

    /// The server closes a connection that was idle for 5 s (TheServer, "HTTP"), and no request is to meet that close.
    static let longestIdleness = Duration.seconds(4)

    /// What a client has to send with every request.
    static func fields(_ credentials: Credentials) -> [(name: String, value: String)] {
        [
            ("X-Auth-Token", credentials.authToken.secret), ("X-User-Id", credentials.userID),
            ("Accept", "application/json"),
        ]
    }

    /// Sends a GET and judges a 200 by `success`.
    func get<Value: KeptText>(
        _ target: RequestTarget, success: (ReplyInterpreter, Data) -> ReplyOutcome<Value>
    ) async -> Reply<Value> {
        await reply(.get, target, body: nil, success: success)
    }

    /// Sends a request that writes, with a body of JSON, and judges a 200 by `success`.
    func send<Value: KeptText>(
        _ method: HTTPRequest.Method, _ target: RequestTarget, _ body: [UInt8],
        success: (ReplyInterpreter, Data) -> ReplyOutcome<Value>
    ) async -> Reply<Value> {
        await reply(method, target, body: body, success: success)
    }

    private func reply<Value: KeptText>(
        _ method: HTTPRequest.Method, _ target: RequestTarget, body: [UInt8]?,
        success: (ReplyInterpreter, Data) -> ReplyOutcome<Value>
    ) async -> Reply<Value> {
        let clock = ContinuousClock()
        let start = clock.now
        let content = body.map { HTTPRequest.Content($0, type: "application/json") }
        let result = await client.send(
            HTTPRequest(
                method, "\(address.path)/\(target.text)", content: content, bodyLimit: target.route.bodyLimit))
        let head = result.head.map { ReplyHead(status: $0.status, fields: $0.fields) }
        let reply = Reply(
            meaning: meaning(of: result, head, target, success: success), status: head?.status, window: head?.window,
            serverDate: head?.date, instance: head?.instance.flatMap { token.isRepeated(in: $0) ? nil : $0 },
            duration: clock.now - start, delay: result.sentAt.map { $0 - start } ?? .zero,
            retryAfter: head.flatMap { $0.retryAfter == nil ? nil : RateLimitHint(head: $0, message: nil).wait })
        log(reply, route: target.route)
        return reply
    }

    private func meaning<Value: KeptText>(
        of result: HTTPResult, _ head: ReplyHead?, _ target: RequestTarget,
        success: (ReplyInterpreter, Data) -> ReplyOutcome<Value>
    ) -> ReplyOutcome<Value> {
        if let failure = result.failure {
            return TransportFailure(
                failure: failure, mayHaveLeft: result.sentAt != nil, address: address, proxy: client.proxy
            ).meaning()
        }
        let reading = ReplyInterpreter(
            route: target.route, token: token, address: address, target: target, userID: userID)
        guard let head else { return reading.unreadable("has no status") }
        let meaning = reading.meaning(head, result.body) { success(reading, $0) }
        return reading.repeatsToken(head, meaning) ? .stop(reading.repeatedToken) : meaning
    }

    private func log<Value>(_ reply: Reply<Value>, route: Endpoint) {
        logger.debug(
            "request ended",
            metadata: [
                "http.route": "\(route.rawValue)",
                "http.status": "\(reply.status.map { String($0) } ?? "none")",
                "http.duration": "\(reply.duration)",
                "reply.meaning": "\(reply.meaning.word)",
            ]
        )
    }
}
