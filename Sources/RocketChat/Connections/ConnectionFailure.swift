/// Why there is no connection, or none any more, where no library has a word for it.
enum ConnectionFailure: Error, Equatable {
    /// The answer was not complete at the deadline of its request.
    case answerTimeout
    /// All connections were in use until the deadline of the request.
    case noneFree
    case handshakeTimeout
    /// The certificate of the server is trusted, and does not name it as it has to.
    case unnamedByCertificate
    /// The proxy did not say in time whether it connects.
    case proxyTimeout
    /// The proxy wants other credentials (status 407).
    case proxyRefused
    /// The proxy does not connect to the server.
    case proxyCannotConnect
    /// The other side closed the connection, or the client is closed.
    case closed
}
