import Glibc
import Model
import NIOCore
import NIOHTTP1
import NIOPosix

/// Decides whether the server can have acted on an exchange that broke off.
struct TransportFailure {
    let error: any Error
    /// Bytes of the request may have left, see ``PendingRequest/Progress``.
    let mayHaveLeft: Bool
    /// Whom the request was for.
    let address: ServerAddress
    /// Whom the connection was made to in its place.
    let proxy: ProxyAddress?

    /// What broke off after the request may have left is unknown, whatever its kind.
    func meaning<Value>() -> ReplyOutcome<Value> {
        if error is CancellationError {
            return .unknown(.connectionLost, "The request was cancelled before its answer came")
        }
        return mayHaveLeft ? interrupted() : unsent()
    }

    private func interrupted<Value>() -> ReplyOutcome<Value> {
        switch error {
        case ConnectionFailure.answerTimeout:
            .unknown(.timeout, "The answer did not come in time")
        case let error as HTTPParserError where error != .invalidEOFState:
            .unknown(.unreadableReply, "The answer is not HTTP")
        default:
            .unknown(.connectionLost, "The connection was lost before the answer was complete")
        }
    }

    private func unsent<Value>() -> ReplyOutcome<Value> {
        if let error = error as? ConnectionFailure {
            unsent(error)
        } else if let failure = TLSFailure(error, at: address) {
            .notSent(.tlsFailed, failure.sentence)
        } else if Self.isConnectTimeout(error) {
            .notSent(.connectionFailed, "\(peer) did not accept a connection in time")
        } else {
            .notSent(.connectionFailed, "\(peer) cannot be reached: \(obstacle)")
        }
    }

    /// Whom a connection could not be made to.
    private var peer: String { proxy.map { "The proxy \($0)" } ?? "\(address)" }

    /// What the system said, in its own words instead of a stack of numbers.
    private var obstacle: String {
        switch error {
        case let error as IOError:
            return unsafe String(cString: strerror(error.errnoCode)).lowercased()
        case let error as NIOConnectionError:
            if let cause = error.connectionErrors.first?.error as? IOError {
                return unsafe String(cString: strerror(cause.errnoCode)).lowercased()
            }
            return "its name is not known here"
        case is ChannelError:
            return "the connection was closed"
        default:
            // What else an error says of itself may be a path of the machine on which this was built.
            return "the connection failed (\(type(of: error)))"
        }
    }

    private func unsent<Value>(_ failure: ConnectionFailure) -> ReplyOutcome<Value> {
        switch failure {
        case .proxyRefused:
            .stop(Stop(.proxyRefused, "\(peer) \(proxyDemand) (status 407)"))
        case .proxyCannotConnect:
            .notSent(.connectionFailed, "\(peer) does not connect to \(address): it refuses to, or cannot reach it")
        case .proxyTimeout:
            .notSent(.connectionFailed, "\(peer) did not connect to \(address) in time")
        case .handshakeTimeout:
            .notSent(.tlsFailed, "\(address) did not finish the TLS handshake in time")
        case .unnamedByCertificate:
            .notSent(
                .tlsFailed,
                "No trusted TLS connection to \(address): its certificate does not name it as it has to, which is in full "
                    + "or as *.example.org among its subject alternative names")
        case .noneFree:
            .notSent(.timeout, "No connection to \(address) was free in time: all of them wait for answers")
        case .answerTimeout:
            .notSent(.connectionFailed, "\(peer) did not accept a connection in time")
        case .closed:
            .notSent(.connectionFailed, "\(address) cannot be reached: the connection was closed")
        }
    }

    private var proxyDemand: String {
        proxy?.user == nil
            ? "wants a user and a password: name it as http://USER:PASSWORD@HOST:PORT in HTTPS_PROXY"
            : "does not accept the user and the password that it was named with"
    }

    /// Of a name with several addresses each may have failed in its own way; the first one counts.
    private static func isConnectTimeout(_ error: any Error) -> Bool {
        switch error {
        case ChannelError.connectTimeout: true
        case let error as NIOConnectionError: error.connectionErrors.first.map { isConnectTimeout($0.error) } ?? false
        default: false
        }
    }
}
