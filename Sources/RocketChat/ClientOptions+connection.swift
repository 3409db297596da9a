import NIOSSL

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

    func proxyAddress() throws(ClientSetupError) -> ProxyAddress? {
        guard let proxy else { return nil }
        return try ProxyAddress(parsing: proxy)
    }
}
