import FoundationEssentials
import HTTPTypes
import HummingbirdCore
import NIOCore

/// Stands between the connections and the API, like the proxy of a real deployment: most faults happen here.
struct FaultProxy: Sendable {
    /// What happens on the connection.
    struct Reply: Sendable {
        /// `nil` when the connection is closed instead.
        var answer: Answer?
        /// The connection is closed after the answer, without announcing it.
        var closesConnection = false
    }

    /// Thrown to make the server close a connection.
    struct ConnectionClosed: Error {}

    /// Far more than any request needs.
    ///
    /// The server takes more (TheServer, "HTTP"), but every user of the machine could fill the memory with that.
    private static let greatestBody = 1024 * 1024
    /// Above about this size answers are compressed for clients that ask for it (TheServer, "HTTP").
    private static let leastCompressed = 1024

    let api: API
    /// `nil` for a sandbox without routes under `/sandbox`.
    let control: Control?
    let lateWrites: DeferredWrites
    /// Whether every user and every browser of the machine can connect.
    let isOnPort: Bool

    private var state: SandboxState { api.state }
    private var time: SandboxTime { api.time }

    /// Handles one request of a connection.
    ///
    /// Whatever it throws closes the connection.
    @concurrent
    func respond(
        to request: Request, _ writer: consuming ResponseWriter, on channel: any Channel
    ) async throws {
        let reply = try await reply(to: request, from: channel.remoteAddress, at: channel.localAddress?.port ?? 0)
        guard var answer = reply.answer else { throw ConnectionClosed() }
        let now = time.now()
        answer.headers[.date] = state.access { $0.dateHeader(at: now) }
        answer.headers[.contentLength] = String(answer.body.count)
        let head = HTTPResponse(status: answer.status, headerFields: answer.headers)
        if request.method == .head {
            try await writer.writeResponse(head)
        } else {
            try await writer.write(response: head, body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body)))
        }
        if reply.closesConnection { throw ConnectionClosed() }
    }

    private func reply(to request: Request, from peer: SocketAddress?, at port: Int) async throws -> Reply {
        let body: ByteBuffer
        do {
            body = try await request.body.collect(upTo: Self.greatestBody)
        } catch is NIOTooManyBytesError {
            return Reply(answer: .html(.contentTooLarge, Pages.nginx("413 Request Entity Too Large")))
        }
        if isOnPort, let refusal = OriginCheck(port: port).refusal(of: request.head) { return Reply(answer: refusal) }
        let arrival = IncomingRequest(
            request.head, body: body.readableBytesView, peer: peer?.ipAddress ?? "", connection: peer?.port ?? 0,
            at: time.now(), elapsed: time.elapsed()
        )
        if arrival.isUnder("/api") { return try await exchange(arrival) }
        if arrival.isUnder("/sandbox") { return Reply(answer: control?.answer(arrival) ?? Control.none) }
        if arrival.path == "/health", arrival.method == .get { return Reply(answer: .text(.ok, "ok")) }
        return Reply(answer: API.unknownPath(arrival.method))
    }

    /// Takes an API request through the faults that were drawn for it.
    private func exchange(_ arrival: IncomingRequest) async throws -> Reply {
        let (first, draw) = state.access { contents in
            let route = contents.route(of: arrival)
            return (contents.record(arrival, route: route), contents.faults.draw(for: route))
        }
        var entry = first
        try await time.pause(draw.delayBefore)
        if let (moment, end) = draw.end, moment == .beforeWrite {
            if let delay = draw.lateBy { deliverLate(arrival, entry, after: delay) }
            return finish(entry, Reply(answer: end.answer(at: now)))
        }
        var answer = try await api.answer(arrival, entry: entry, deprecationThrows: draw.deprecationThrows)
        if draw.isDeliveredTwice {
            _ = finish(entry, Reply(answer: answer))
            entry = state.access { $0.record(arrival, route: $0.route(of: arrival)) }
            answer = try await api.answer(arrival, entry: entry, deprecationThrows: draw.deprecationThrows)
        }
        try await time.pause(draw.delayAfter)
        if let (_, end) = draw.end { return finish(entry, Reply(answer: end.answer(at: now))) }
        let disturbed = encode(draw.disturb(answer), for: arrival, isForced: draw.isGzipped)
        return finish(entry, Reply(answer: disturbed, closesConnection: draw.closesConnection))
    }

    private func deliverLate(_ arrival: IncomingRequest, _ entry: Int, after delay: Duration) {
        lateWrites.add {
            try await time.pause(delay)
            _ = try await api.answer(arrival, entry: entry, deprecationThrows: false)
        }
    }

    /// Notes in the log what the client gets.
    private func finish(_ entry: Int, _ reply: Reply) -> Reply {
        if let status = reply.answer?.status.code { state.access { $0.note(status: status, in: entry) } }
        return reply
    }

    private func encode(_ answer: Answer, for arrival: IncomingRequest, isForced: Bool) -> Answer {
        let isAccepted = arrival.headers[.acceptEncoding]?.contains("gzip") == true
        guard isForced || isAccepted && answer.body.count > Self.leastCompressed else { return answer }
        var answer = answer
        answer.body = Gzip.wrap(answer.body)
        answer.headers[.contentEncoding] = "gzip"
        answer.headers[.vary] = "Accept-Encoding"
        return answer
    }

    private var now: Date {
        time.now().advanced(by: state.access { $0.clockSkew })
    }
}

extension IncomingRequest {
    fileprivate func isUnder(_ prefix: String) -> Bool {
        path == prefix || path.hasPrefix(prefix + "/")
    }
}
