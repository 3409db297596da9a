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

extension ClientOptions {
    /// What a certificate has to prove; the same for every connection.
    func tlsConfiguration() throws(ClientSetupError) -> TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.certificateVerification = .fullVerification
        tls.minimumTLSVersion = .tlsv12
        // Only with keys that are gone afterwards (ECDHE), and only ciphers that notice a change (AEAD); those of TLS 1.3,
        // which are not named here, are all of that kind.
        tls.cipherSuites = "ECDHE+AESGCM:ECDHE+CHACHA20"
        tls.applicationProtocols = ["http/1.1"]
        guard let caFile else { return tls }
        let certificates: [NIOSSLCertificate]
        do {
            certificates = try NIOSSLCertificate.fromPEMBytes(caFile.bytes)
        } catch {
            throw .unusableCAFile(caFile.path)
        }
        guard !certificates.isEmpty else { throw .unusableCAFile(caFile.path) }
        tls.trustRoots = .certificates(certificates)
        return tls
    }
}
