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
