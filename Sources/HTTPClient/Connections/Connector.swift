import FoundationEssentials
import NIOCore
import NIOExtras
import NIOHTTP1
import NIOPosix
import NIOSOCKS
import NIOSSL
import NIOTLS

/// Makes connections to a server: directly or through a proxy, encrypted if its address says so.
struct Connector: Sendable {
    private let host: String
    /// The host as an address has it, an IPv6 one in brackets.
    private let writtenHost: String
    /// Whether the host is a literal address, and no name.
    private let isLiteral: Bool
    private let port: Int
    private let socket: String?
    private let proxy: ProxyAddress?
    /// `nil` for plain http; why it cannot be had is told to whoever wants a connection.
    private let tls: Result<NIOSSLContext, any Error>?
    /// Until the connection can carry a request.
    private let timeout: TimeAmount

    init(to origin: Origin, _ options: ClientOptions) throws(ClientSetupError) {
        writtenHost = origin.host
        host = writtenHost.withoutBrackets
        isLiteral = IPNetwork.bytes(of: host) != nil
        port = origin.port
        socket = options.socket
        proxy = try options.proxyAddress()
        // The library compares such a certificate with the address at the other end, which is the proxy's.
        guard !origin.isEncrypted || proxy == nil || !isLiteral else { throw .unnamedServerBehindProxy }
        let configuration = try options.tlsConfiguration()
        tls = origin.isEncrypted ? Result { try NIOSSLContext(configuration: configuration) } : nil
        timeout = TimeAmount(min(options.timeout, .seconds(10)))
    }

    /// A channel that is ready for the handlers of HTTP, and then for ``startReading(_:)``; the future is one of its event
    /// loop.
    ///
    /// `reached` is called with what is still missing: it is why the connection is late, if it comes to that.
    func connect(_ reached: @escaping @Sendable (_ ifLate: HTTPFailure) -> Void) -> EventLoopFuture<any Channel> {
        let deadline = NIODeadline.now() + timeout
        return open().flatMap { channel in
            if proxy != nil { reached(.proxyTimeout) }
            let ready = connectThroughProxy(channel, until: deadline).flatMap {
                if tls != nil { reached(.handshakeTimeout) }
                return encrypt(channel, until: deadline)
            }
            ready.whenFailure { _ in channel.close(promise: nil) }
            return ready.map { channel }
        }
    }

    /// Begins to read from a channel that has its first handlers.
    static func startReading(_ channel: any Channel) throws {
        try channel.syncOptions?.setOption(.autoRead, value: true)
    }

    private func open() -> EventLoopFuture<any Channel> {
        // What a server says at once is read when its handlers are there, see ``startReading(_:)``.
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(timeout).channelOption(.autoRead, value: false)
        if let socket { return bootstrap.connect(unixDomainSocketPath: socket) }
        let host = proxy?.host ?? host
        let port = proxy?.port ?? port
        guard let address = try? SocketAddress(ipAddress: host, port: port) else {
            // It is a name.
            return bootstrap.connect(host: host, port: port)
        }
        return bootstrap.connect(to: address)
    }

    /// Has the proxy connect to the server.
    private func connectThroughProxy(_ channel: any Channel, until deadline: NIODeadline) -> EventLoopFuture<Void> {
        guard let proxy else { return channel.eventLoop.makeSucceededVoidFuture() }
        let connected =
            switch proxy.kind {
            case .http: askHTTPProxy(proxy, channel, until: deadline)
            case .socks5: askSOCKSProxy(channel, until: deadline)
            }
        return connected.flatMapErrorThrowing { error in throw Self.failure(ofProxy: error) }
    }

    private func encrypt(_ channel: any Channel, until deadline: NIODeadline) -> EventLoopFuture<Void> {
        guard let tls else { return channel.eventLoop.makeSucceededVoidFuture() }
        return handshake(on: channel, until: deadline, lateness: .handshakeTimeout) {
            // A certificate for an address is checked against the address; it is no name to ask for (RFC 6066, 3).
            try NIOSSLClientHandler(context: tls.get(), serverHostname: isLiteral ? nil : host)
        } isEnd: { event in
            if case .handshakeCompleted? = event as? TLSUserEvent { true } else { false }
        }.flatMapThrowing { try requireName(channel) }
    }

