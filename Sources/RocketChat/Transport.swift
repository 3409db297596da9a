import FoundationEssentials
import Logging
import Model
import NIOCore
import NIOHTTP1

/// Sends one request and judges what comes back; the only place where HTTP types are handled.
struct Transport: Sendable {
    let address: ServerAddress
    private let pool: ConnectionPool
    private let token: AuthToken
    private let userID: String
    /// What all requests begin with, or `nil` if no header can carry the credentials.
    private let headers: HTTPHeaders?
    private let timeout: TimeAmount
    /// Whom connections are made to in place of the server.
    private let proxy: ProxyAddress?
    /// The path of the server's address, without a slash at its end.
    private let base: String
    private let logger: Logger

    init(
        pool: ConnectionPool, address: ServerAddress, credentials: Credentials, options: ClientOptions, logger: Logger
    ) throws(ClientSetupError) {
        self.pool = pool
        self.address = address
        token = credentials.authToken
        userID = credentials.userID
        timeout = TimeAmount(options.timeout)
        proxy = try options.proxyAddress()
        base = address.path
        self.logger = logger
        let headers: HTTPHeaders = [
            "Host": address.authority,
            "X-Auth-Token": credentials.authToken.secret,
            "X-User-Id": credentials.userID,
            "Accept": "application/json",
            "User-Agent": "visitor-merge/\(options.version)",
        ]
        self.headers = headers.allSatisfy { Self.canCarry($0.value) } ? headers : nil
    }

    /// Sends a GET and judges a 200 by `success`.
    func get<Value: KeptText>(
        _ target: RequestTarget, success: (ReplyInterpreter, Data) -> ReplyOutcome<Value>
    ) async -> Reply<Value> {
        await exchange(.GET, target, body: nil, success: success)
    }

    /// Sends the PUT and judges a 200 by `success`.
    func put<Value: KeptText>(
        _ target: RequestTarget, _ body: MoveBody, success: (ReplyInterpreter, Data) -> ReplyOutcome<Value>
    ) async -> Reply<Value> {
        await exchange(.PUT, target, body: body, success: success)
    }

    private func exchange<Value: KeptText>(
        _ method: HTTPMethod, _ target: RequestTarget, body: MoveBody?,
        success: (ReplyInterpreter, Data) -> ReplyOutcome<Value>
    ) async -> Reply<Value> {
        let clock = ContinuousClock()
        let start = clock.now
        let reply: Reply<Value>
        if let exchange = exchange(method, target, body) {
            let progress = await exchange.end { pool.carry(exchange) }
            let meaning = meaning(of: progress, target, success: success)
            reply = self.reply(
                meaning, head: progress.head, duration: clock.now - start, delay: progress.leftAt.map { $0 - start })
        } else {
            let text = "The user id or auth token holds characters that no header can carry"
            reply = Reply(meaning: .stop(Stop(.credentialsRejected, text)))
        }
        log(reply, route: target.route)
        return reply
    }

    private func exchange(_ method: HTTPMethod, _ target: RequestTarget, _ body: MoveBody?) -> PendingRequest? {
        guard let headers else { return nil }
        var head = HTTPRequestHead(version: .http1_1, method: method, uri: "\(base)/\(target.text)", headers: headers)
        if let body {
            head.headers.add(name: "Content-Type", value: "application/json")
            head.headers.add(name: "Content-Length", value: String(body.bytes.count))
        }
        return PendingRequest(
            head, content: body.map { ByteBuffer(bytes: $0.bytes) }, bodyLimit: target.route.bodyLimit,
            deadline: .now() + timeout)
    }

    private func meaning<Value: KeptText>(
        of progress: PendingRequest.Progress, _ target: RequestTarget,
        success: (ReplyInterpreter, Data) -> ReplyOutcome<Value>
    ) -> ReplyOutcome<Value> {
        guard let error = progress.failure else { return judge(progress, target, success: success) }
        return TransportFailure(error: error, mayHaveLeft: progress.leftAt != nil, address: address, proxy: proxy)
            .meaning()
    }

    /// A field value holds no control characters but the tab (RFC 9110, section 5.5).
    private static func canCarry(_ value: String) -> Bool {
        value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
    }

    private func judge<Value: KeptText>(
        _ progress: PendingRequest.Progress, _ target: RequestTarget,
        success: (ReplyInterpreter, Data) -> ReplyOutcome<Value>
    ) -> ReplyOutcome<Value> {
        let reading = ReplyInterpreter(
            route: target.route, token: token, address: address, target: target, userID: userID)
        guard let head = progress.head else { return reading.unreadable("has no status") }
        let meaning = reading.meaning(head, progress.body) { success(reading, $0) }
        return reading.repeatsToken(head, meaning) ? .stop(reading.repeatedToken) : meaning
    }

    private func reply<Value>(
        _ meaning: ReplyOutcome<Value>, head: ReplyHead?, duration: Duration, delay: Duration?
    ) -> Reply<Value> {
        Reply(
            meaning: meaning, status: head?.status, window: head?.window, serverDate: head?.date,
            instance: head?.instance.flatMap { token.isRepeated(in: $0) ? nil : $0 }, duration: duration,
            delay: delay ?? .zero,
            retryAfter: head.flatMap { $0.retryAfter == nil ? nil : RateLimitHint(head: $0, message: nil).wait }
        )
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
