import Glibc

/// The hosts that are reached without a proxy, as `NO_PROXY` lists them.
///
/// Entries are separated by commas or spaces. `*` is every host; `example.org`, `.example.org` and `*.example.org` are
/// that name and all below it; `10.1.2.3`, `10.0.0.0/8`, `::1` and `fd00::/8` are addresses, and cover no names that
/// lead to them. `:8443` at the end of an entry restricts it to that port; an IPv6 address then needs brackets.
struct ProxyExemptions {
    fileprivate struct Entry {
        enum Hosts {
            case every
            case name(String)
            case network(IPNetwork)
        }

        var hosts: Hosts
        var port: Int?
    }

    private let entries: [Entry]

    init(_ text: String) {
        entries = text.lowercased().split { $0 == "," || $0.isWhitespace }.map { Entry(parsing: String($0)) }
    }

    /// Whether a host, as it stands in the address of a server, is reached without a proxy.
    func cover(_ host: String, port: Int) -> Bool {
        let name = host.lowercased().withoutBrackets.withoutFinalDot
        let address = IPNetwork.bytes(of: name)
        return entries.contains { entry in
            guard entry.port == nil || entry.port == port else { return false }
            switch (entry.hosts, address) {
            case (.every, _): return true
            case (.network(let network), let address?): return network.contains(address)
            case (.name(let domain), nil): return name == domain || name.hasSuffix("." + domain)
            default: return false
            }
        }
    }
}

extension ProxyExemptions.Entry {
    fileprivate init(parsing text: String) {
        if let network = IPNetwork(text.withoutBrackets) {
            self.init(hosts: .network(network), port: nil)
            return
        }
        var host = text[...]
        var port: Int?
        if let colon = text.lastIndex(of: ":"), let number = Int(text[text.index(after: colon)...]) {
            host = text[..<colon]
            port = number
        }
        if host == "*" {
            self.init(hosts: .every, port: port)
        } else if let network = IPNetwork(String(host).withoutBrackets) {
            self.init(hosts: .network(network), port: port)
        } else {
            let domain = host.hasPrefix("*.") ? host.dropFirst(2) : host.drop { $0 == "." }
            self.init(hosts: .name(String(domain).withoutFinalDot), port: port)
        }
    }
}

extension String {
    /// The name as it is compared: a dot at its end says only that it is complete.
    fileprivate var withoutFinalDot: String {
        hasSuffix(".") ? String(dropLast()) : self
    }
}

/// An IPv4 or IPv6 address, or all that begin with the same bits.
struct IPNetwork: Sendable, Equatable {
    private let bytes: [UInt8]
    private let bits: Int

    /// Reads `10.1.2.3`, `10.0.0.0/8`, `::1` or `fd00::/8`.
    init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let bytes = Self.bytes(of: String(parts[0])) else { return nil }
        let bits = parts.count == 2 ? Int(parts[1]) : bytes.count * 8
        guard let bits, (0...bytes.count * 8).contains(bits) else { return nil }
        self.bytes = bytes
        self.bits = bits
    }

    func contains(_ address: [UInt8]) -> Bool {
        guard address.count == bytes.count else { return false }
        return zip(address, bytes).enumerated().allSatisfy { index, pair in
            let differing = pair.0 ^ pair.1
            let counted = min(max(bits - index * 8, 0), 8)
            return differing >> (8 - counted) == 0
        }
    }

    /// The 4 or 16 bytes of an address, or `nil` for a name.
    static func bytes(of text: String) -> [UInt8]? {
        var short: UInt32 = 0
        if unsafe inet_pton(AF_INET, text, &short) == 1 {
            return unsafe withUnsafeBytes(of: short) { unsafe Array($0) }
        }
        var long: (UInt64, UInt64) = (0, 0)
        if unsafe inet_pton(AF_INET6, text, &long) == 1 {
            return unsafe withUnsafeBytes(of: long) { unsafe Array($0) }
        }
        return nil
    }
}
