import AsyncHTTPClient
import FoundationEssentials
import Logging
import Model
import NIOCore
import NIOHTTP1

/// Sends one request and judges what comes back; the only place where HTTP types are handled.
struct Transport: Sendable {
    let address: ServerAddress
    private let client: HTTPClient
    private let token: AuthToken
    private let headers: HTTPHeaders
    /// The PUT without its body, or `nil` if the client cannot make it: all moves have it in common.
    private let moveRequest: HTTPClient.Request?
    private let timeout: TimeAmount
    /// Whom connections are made to in place of the server.
    private let proxy: ProxyAddress?
    private let logger: Logger

    init(
        client: HTTPClient, address: ServerAddress, credentials: Credentials, options: ClientOptions, logger: Logger
    ) throws(ClientSetupError) {
        self.client = client
        self.address = address
        token = credentials.authToken
        timeout = TimeAmount(options.timeout)
        proxy = try options.proxyAddress()
        self.logger = logger
        headers = [
            "X-Auth-Token": credentials.authToken.secret,
            "X-User-Id": credentials.userID,
            "Accept": "application/json",
            "User-Agent": "visitor-merge/\(options.version)",
        ]
        var moveHeaders = headers
        moveHeaders.add(name: "Content-Type", value: "application/json")
        // Why it cannot be made is told when a move is asked for.
        moveRequest = try? HTTPClient.Request(
            url: "\(address)/\(RequestTarget.move.text)", method: .PUT, headers: moveHeaders)
    }

    /// Sends a GET and judges a 200 by `success`.
    func get<Value>(
        _ target: RequestTarget, success: (ReplyReading, Data) -> Meaning<Value>
    ) async -> Reply<Value> {
        await exchange(.GET, target, body: nil, success: success)
    }

    /// Sends the PUT and judges a 200 by `success`.
    func put<Value>(
        _ target: RequestTarget, _ body: MoveBody, success: (ReplyReading, Data) -> Meaning<Value>
    ) async -> Reply<Value> {
        await exchange(.PUT, target, body: body, success: success)
    }

    private func exchange<Value>(
        _ method: HTTPMethod, _ target: RequestTarget, body: MoveBody?,
        success: (ReplyReading, Data) -> Meaning<Value>
    ) async -> Reply<Value> {
        let clock = ContinuousClock()
        let start = clock.now
        let collector = ReplyCollector(limit: target.route.bodyLimit)
        let meaning: Meaning<Value>
        let progress: ReplyCollector.Progress
        do {
            try await send(method, target, body, to: collector)
            progress = collector.progress
            meaning = judge(progress, route: target.route, success: success)
        } catch is ReplyCollector.BodyLimitReached {
            progress = collector.progress
            meaning = judge(progress, route: target.route, success: success)
        } catch {
            progress = collector.progress
            meaning = TransportFailure(
                error: error, mayHaveLeft: progress.mayHaveLeft, address: address, proxy: proxy, token: token
            ).meaning()
        }
        let reply = reply(meaning, head: progress.head, duration: clock.now - start)
        log(reply, route: target.route)
        return reply
    }

    private func send(
        _ method: HTTPMethod, _ target: RequestTarget, _ body: MoveBody?, to collector: ReplyCollector
    ) async throws {
        let request = try request(method, target, body)
        let task = client.execute(request: request, delegate: collector, deadline: .now() + timeout)
        try await withTaskCancellationHandler {
            try await task.get()
        } onCancel: {
            task.cancel()
        }
    }

    private func request(
        _ method: HTTPMethod, _ target: RequestTarget, _ body: MoveBody?
    ) throws -> HTTPClient.Request {
        let content = body.map { HTTPClient.Body.byteBuffer(ByteBuffer(bytes: $0.bytes)) }
        if body != nil, var request = moveRequest {
            request.body = content
            return request
        }
        return try HTTPClient.Request(
            url: "\(address)/\(target.text)", method: method, headers: headers, body: content)
    }

    private func judge<Value>(
        _ progress: ReplyCollector.Progress, route: RouteKind, success: (ReplyReading, Data) -> Meaning<Value>
    ) -> Meaning<Value> {
        let reading = ReplyReading(route: route, token: token, address: address)
        guard let head = progress.head else { return reading.unreadable("has no status") }
        return reading.meaning(head, progress.body) { success(reading, $0) }
    }

    private func reply<Value>(_ meaning: Meaning<Value>, head: ReplyHead?, duration: Duration) -> Reply<Value> {
        Reply(
            meaning: meaning, status: head?.status, window: head?.window, serverDate: head?.date,
            instance: head?.instance, duration: duration
        )
    }

    private func log<Value>(_ reply: Reply<Value>, route: RouteKind) {
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
