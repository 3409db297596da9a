import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A loopback server that answers each request with scripted bytes, right or wrong, and remembers what it was sent.
struct HostileServer: Sendable {
    /// One thing to do in answer to a request.
    enum Step: Sendable {
        case send(String)
        case sendBytes([UInt8])
        /// Sends the text again and again, as fast as it is taken; for ever if `times` is `nil`.
        case flood(String, times: Int? = nil)
        /// Sends the text again and again, with a pause before each.
        case drip(String, every: Duration)
        case close
    }

    /// What to do in answer to the request with that number, from 0; no steps at all is silence.
    typealias Script = @Sendable (_ request: Int) -> [Step]

    let port: Int
    private let log: RequestLog

    /// Head and body of every request so far, as they came.
    var requests: [String] { log.requests.withLock { $0 } }
    /// How many connections were accepted so far.
    var connections: Int { log.connections.withLock { $0 } }

    var url: String { "http://127.0.0.1:\(port)" }

    /// Serves `script` on a free port for the length of `body`, or closes every connection as soon as it is made.
    static func with<Result>(
        _ script: @escaping Script = { _ in [] }, tls: NIOSSLContext? = nil, closesAtOnce: Bool = false,
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
                    try channel.pipeline.syncOperations.addHandler(ScriptedHandler(script: script, log: log))
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
    let connections = Mutex(0)
}

/// Collects one request after another and runs the script's steps for each.
private final class ScriptedHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let script: HostileServer.Script
    private let log: RequestLog
    private var received = ""

    init(script: @escaping HostileServer.Script, log: RequestLog) {
        self.script = script
        self.log = log
    }

    func channelActive(context: ChannelHandlerContext) {
        log.connections.withLock { $0 += 1 }
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received += String(buffer: unwrapInboundIn(data))
        guard let request = takeRequest() else { return }
        let number = log.requests.withLock { requests in
            requests.append(request)
            return requests.count - 1
        }
        run(script(number)[...], on: context.channel)
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

    private func run(_ steps: ArraySlice<HostileServer.Step>, on channel: any Channel) {
        guard let step = steps.first else { return }
        let rest = steps.dropFirst()
        switch step {
        case .send(let text):
            channel.writeAndFlush(ByteBuffer(string: text), promise: nil)
            run(rest, on: channel)
        case .sendBytes(let bytes):
            channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
            run(rest, on: channel)
        case .flood(let text, let times):
            flood(ByteBuffer(string: text), times: times, on: channel)
        case .drip(let text, let pause):
            drip(ByteBuffer(string: text), every: TimeAmount(pause), on: channel)
        case .close:
            channel.close(promise: nil)
        }
    }
}

/// Writes only once the last write was taken, so that the server's own memory stays flat.
private func flood(_ bytes: ByteBuffer, times: Int?, on channel: any Channel) {
    guard times != 0 else { return }
    channel.writeAndFlush(bytes).whenSuccess { flood(bytes, times: times.map { $0 - 1 }, on: channel) }
}

private func drip(_ bytes: ByteBuffer, every pause: TimeAmount, on channel: any Channel) {
    channel.eventLoop.scheduleTask(in: pause) {
        guard channel.isActive else { return }
        channel.writeAndFlush(bytes, promise: nil)
        drip(bytes, every: pause, on: channel)
    }
}
