import FoundationEssentials
package import NIOSSL

/// A certificate for `localhost` that signs itself and protects nothing: its key is public by being here.
package enum TestCertificate {
    /// What a server needs to speak TLS with it, or with another one that has its key.
    package static func serverContext(
        _ certificate: String = certificate, key: String = key, ciphers: String? = nil
    ) throws -> NIOSSLContext {
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
    package static func withFile<Result>(
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

    package static let certificate = """
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
    package static let anyName = """
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
    package static let partOfLabel = """
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
    package static let commonNameAlone = """
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

    package static let key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQghpvchs0cdxGXLavt
        kJOitr8SQZ0qOKGW90ymulH3GH+hRANCAAT7A1AytbPgfCIe13DqUxdedL+T4MPH
        i9K2o95Sjdk4ZEye9tWu0jw/yj2B+ejg53NEswovY8YpFZKOblF9Cyks
        -----END PRIVATE KEY-----

        """

    /// One whose key can carry a secret itself, as servers had it before keys were made for each connection.
    package static let rsa = """
        -----BEGIN CERTIFICATE-----
        MIIDITCCAgmgAwIBAgIUeDY16Gq6J8ShyMIdLuby4oJIC2YwDQYJKoZIhvcNAQEL
        BQAwFDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNzE0MjkxOVoYDzIxMjYx
        MTAzMTQyOTE5WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwggEiMA0GCSqGSIb3DQEB
        AQUAA4IBDwAwggEKAoIBAQCY5/J2d2mZfuwXBmNL+ifIGPsBCGe4uXRyrn7z0U/w
        /Vcu2R5jPjI6Tox/mUHMF2NOSPzOEO2hlBOT1erRypMIml3lbO4N2q6xaup38JNR
        /vCEBYXWOfJVqw8+WTfHXQIZihYF4MGZb+ewz4kr9ruHCPs/PxZ9/nmuxIQAy6O9
        5p5cDfcw05lGCfc0fP4lK/XMpKMExlggE2o8M434sH/AsDn0uNmJ03F5LTmY3/x8
        ClOI8DAI2uS+R1JLEaGV6DYxrcsYWsR/dXUxgqaQ6I/YtYwvpcjv41CMqr+MBiNF
        c+rD1M1J/Fehnp3h2ctd8/siLZgkipNJiftj4gN0Bx1BAgMBAAGjaTBnMB0GA1Ud
        DgQWBBR88tbextYexxC2NwBgzC91ynnl1DAfBgNVHSMEGDAWgBR88tbextYexxC2
        NwBgzC91ynnl1DAPBgNVHRMBAf8EBTADAQH/MBQGA1UdEQQNMAuCCWxvY2FsaG9z
        dDANBgkqhkiG9w0BAQsFAAOCAQEAh+P34eGNI8tllFkJRpcb7/3eDrUH0AbLS/yY
        ELfnd6Pmx9BZ//z2W04HmEVMcOqo9zyfmeYhCq7Vh6MrJi/miQGmOAc61ZGWBRAQ
        Q7zSDbG9R4YZjn8yr/aMRxYcHjb5UqCvEVE3PH88IegheW5qmZxc0UyPz+GIANPK
        3Lk6DNl/1FGFjUUGPmSJ3R59OeP73nJOD05tNUf0qpCaKL3cbylR/O7KmZ0gkFsS
        BpY9g5M3SuJ+DRNUwbxTWWDcokn68WU0Z/Jzk5jkt5YlsWvkLU7flY/EvSq52ytR
        uImTvHse8eTN5It9oRttH6WK4kOJhaZKGKanatINRMjHshcqfg==
        -----END CERTIFICATE-----

        """

    package static let rsaKey = """
        -----BEGIN PRIVATE KEY-----
        MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCY5/J2d2mZfuwX
        BmNL+ifIGPsBCGe4uXRyrn7z0U/w/Vcu2R5jPjI6Tox/mUHMF2NOSPzOEO2hlBOT
        1erRypMIml3lbO4N2q6xaup38JNR/vCEBYXWOfJVqw8+WTfHXQIZihYF4MGZb+ew
        z4kr9ruHCPs/PxZ9/nmuxIQAy6O95p5cDfcw05lGCfc0fP4lK/XMpKMExlggE2o8
        M434sH/AsDn0uNmJ03F5LTmY3/x8ClOI8DAI2uS+R1JLEaGV6DYxrcsYWsR/dXUx
        gqaQ6I/YtYwvpcjv41CMqr+MBiNFc+rD1M1J/Fehnp3h2ctd8/siLZgkipNJiftj
        4gN0Bx1BAgMBAAECggEAHcD2yqwqaZLL3KAi1uA++P45a6ZHzqeR3BYOAKJgmK+n
        lSdtNRkfe36Y8uRu7Ai6C3wC65NaNlii5Z/ZAYlWirRFJLWJbjs5Rq9cIEo5VJmU
        ElCjzj+44wg2H2cLhlkYJUGcTvkBGzsuHdcIpXwt2hU6lMBRP2OzKHm3iRMXUgae
        7zLaAcC0zbtxW+zT5OpzmBE9+StP9tHGrwG5YSRdRHxgJz7ntps+/6WQJLTdwPV9
        XldLaFf6ZOec5CCJpvVB2CRYW0sq2bc+CgLLhyZKKTLdMg9vA2gvN/5PHqO+8ed5
        bOieZeKzSjfDg7q6CghBjulM93ufU+hZUrG5Gkb9ZQKBgQDSzJKRqFaL8Citt6ps
        lSOlwBpn/pDt1oV1yb9KHxllOlYDIGviMXaOW1hm1rUPVayZdxEssNGNHwcdVH3M
        xY3PqL2Z9EnbxX/UZ1SWlMqnkJJv/TNn0jCKRk8CFeBbvhrvoW9Yce7zS61XMtx5
        Hn1aC6JSgGvNX0WDdfd0ZdHh5QKBgQC5sXEQeiLgytJgDGs7EtA13KgPUyB68PAF
        la5YwoPjteFGY6nns8LTjRxi+v9NFmb+l1SeAc4y/oRwFi44e1x3lHEiCZAPgcPj
        rn79ivkKQJ5wAMAx9IHgYfWuW1YXT2mn7K6hYh6470R0GKjnf6jSnhebhb8NtaPA
        JmyFypJILQKBgQCKQsWLpdcGOAHmVwX/7B4SdBqdxRl39fFZXXcK/bThcU7DBDve
        g0TYgE9OPFtLcI0hpzfrkRoQrp4y/Zz5d0XZQzsAxHrBHBwIy7Fuhq8ZErkJnRBf
        czyFJTJjEsgyRFFUhRUL9Maeay+JdwGmq3naWrEf3b1XWbq1S+V/Qd1UhQKBgF1F
        KTtTfa1Xcq/XzQyQ+I/1U1zPLiNSXd0QP9BJc6Guu4Z1jOPawOMtn7J/zDhWJkl+
        jXwIACBRAwihu3mXTOyrXN/x2bBQR6pW/WYwpcJmjq5HUkJFQ+8GhTacnfN7aeB0
        24ooFLJjTAjcUgplbtDLo6P0W/Bw6d0b76qMA0nJAoGAer4XTGTNCJ1r7Uw1NiZF
        c82ZuTvEuAvt2OyiPt56gX/r4pFqV0PCPZEP1c1dZsIZj/BKGwqELJ79cK662CU9
        1GFZBMKQQk+2EDLjXtDmNTgutnJBcS2ZUCrjBgUx0WFr+LjC6JYI/R3A9M7EweqD
        BhVv3It3cixBwtaXCIDYDO4=
        -----END PRIVATE KEY-----

        """
}
