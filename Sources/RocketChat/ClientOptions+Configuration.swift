import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOSSL

extension ClientOptions {
    /// The same as the HTTP client wants it.
    func configuration() throws(ClientSetupError) -> HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: try tls(),
            redirectConfiguration: .disallow,
            timeout: .init(connect: TimeAmount(min(timeout, .seconds(10)))),
            // The server closes a connection after 5 s of idleness (contract 3). Closing it first leaves no request
            // to meet that close on its way.
            connectionPool: .init(idleTimeout: .seconds(4), concurrentHTTP1ConnectionsPerHostSoftLimit: concurrency),
            proxy: try proxyServer(),
            decompression: .disabled
        )
        configuration.httpVersion = .http1Only
        // Retrying is decided where the journal and the pace are known.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.tracing.tracer = nil
        return configuration
    }

    private func tls() throws(ClientSetupError) -> TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.certificateVerification = .fullVerification
        tls.minimumTLSVersion = .tlsv12
        guard let caFile else { return tls }
        let certificates: [NIOSSLCertificate]
        do {
            certificates = try NIOSSLCertificate.fromPEMFile(caFile)
        } catch {
            throw .unusableCAFile(caFile)
        }
        guard !certificates.isEmpty else { throw .unusableCAFile(caFile) }
        tls.trustRoots = .certificates(certificates)
        return tls
    }

    private func proxyServer() throws(ClientSetupError) -> HTTPClient.Configuration.Proxy? {
        guard let proxy = try proxyAddress() else { return nil }
        switch (proxy.kind, proxy.user) {
        case (.http, nil):
            return .server(host: proxy.host, port: proxy.port)
        case (.http, let user?):
            let login = HTTPClient.Authorization.basic(username: user, password: proxy.password)
            return .server(host: proxy.host, port: proxy.port, authorization: login)
        case (.socks5, _):
            return .socksServer(host: proxy.host, port: proxy.port)
        }
    }

    func proxyAddress() throws(ClientSetupError) -> ProxyAddress? {
        guard let proxy else { return nil }
        return try ProxyAddress(parsing: proxy)
    }
}
