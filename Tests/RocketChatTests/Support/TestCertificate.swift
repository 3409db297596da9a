import FoundationEssentials
import NIOSSL

/// A certificate for `localhost` that signs itself and protects nothing: its key is public by being here.
enum TestCertificate {
    /// What a server needs to speak TLS with it.
    static func serverContext() throws -> NIOSSLContext {
        let configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: [.certificate(try NIOSSLCertificate(bytes: Array(certificate.utf8), format: .pem))],
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(key.utf8), format: .pem))
        )
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

    private static let key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQghpvchs0cdxGXLavt
        kJOitr8SQZ0qOKGW90ymulH3GH+hRANCAAT7A1AytbPgfCIe13DqUxdedL+T4MPH
        i9K2o95Sjdk4ZEye9tWu0jw/yj2B+ejg53NEswovY8YpFZKOblF9Cyks
        -----END PRIVATE KEY-----

        """
}
