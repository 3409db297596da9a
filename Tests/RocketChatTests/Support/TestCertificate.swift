import FoundationEssentials
import NIOSSL

/// A certificate for `localhost` that signs itself and protects nothing: its key is public by being here.
enum TestCertificate {
    /// What a server needs to speak TLS with it, or with another one that has its key.
    static func serverContext(_ certificate: String = certificate, ciphers: String? = nil) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: [.certificate(try NIOSSLCertificate(bytes: Array(certificate.utf8), format: .pem))],
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(key.utf8), format: .pem))
        )
        if let ciphers {
            configuration.cipherSuites = ciphers
            configuration.maximumTLSVersion = .tlsv12
        }
        return try NIOSSLContext(configuration: configuration)
    }

    /// Calls `body` with a file of the certificate, which is gone afterwards.
    static func withFile<Result>(
        _ text: String = certificate, _ body: (String) async throws -> Result
    ) async throws -> Result {
        let file = FileManager.default.temporaryDirectory.appending(path: "visitor-merge-\(UUID()).pem")
        try Data(text.utf8).write(to: file)
        let outcome: Swift.Result<Result, any Error>
        do {
            outcome = .success(try await body(file.path))
        } catch {
            outcome = .failure(error)
        }
        try FileManager.default.removeItem(at: file)
        return try outcome.get()
    }

    static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBljCCATugAwIBAgIUL/HjiZtr58T+wvjehJsJSBncYxwwCgYIKoZIzj0EAwIw
        FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMjE4MDAyN1oYDzIxMjYxMDI5
        MTgwMDI3WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
        PQMBBwNCAAT7A1AytbPgfCIe13DqUxdedL+T4MPHi9K2o95Sjdk4ZEye9tWu0jw/
        yj2B+ejg53NEswovY8YpFZKOblF9Cykso2kwZzAdBgNVHQ4EFgQUjnrsS2dCHw1b
        PyXRAZfjZpLgQMcwHwYDVR0jBBgwFoAUjnrsS2dCHw1bPyXRAZfjZpLgQMcwDwYD
        VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
        SQAwRgIhAL2cv8qMGF8WDfQU8g5JX/SnI899oFjvmFZ+d9NiHU30AiEAtTZNHTc7
        CdSrMdJcdUThWPpewYdIumSKA9RaYzdv8TI=
        -----END CERTIFICATE-----

        """

    /// For every name of one label, if one believes it.
    static let anyName = """
        -----BEGIN CERTIFICATE-----
        MIIBRzCB76ADAgECAgEBMAoGCCqGSM49BAMCMAwxCjAIBgNVBAMMAXgwIBcNMjAw
        MTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMAwxCjAIBgNVBAMMAXgwWTATBgcq
        hkjOPQIBBggqhkjOPQMBBwNCAAT7A1AytbPgfCIe13DqUxdedL+T4MPHi9K2o95S
        jdk4ZEye9tWu0jw/yj2B+ejg53NEswovY8YpFZKOblF9Cykso0AwPjAPBgNVHRMB
        Af8EBTADAQH/MAwGA1UdEQQFMAOCASowHQYDVR0OBBYEFI567EtnQh8NWz8l0QGX
        42aS4EDHMAoGCCqGSM49BAMCA0cAMEQCIGFDaitcveVaY2KIFIJH601QMv9UupAC
        S4pDklJmzDbQAiAXmvrrIwNCBzUtA5NDWqAGfgSO+5PmHh6cIVsBCBlYkQ==
        -----END CERTIFICATE-----

        """

    /// For what begins with an l.
    static let partOfLabel = """
        -----BEGIN CERTIFICATE-----
        MIIBSDCB8KADAgECAgEBMAoGCCqGSM49BAMCMAwxCjAIBgNVBAMMAXgwIBcNMjAw
        MTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMAwxCjAIBgNVBAMMAXgwWTATBgcq
        hkjOPQIBBggqhkjOPQMBBwNCAAT7A1AytbPgfCIe13DqUxdedL+T4MPHi9K2o95S
        jdk4ZEye9tWu0jw/yj2B+ejg53NEswovY8YpFZKOblF9Cykso0EwPzAPBgNVHRMB
        Af8EBTADAQH/MA0GA1UdEQQGMASCAmwqMB0GA1UdDgQWBBSOeuxLZ0IfDVs/JdEB
        l+NmkuBAxzAKBggqhkjOPQQDAgNHADBEAiB+LvB1JAgb4Gy0rUJ4o9xLfantxs0C
        zrn+xkjVJFRDHgIgH/Tj0sfRfxkUcaOz3Qp25//CY9QNwfYFdm/7hhoNUUc=
        -----END CERTIFICATE-----

        """

    /// For localhost as certificates had it before there were alternative names.
    static let commonNameAlone = """
        -----BEGIN CERTIFICATE-----
        MIIBSTCB8aADAgECAgEBMAoGCCqGSM49BAMCMBQxEjAQBgNVBAMMCWxvY2FsaG9z
        dDAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowFDESMBAGA1UEAwwJ
        bG9jYWxob3N0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE+wNQMrWz4HwiHtdw
        6lMXXnS/k+DDx4vStqPeUo3ZOGRMnvbVrtI8P8o9gfno4OdzRLMKL2PGKRWSjm5R
        fQspLKMyMDAwDwYDVR0TAQH/BAUwAwEB/zAdBgNVHQ4EFgQUjnrsS2dCHw1bPyXR
        AZfjZpLgQMcwCgYIKoZIzj0EAwIDRwAwRAIgLmY1d2q+hjQBy1wj4Kt2ZWWBD3y0
        u09EsP27S1ynBUECIEBM4g9YPsHlC3a9m3c2aSWlSQl2WRGCCJOh+oK6RQp+
        -----END CERTIFICATE-----

        """

    private static let key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQghpvchs0cdxGXLavt
        kJOitr8SQZ0qOKGW90ymulH3GH+hRANCAAT7A1AytbPgfCIe13DqUxdedL+T4MPH
        i9K2o95Sjdk4ZEye9tWu0jw/yj2B+ejg53NEswovY8YpFZKOblF9Cyks
        -----END PRIVATE KEY-----

        """
}
