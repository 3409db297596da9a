import NIOCore
import NIOPosix
package import NIOSSL
import Synchronization

/// A loopback server that answers each request with scripted bytes, right or wrong, and remembers what it was sent.
package struct HostileServer: Sendable {
    /// One thing to do in answer to a request.
    package enum Step: Sendable {
        case send(String)
        case sendBytes([UInt8])
        /// Sends the text again and again, as fast as it is taken; for ever if `times` is `nil`.
        case flood(String, times: Int? = nil)
        /// Sends the text again and again, with a pause before each.
        case drip(String, every: Duration)
        /// Goes on with the next step after a while.
        case wait(Duration)
        case close
    }

    /// What to do in answer to the request with that number, from 0; no steps at all is silence.
    package typealias Script = @Sendable (_ request: Int) -> [Step]

    package let port: Int
    private let log: RequestLog

    /// Head and body of every request so far, as they came.
    package var requests: [String] { log.requests.withLock { $0 } }
    /// How many connections were accepted so far.
    package var connections: Int { log.connections.withLock { $0.made } }
    /// How many of them are over.
    package var closed: Int { log.connections.withLock { $0.closed } }
    /// How many texts of floods were taken off its hands so far.
    package var taken: Int { log.taken.withLock { $0 } }

    package var url: String { "http://127.0.0.1:\(port)" }

    /// Serves `script` on a free port for the length of `body`.
    ///
    /// Each connection begins with `greeting`, whatever is asked, or is closed as soon as it is made.
    package static func with<Result>(
        _ script: @escaping Script = { _ in [] }, greeting: [Step] = [], tls: NIOSSLContext? = nil,
        closesAtOnce: Bool = false,
        _ body: (HostileServer) async throws -> Result
    ) async throws -> Result {
        let group = MultiThreadedEventLoopGroup.singleton
        let log = RequestLog()
        let channel = try await ServerBootstrap(group: group)
            .serverChannelOption(ChannelOptions.backlog, value: 256)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls))
                    }
                    try channel.pipeline.syncOperations.addHandler(
                        ScriptedHandler(script: script, greeting: greeting, log: log))
                    if closesAtOnce {
                        channel.close(promise: nil)
                    }
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let outcome: Swift.Result<Result, any Error>
        do {
            outcome = .success(try await body(HostileServer(port: channel.localAddress?.port ?? 0, log: log)))
        } catch {
            outcome = .failure(error)
        }
        try await channel.close()
        return try outcome.get()
    }
}

/// What the server has seen; a class because every connection's handler shares it.
private final class RequestLog: Sendable {
    let requests = Mutex<[String]>([])
    let connections = Mutex((made: 0, closed: 0))
    let taken = Mutex(0)
}

/// Collects one request after another and runs the script's steps for each.
private final class ScriptedHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let script: HostileServer.Script
    private let greeting: [HostileServer.Step]
    private let log: RequestLog
    private var received = ""

    init(script: @escaping HostileServer.Script, greeting: [HostileServer.Step], log: RequestLog) {
        self.script = script
        self.greeting = greeting
        self.log = log
    }

    func channelActive(context: ChannelHandlerContext) {
        log.connections.withLock { $0.made += 1 }
        run(greeting[...], on: context.channel, log)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        log.connections.withLock { $0.closed += 1 }
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received += String(buffer: unwrapInboundIn(data))
        guard let request = takeRequest() else { return }
        let number = log.requests.withLock { requests in
            requests.append(request)
            return requests.count - 1
        }
        run(script(number)[...], on: context.channel, log)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func takeRequest() -> String? {
        guard let end = received.firstRange(of: "\r\n\r\n") else { return nil }
        let length =
            received[..<end.lowerBound].split(separator: "\r\n")
            .first { $0.lowercased().hasPrefix("content-length:") }
            .flatMap { Int($0.drop { $0 != ":" }.dropFirst().drop { $0 == " " }) } ?? 0
        guard received[end.upperBound...].utf8.count >= length else { return nil }
        defer { received = "" }
        return received
    }
}

private func run(_ steps: ArraySlice<HostileServer.Step>, on channel: any Channel, _ log: RequestLog) {
    guard let step = steps.first else { return }
    let rest = steps.dropFirst()
    switch step {
    case .send(let text):
        channel.writeAndFlush(ByteBuffer(string: text), promise: nil)
        run(rest, on: channel, log)
    case .sendBytes(let bytes):
        channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
        run(rest, on: channel, log)
    case .flood(let text, let times):
        flood(ByteBuffer(string: text), times: times, on: channel, log)
    case .drip(let text, let pause):
        drip(ByteBuffer(string: text), every: TimeAmount(pause), on: channel)
    case .wait(let pause):
        channel.eventLoop.scheduleTask(in: TimeAmount(pause)) { run(rest, on: channel, log) }
    case .close:
        channel.close(promise: nil)
    }
}

/// Writes only once the last write was taken, so that the server's own memory stays flat.
private func flood(_ bytes: ByteBuffer, times: Int?, on channel: any Channel, _ log: RequestLog) {
    guard times != 0 else { return }
    channel.writeAndFlush(bytes).whenSuccess {
        log.taken.withLock { $0 += 1 }
        flood(bytes, times: times.map { $0 - 1 }, on: channel, log)
    }
}

private func drip(_ bytes: ByteBuffer, every pause: TimeAmount, on channel: any Channel) {
    channel.eventLoop.scheduleTask(in: pause) {
        guard channel.isActive else { return }
        channel.writeAndFlush(bytes, promise: nil)
        drip(bytes, every: pause, on: channel)
    }
}

/// A whole answer with a right `Content-Length`.
package func answer(
    _ status: String, _ body: String, type: String = "application/json", headers: String = ""
) -> String {
    "HTTP/1.1 \(status)\r\nContent-Type: \(type)\r\nContent-Length: \(body.utf8.count)\r\n\(headers)\r\n\(body)"
}
