package import FoundationEssentials
import NIOHTTP1

/// One request to the origin of a client.
package struct HTTPRequest: Sendable {
    package enum Method: Sendable {
        case get
        case put
        case post

        var name: HTTPMethod {
            switch self {
            case .get: .GET
            case .put: .PUT
            case .post: .POST
            }
        }
    }

    /// The body of a request.
    package struct Content: Sendable {
        let bytes: [UInt8]
        let type: String

        /// `type` is its `Content-Type`.
        package init(_ bytes: [UInt8], type: String) {
            self.bytes = bytes
            self.type = type
        }
    }

    let method: Method
    let path: String
    let content: Content?
    let bodyLimit: Int

    /// `path` has its query and is encoded; of an answer's body no more than `bodyLimit` bytes are read.
    package init(_ method: Method, _ path: String, content: Content? = nil, bodyLimit: Int) {
        self.method = method
        self.path = path
        self.content = content
        self.bodyLimit = bodyLimit
    }
}

/// What is known of a request at its end.
package struct HTTPResult: Sendable {
    /// When the request was handed to a connection that is up, so that its bytes may have left.
    ///
    /// While there is no such instant, no byte of it can have reached a server.
    package internal(set) var sentAt: ContinuousClock.Instant?
    package internal(set) var head: HTTPHead?
    /// As much of the body as is read of one; a server that sent more was cut off.
    package internal(set) var body = Data()
    /// Why there is no whole answer; what came of one before is in ``head`` and ``body``.
    package internal(set) var failure: HTTPFailure?
}

/// Status and headers of an answer.
package struct HTTPHead: Sendable {
    package let status: Int
    private let headers: HTTPHeaders

    init(_ head: HTTPResponseHead) {
        status = Int(head.status.code)
        headers = head.headers
    }

    /// Names and values in the order in which they came.
    package var fields: some Sequence<(name: String, value: String)> { headers }
}
