/// How requests are made; it prints as `<redacted>` because the proxy's address may hold a password.
package struct ClientOptions: Sendable, Redacted {
    /// The most connections that are open at a time, from 1.
    package var concurrency: Int
    /// For a whole request, from handing it over to the last byte of the answer.
    package var timeout: Duration
    /// The certificates to trust instead of the system's.
    package var caFile: CAFile?
    /// `[http://][user:password@]host:port` or `socks5://host:port`.
    package var proxy: String?
    /// The path of a Unix socket at which the server listens, whatever its address says.
    package var socket: String?
    /// The version of this tool, for the `User-Agent` header.
    package var version: String

    package init(
        concurrency: Int = 8, timeout: Duration = .seconds(30), caFile: CAFile? = nil, proxy: String? = nil,
        socket: String? = nil, version: String = "0"
    ) {
        self.concurrency = concurrency
        self.timeout = timeout
        self.caFile = caFile
        self.proxy = proxy
        self.socket = socket
        self.version = version
    }
}

/// What a PEM file of certificates holds, and how it is named.
///
/// Whoever reads it has to see to it that nobody else could write it: it decides who gets the token.
package struct CAFile: Sendable {
    package var path: String
    package var bytes: [UInt8]

    package init(path: String, bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes
    }
}

/// Why no client can be made from its options.
package enum ClientSetupError: Error, Equatable, CustomStringConvertible {
    /// The path of a file that holds no PEM certificate.
    case unusableCAFile(String)
    /// Says nothing of the address, because it may hold a password.
    case unusableProxy
    /// An https server that is named by its address, through a proxy: nobody could tell whose certificate it shows.
    case unnamedServerBehindProxy

    package var description: String {
        switch self {
        case .unusableCAFile(let path): "\(path) is no file of PEM certificates"
        case .unusableProxy:
            "the proxy address is none of http://[user:password@]host:port and socks5://host:port (--proxy, HTTPS_PROXY)"
        case .unnamedServerBehindProxy:
            "through a proxy the certificate of a server can only be checked by its name: name the server by that instead "
                + "of its address, or go without the proxy (--proxy '')"
        }
    }
}
