import NIOCore
import NIOHTTP1

/// Sends requests to one origin over HTTP/1.1 connections that are kept and shared.
///
/// No request is sent twice, no redirect is followed, and each ends by its deadline. It prints as `<redacted>` because of
/// what it sends with every request.
package struct OriginClient: Sendable, Redacted {
    /// The proxy to which connections are made in place of the origin.
    package let proxy: ProxyAddress?
    private let pool: ConnectionPool
    /// What all requests begin with, or `nil` if no header can carry one of the values.
    private let headers: HTTPHeaders?
    private let timeout: TimeAmount

    /// `fields` are sent with every request.
    init(
        over pool: ConnectionPool, to origin: Origin, fields: [(name: String, value: String)], options: ClientOptions
    ) throws(ClientSetupError) {
        self.pool = pool
        proxy = try options.proxyAddress()
        timeout = TimeAmount(options.timeout)
        let headers = HTTPHeaders(
            [("Host", origin.authority)] + fields.map { ($0.name, $0.value) } + [("User-Agent", options.userAgent)])
        self.headers = headers.allSatisfy { Self.canCarry($0.value) } ? headers : nil
    }

    /// Makes a client that lives for `body`; its connections are closed on both ways out.
    ///
    /// `fields` are sent with every request; a connection that was idle for `longestIdleness` is not used again. Throws ``ClientSetupError`` and what `body` throws.
    package static func with<Result>(
        _ origin: Origin, fields: [(name: String, value: String)], longestIdleness: Duration, options: ClientOptions,
        _ body: (OriginClient) async throws -> Result
    ) async throws -> Result {
        let pool = ConnectionPool(
            try Connector(to: origin, options), limit: options.concurrency, longestIdleness: longestIdleness)
        let client = try OriginClient(over: pool, to: origin, fields: fields, options: options)
        let result: Swift.Result<Result, any Error>
        do {
            result = .success(try await body(client))
        } catch {
            result = .failure(error)
        }
        await pool.close()
        return try result.get()
    }

    /// Sends a request and waits for its end, which comes at its deadline at the latest, and at once when the task is
    /// cancelled.
    package func send(_ request: HTTPRequest) async -> HTTPResult {
        guard let headers else { return HTTPResult(failure: .unusableField) }
        var head = HTTPRequestHead(
            version: .http1_1, method: request.method.name, uri: request.path, headers: headers)
        if let content = request.content {
            head.headers.add(name: "Content-Type", value: content.type)
            head.headers.add(name: "Content-Length", value: String(content.bytes.count))
        }
        return await pool.send(
            head, content: request.content.map { ByteBuffer(bytes: $0.bytes) }, bodyLimit: request.bodyLimit,
            deadline: .now() + timeout)
    }

    /// A field value holds no control characters but the tab (RFC 9110, section 5.5).
    private static func canCarry(_ value: String) -> Bool {
        value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
    }
}

/// The server that a client talks to: scheme, host and port (RFC 6454).
package struct Origin: Sendable, Hashable {
    /// True if what is sent travels encrypted.
    package let isEncrypted: Bool
    /// The name or the literal address, an IPv6 one in brackets, as it goes over the wire.
    package let host: String
    package let port: Int

    package init(isEncrypted: Bool, host: String, port: Int) {
        self.isEncrypted = isEncrypted
        self.host = host
        self.port = port
    }

    /// Host, and port if it is not the scheme's own, as the `Host` header has it.
    var authority: String {
        port == (isEncrypted ? 443 : 80) ? host : "\(host):\(port)"
    }

    /// True for a host that is this machine, given as a name or as a literal address with or without brackets.
    package static func isLoopback(_ host: String) -> Bool {
        if ["localhost", "[::1]", "::1"].contains(host) {
            return true
        }
        // All of 127.0.0.0/8, but not a name that only begins like it.
        let octets = host.split(separator: ".", omittingEmptySubsequences: false)
        return octets.count == 4 && octets[0] == "127"
            && octets.allSatisfy { octet in
                UInt8(octet).map(String.init) == String(octet)
            }
    }
}
