import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix

/// Why a request has no whole answer.
package enum HTTPFailure: Error, Sendable, Equatable {
    /// The task that waited for the answer was cancelled.
    case cancelled
    /// A header of the request holds a character that none can carry.
    case unusableField
    /// The answer was not complete at the deadline of its request.
    case answerTimeout
    /// The answer is not HTTP.
    case notHTTP
    /// All connections were in use until the deadline of the request.
    case noneFree
    /// Nobody accepted the connection in time.
    case connectTimeout
    /// What the system says of a connection that it could not make or keep.
    case unreachable(String)
    case handshakeTimeout
    case tls(TLSFailure)
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

    /// Translates the error of a library.
    init(_ error: any Error) {
        self =
            switch error {
            case let failure as HTTPFailure: failure
            case HTTPParserError.invalidEOFState: .closed
            case is HTTPParserError: .notHTTP
            case _ where Self.isConnectTimeout(error): .connectTimeout
            default: TLSFailure(error).map { .tls($0) } ?? .unreachable(Self.obstacle(error))
            }
    }

    /// What the system said, in its own words instead of a stack of numbers.
    private static func obstacle(_ error: any Error) -> String {
        switch error {
        case let error as IOError:
            return unsafe String(cString: strerror(error.errnoCode)).lowercased()
        case let error as NIOConnectionError:
            return (error.connectionErrors.first?.error as? IOError).map(obstacle) ?? "its name is not known here"
        case is ChannelError:
            return "the connection was closed"
        default:
            // What else an error says of itself may be a path of the machine on which this was built.
            return "the connection failed (\(type(of: error)))"
        }
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