    /// The library has compared the names of the certificate with the server's, but believes more than RFC 9525 allows.
    private func requireName(_ channel: any Channel) throws {
        guard !isLiteral else { return }
        let certificate = try channel.pipeline.syncOperations.nioSSL_peerCertificate()
        guard certificate.map({ CertificateNames($0).cover(host) }) == true else {
            throw HTTPFailure.unnamedByCertificate
        }
    }
}

extension Connector {
    /// CONNECT, also where the rest is plain http: what is sent is for the server alone to read.
    private func askHTTPProxy(
        _ proxy: ProxyAddress, _ channel: any Channel, until deadline: NIODeadline
    ) -> EventLoopFuture<Void> {
        let connected = channel.eventLoop.makePromise(of: Void.self)
        var headers: HTTPHeaders = ["Host": "\(writtenHost):\(port)"]
        if let user = proxy.user {
            let login = Data("\(user):\(proxy.password)".utf8).base64EncodedString()
            headers.add(name: "Proxy-Authorization", value: "Basic \(login)")
        }
        let names = ["proxy encoder", "proxy decoder"]
        do {
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandler(HTTPRequestEncoder(), name: names[0])
            try pipeline.addHandler(ByteToMessageHandler(HTTPResponseDecoder()), name: names[1])
            try pipeline.addHandler(
                NIOHTTP1ProxyConnectHandler(
                    targetHost: writtenHost, targetPort: port, headers: headers, deadline: deadline, promise: connected)
            )
            // What is no HTTP closes the connection instead of waiting for the deadline; so does any error later on.
            try pipeline.addHandler(NIOCloseOnErrorHandler())
            try Self.startReading(channel)
        } catch {
            connected.fail(error)
        }
        return connected.futureResult.flatMap {
            .andAllSucceed(names.map { channel.pipeline.removeHandler(name: $0) }, on: channel.eventLoop)
        }
    }

    private func askSOCKSProxy(_ channel: any Channel, until deadline: NIODeadline) -> EventLoopFuture<Void> {
        let handshaker = "proxy handshake"
        let connected = handshake(on: channel, until: deadline, lateness: .proxyTimeout, name: handshaker) {
            let address = try? SocketAddress(ipAddress: host, port: port)
            return SOCKSClientHandler(targetAddress: address.map { .address($0) } ?? .domain(host, port: port))
        } isEnd: { event in
            event is SOCKSProxyEstablishedEvent
        }
        return connected.flatMap { channel.pipeline.removeHandler(name: handshaker) }
    }

    private static func failure(ofProxy error: any Error) -> HTTPFailure {
        switch error {
        case let failure as HTTPFailure where failure == .proxyTimeout: failure
        case let error as ConnectError where error == .proxyAuthenticationRequired(): .proxyRefused
        case let error as ConnectError where error == .httpProxyHandshakeTimeout(): .proxyTimeout
        default: .proxyCannotConnect
        }
    }

    private typealias ConnectError = NIOHTTP1ProxyConnectHandler.Error

    /// Adds a handler that begins a handshake as soon as it is there, and waits for its end.
    private func handshake(
        on channel: any Channel, until deadline: NIODeadline, lateness: HTTPFailure, name: String? = nil,
        _ handshaker: () throws -> any ChannelHandler, isEnd: @escaping (Any) -> Bool
    ) -> EventLoopFuture<Void> {
        let completion = channel.eventLoop.makePromise(of: Void.self)
        let watch = "handshake watch"
        do {
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandler(
                HandshakeTimeoutHandler(until: isEnd, deadline: deadline, lateness: lateness, completion: completion),
                name: watch)
            try pipeline.addHandler(handshaker(), name: name, position: .first)
            try Self.startReading(channel)
        } catch {
            completion.fail(error)
        }
        return completion.futureResult.flatMap { channel.pipeline.removeHandler(name: watch) }
    }
}
