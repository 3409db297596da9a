import HTTPClient
import Model

/// Decides whether the server can have acted on a request that has no whole answer.
struct TransportFailure {
    let failure: HTTPFailure
    /// Bytes of the request may have left, see ``HTTPResult``.
    let mayHaveLeft: Bool
    /// Whom the request was for.
    let address: ServerAddress
    /// Whom the connection was made to in its place.
    let proxy: ProxyAddress?

    /// What broke off after the request may have left is unknown, whatever its kind.
    func meaning<Value>() -> ReplyOutcome<Value> {
        switch failure {
        case .unusableField:
            .stop(
                Stop(.credentialsRejected, "The user id or auth token holds characters that no header can carry"))
        case .cancelled: .unknown(.connectionLost, "The request was cancelled before its answer came")
        default: mayHaveLeft ? interrupted() : unsent()
        }
    }

    private func interrupted<Value>() -> ReplyOutcome<Value> {
        switch failure {
        case .answerTimeout: .unknown(.timeout, "The answer did not come in time")
        case .notHTTP: .unknown(.unreadableReply, "The answer is not HTTP")
        default: .unknown(.connectionLost, "The connection was lost before the answer was complete")
        }
    }

    private func unsent<Value>() -> ReplyOutcome<Value> {
        switch failure {
        case .proxyRefused:
            .stop(Stop(.proxyRefused, "\(peer) \(proxyDemand) (status 407)"))
        case .proxyCannotConnect:
            .notSent(.connectionFailed, "\(peer) does not connect to \(address): it refuses to, or cannot reach it")
        case .proxyTimeout:
            .notSent(.connectionFailed, "\(peer) did not connect to \(address) in time")
        case .handshakeTimeout:
            .notSent(.tlsFailed, "\(address) did not finish the TLS handshake in time")
        case .tls(.notTLS):
            .notSent(.tlsFailed, "\(address) does not speak TLS: is it http:// instead?")
        case .tls(let failure):
            .notSent(.tlsFailed, "No trusted TLS connection to \(address): \(distrust(failure))")
        case .unnamedByCertificate:
            .notSent(
                .tlsFailed,
                "No trusted TLS connection to \(address): its certificate does not name it as it has to, which is in full "
                    + "or as *.example.org among its subject alternative names")
        case .noneFree:
            .notSent(.timeout, "No connection to \(address) was free in time: all of them wait for answers")
        case .answerTimeout, .connectTimeout:
            .notSent(.connectionFailed, "\(peer) did not accept a connection in time")
        case .unreachable(let obstacle):
            .notSent(.connectionFailed, "\(peer) cannot be reached: \(obstacle)")
        case .closed, .notHTTP, .cancelled, .unusableField:
            .notSent(.connectionFailed, "\(address) cannot be reached: the connection was closed")
        }
    }

    /// Whom a connection could not be made to.
    private var peer: String { proxy.map { "The proxy \($0)" } ?? "\(address)" }

    private var proxyDemand: String {
        proxy?.hasUser == true
            ? "does not accept the user and the password that it was named with"
            : "wants a user and a password: name it as http://USER:PASSWORD@HOST:PORT in HTTPS_PROXY"
    }

    private func distrust(_ failure: TLSFailure) -> String {
        switch failure {
        case .otherName: "its certificate is for another name"
        case .untrusted:
            "its certificate is not trusted here, because it is out of date or of an authority that is not known "
                + "(name that with --ca-file)"
        case .closed: "it closed the connection during the handshake"
        case .noCommonCipher(let words):
            "the handshake failed (\(words)); only ciphers with ECDHE and AEAD are used, such as "
                + "ECDHE-RSA-AES128-GCM-SHA256: let the server, or the proxy before it, offer one"
        case .handshake(let words): "the handshake failed" + (words.map { " (\($0))" } ?? "")
        case .notTLS: "it does not speak TLS"
        }
    }
}
