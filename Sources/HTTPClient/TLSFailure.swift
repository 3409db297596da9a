import NIOSSL

/// Why no TLS connection came about.
///
/// The errors of the library are a stack of numbers, and name files of the machine on which it was built.
package enum TLSFailure: Sendable, Equatable {
    /// The server answered with something that is no part of a handshake.
    case notTLS
    /// The certificate is for another name.
    case otherName
    /// The certificate is out of date, or of an authority that is not known.
    case untrusted
    /// The server closed the connection during the handshake.
    case closed
    /// The two sides have no cipher in common; in the library's words.
    case noCommonCipher(String)
    /// What else ended the handshake, in the library's words if it has any.
    case handshake(String?)

    /// `nil` for an error that has nothing to do with TLS.
    init?(_ error: any Error) {
        guard error is NIOSSLError || error is NIOSSLExtraError || error is BoringSSLError else { return nil }
        let text = String(describing: error)
        if Self.plainAnswers.contains(where: text.contains) {
            self = .notTLS
        } else if error as? NIOSSLExtraError == .failedToValidateHostname {
            self = .otherName
        } else if text.contains("CERTIFICATE_VERIFY_FAILED") {
            self = .untrusted
        } else if text.contains("EOF during handshake") || error as? NIOSSLError == .uncleanShutdown {
            self = .closed
        } else {
            let reason = text.firstMatch(of: Self.reason).map { String($0.1) }
            let words = reason?.lowercased().replacing("_", with: " ")
            self = Self.noCommonCipher.contains(reason ?? "") ? .noCommonCipher(words ?? "") : .handshake(words)
        }
    }

    /// How the library calls an answer that is no part of a handshake.
    private static let plainAnswers = ["WRONG_VERSION_NUMBER", ":HTTP_REQUEST", "HTTPS_PROXY_REQUEST"]
    /// How a server says, among other things, that it has no cipher of ours.
    private static let noCommonCipher = ["SSLV3_ALERT_HANDSHAKE_FAILURE", "NO_SHARED_CIPHER", "WRONG_CIPHER_RETURNED"]
    /// The name of a reason as the library writes it: `SSL routines:OPENSSL_internal:NO_SHARED_CIPHER at …`.
    private static var reason: Regex<(Substring, Substring)> { /OPENSSL_internal:([A-Z0-9_]+)/ }
}
