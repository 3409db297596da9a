import NIOSSL

extension ClientOptions {
    /// What a certificate has to prove; the same for every connection.
    func tlsConfiguration() throws(ClientSetupError) -> TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.certificateVerification = .fullVerification
        tls.minimumTLSVersion = .tlsv12
        tls.applicationProtocols = ["http/1.1"]
        guard let caFile else { return tls }
        let certificates: [NIOSSLCertificate]
        do {
            certificates = try NIOSSLCertificate.fromPEMFile(caFile)
        } catch {
            throw .unusableCAFile(caFile)
        }
        guard !certificates.isEmpty else { throw .unusableCAFile(caFile) }
        tls.trustRoots = .certificates(certificates)
        return tls
    }

    func proxyAddress() throws(ClientSetupError) -> ProxyAddress? {
        guard let proxy else { return nil }
        return try ProxyAddress(parsing: proxy)
    }
}
