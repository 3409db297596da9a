import NIOSSL

/// Why no TLS connection came about, in words.
///
/// The errors themselves are a stack of numbers, and name files of the machine on which the library was built.
struct TLSFailure {
    let error: any Error
    let address: ServerAddress

    init?(_ error: any Error, at address: ServerAddress) {
        guard error is NIOSSLError || error is NIOSSLExtraError || error is BoringSSLError else { return nil }
        self.error = error
        self.address = address
    }

    var sentence: String {
        let text = String(describing: error)
        if Self.plainAnswers.contains(where: text.contains) {
            return "\(address) does not speak TLS: is it http:// instead?"
        }
        return "No trusted TLS connection to \(address): \(distrust(text))"
    }

    private func distrust(_ text: String) -> String {
        if error as? NIOSSLExtraError == .failedToValidateHostname {
            return "its certificate is for another name"
        }
        if text.contains("CERTIFICATE_VERIFY_FAILED") {
            return
                "its certificate is not trusted here, because it is out of date or of an authority that is not known "
                + "(name that with --ca-file)"
        }
        if text.contains(Self.ending) || error as? NIOSSLError == .uncleanShutdown {
            return "it closed the connection during the handshake"
        }
        guard let reason = text.firstMatch(of: Self.reason)?.1 else { return "the handshake failed" }
        let words = "the handshake failed (\(reason.lowercased().replacing("_", with: " ")))"
        guard Self.noCommonCipher.contains(String(reason)) else { return words }
        return words + "; only ciphers with ECDHE and AEAD are used, such as ECDHE-RSA-AES128-GCM-SHA256: let the "
            + "server, or the proxy before it, offer one"
    }

    /// How the library calls an answer that is no part of a handshake.
    private static let plainAnswers = ["WRONG_VERSION_NUMBER", ":HTTP_REQUEST", "HTTPS_PROXY_REQUEST"]
    /// How a server says, among other things, that it has no cipher of ours.
    private static let noCommonCipher = ["SSLV3_ALERT_HANDSHAKE_FAILURE", "NO_SHARED_CIPHER", "WRONG_CIPHER_RETURNED"]
    private static let ending = "EOF during handshake"
    /// The name of a reason as the library writes it: `SSL routines:OPENSSL_internal:NO_SHARED_CIPHER at …`.
    private static var reason: Regex<(Substring, Substring)> { /OPENSSL_internal:([A-Z0-9_]+)/ }
}
