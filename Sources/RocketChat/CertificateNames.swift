import NIOSSL

/// The DNS names for which a certificate is good (RFC 9525, sections 6.3 and 6.4).
///
/// The common name is none of them. `*` stands for one whole label, the left-most, and only before a domain of at least
/// two labels: `*` alone would be every machine of a network, and `*.org` every domain of others.
struct CertificateNames {
    private let names: [String]

    init(_ names: [String]) {
        self.names = names
    }

    init(_ certificate: NIOSSLCertificate) {
        names = certificate._subjectAlternativeNames().lazy.filter { $0.nameType == .dnsName }
            .map { String(decoding: $0.contents, as: UTF8.self) }
    }

    /// Whether one of them is that of a host, which is compared as it goes over the wire (`xn--…`).
    func cover(_ host: String) -> Bool {
        let host = Self.labels(host)
        return !host.contains("") && names.contains { Self.matches(Self.labels($0), host) }
    }

    private static func labels(_ name: String) -> [Substring] {
        let name = name.lowercased()
        return (name.hasSuffix(".") ? name.dropLast() : name[...]).split(
            separator: ".", omittingEmptySubsequences: false)
    }

    private static func matches(_ name: [Substring], _ host: [Substring]) -> Bool {
        guard name.first == "*" else { return name == host }
        return name.count >= 3 && name.dropFirst() == host.dropFirst()
    }
}
