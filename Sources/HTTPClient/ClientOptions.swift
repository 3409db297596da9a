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
    /// What the client calls itself (`User-Agent`).
    package var userAgent: String

    package init(
        concurrency: Int = 8, timeout: Duration = .seconds(30), caFile: CAFile? = nil, proxy: String? = nil,
        socket: String? = nil, userAgent: String = "-"
    ) {
        self.concurrency = concurrency
        self.timeout = timeout
        self.caFile = caFile
        self.proxy = proxy
        self.socket = socket
        self.userAgent = userAgent
    }
}

/// What a PEM file of certificates holds, and how it is named.
///
/// The reader of the file has to make sure that no other user can write it: it decides who gets what is sent.
package struct CAFile: Sendable {
    package var path: String
    package var bytes: [UInt8]

    package init(path: String, bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes
    }
}

/// Why no client can be made from its options.
package enum ClientSetupError: Error, Equatable {
    /// The path of a file that holds no PEM certificate.
    case unusableCAFile(String)
    /// Says nothing of the address, because it may hold a password.
    case unusableProxy
    /// Plain http through a proxy on another machine, which was not allowed; its address without user and password.
    case insecureProxy(String)
    /// An https server that is named by its address, through a proxy: nobody could tell whose certificate it shows.
    case unnamedServerBehindProxy
}

/// A value that no print, dump or interpolation shows.
package protocol Redacted: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {}

extension Redacted {
    package var description: String { "<redacted>" }
    package var debugDescription: String { "<redacted>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
