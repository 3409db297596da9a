import FoundationEssentials
package import HTTPClient

/// The base address of a server, checked and in one canonical form (Specification, "Options").
package struct ServerAddress: Sendable, Hashable, CustomStringConvertible {
    /// Scheme, host, port if it is not the scheme's own, and path prefix; lower case up to the path, no trailing slash.
    ///
    /// Two spellings of one address have the same description, so a journal recognises its server by it.
    package let description: String
    /// What was written behind the address of the workspace and certainly belongs to the API; `nil` if nothing was.
    package let leftOut: String?

    package static func == (left: Self, right: Self) -> Bool { left.description == right.description }

    package func hash(into hasher: inout Hasher) { hasher.combine(description) }

    /// Reads an address such as `https://chat.example.org` or `https://example.org/chat/`.
    ///
    /// Plain `http` is accepted for loopback only, unless `allowInsecureHTTP`: the token would travel readable.
    package init(parsing text: String, allowInsecureHTTP: Bool) throws(ServerAddressError) {
        guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased() else {
            throw .notAnAddress
        }
        guard scheme == "https" || scheme == "http" else { throw .unsupportedScheme }
        // As it goes over the wire: decoded, a name outside ASCII could not be told from its xn-- form.
        guard let host = parts.encodedHost?.lowercased(), (1...253).contains(host.utf8.count),
            host.utf8.allSatisfy({ (0x21..<0x7F).contains($0) && $0 != UInt8(ascii: "%") })
        else { throw .missingHost }
        guard parts.user == nil, parts.password == nil else { throw .credentialsInAddress }
        guard parts.query == nil, parts.fragment == nil else { throw .queryOrFragment }
        let port = parts.port
        guard (1...65535).contains(port ?? 80), port != nil || !Self.hasEmptyPort(text) else { throw .invalidPort }
        guard scheme == "https" || allowInsecureHTTP || Origin.isLoopback(host) else { throw .insecure(host: host) }
        let isDefaultPort = port == nil || port == (scheme == "https" ? 443 : 80)
        let path = parts.percentEncodedPath
        let segments = path.split(separator: "/")
        guard !path.contains("//"), !segments.contains("."), !segments.contains("..") else { throw .oddPath }
        // No workspace lives below the routes of another one.
        let prefix = Array(segments.prefix(Self.lengthOfPrefix(segments)))
        leftOut = prefix.count < segments.count ? segments[prefix.count...].map { "/" + $0 }.joined() : nil
        description =
            "\(scheme)://\(host)" + (isDefaultPort ? "" : ":\(port ?? 0)") + prefix.map { "/" + $0 }.joined()
    }

    /// How many segments stand before `/api/v1` or `/api/info`, or before `/api` at the end.
    private static func lengthOfPrefix(_ segments: [Substring]) -> Int {
        for (index, pair) in zip(segments, segments.dropFirst()).enumerated()
        where pair.0 == "api" && ["v1", "info"].contains(pair.1) {
            return index
        }
        return segments.last == "api" ? segments.count - 1 : segments.count
    }

    /// Whom connections are made to.
    package var origin: Origin {
        let parts = URLComponents(string: description)
        let isEncrypted = parts?.scheme == "https"
        return Origin(
            isEncrypted: isEncrypted, host: parts?.encodedHost ?? "", port: parts?.port ?? (isEncrypted ? 443 : 80))
    }

    /// The path prefix without a slash at its end; empty if there is none.
    var path: String { String(description.drop { $0 != "/" }.dropFirst(2).drop { $0 != "/" }) }

    /// `https://host:` is accepted by the URL rules; it is a slip all the same.
    private static func hasEmptyPort(_ text: String) -> Bool {
        guard let start = text.firstRange(of: "://")?.upperBound else { return false }
        return text[start...].prefix { $0 != "/" }.last == ":"
    }
}

/// Why a text is no usable server address.
///
/// None of the descriptions repeats the text, because it may hold a password.
package enum ServerAddressError: Error, Equatable, CustomStringConvertible {
    case notAnAddress
    case unsupportedScheme
    case missingHost
    case invalidPort
    case credentialsInAddress
    case queryOrFragment
    case oddPath
    case insecure(host: String)

    package var description: String {
        switch self {
        case .notAnAddress: "a server address is a URL such as https://chat.example.org"
        case .unsupportedScheme: "a server address begins with https:// (or http:// for loopback)"
        case .missingHost: "it names no host that can be looked up"
        case .invalidPort: "its port is not between 1 and 65535"
        case .credentialsInAddress: "it must not hold a user name or password"
        case .queryOrFragment: "it must not hold a '?' or '#'"
        case .oddPath: "its path must not hold '//', '.' or '..'"
        case .insecure(let host):
            "plain http to \(host) would show the auth token to the network; use https, or --allow-insecure-http"
        }
    }
}
