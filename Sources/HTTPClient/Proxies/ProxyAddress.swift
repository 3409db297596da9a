import FoundationEssentials

/// A proxy as an option or the environment names it; it prints without user and password.
package struct ProxyAddress: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
    enum Kind: Sendable {
        case http
        case socks5
    }

    let kind: Kind
    /// A name, or an address without brackets.
    let host: String
    let port: Int
    let user: String?
    let password: String

    /// Reads `[http://][user:password@]host[:port]` or `socks5://host[:port]`.
    ///
    /// Without a scheme it is an http proxy, as the variables of the environment often have it.
    init(parsing text: String) throws(ClientSetupError) {
        let url = text.contains("://") ? text : "http://" + text
        guard let parts = URLComponents(string: url), let host = parts.host?.withoutBrackets, !host.isEmpty,
            (1...65_535).contains(parts.port ?? 80)
        else { throw .unusableProxy }
        switch (parts.scheme?.lowercased(), parts.user) {
        case ("http", _):
            kind = .http
            port = parts.port ?? 80
        case ("socks5", nil), ("socks5h", nil):
            kind = .socks5
            port = parts.port ?? 1080
        default:
            throw .unusableProxy
        }
        self.host = host
        user = parts.user
        password = parts.password ?? ""
    }

    /// True if it is to be told who one is.
    package var hasUser: Bool { user != nil }

    package var customMirror: Mirror { Mirror(self, children: []) }

    package var description: String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}

extension String {
    /// The host of a URL without the brackets that an IPv6 address has there.
    var withoutBrackets: String {
        hasPrefix("[") && hasSuffix("]") ? String(dropFirst().dropLast()) : self
    }
}

extension ClientOptions {
    func proxyAddress() throws(ClientSetupError) -> ProxyAddress? {
        guard let proxy else { return nil }
        return try ProxyAddress(parsing: proxy)
    }
}
