import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOHTTP1
import Synchronization

/// Gathers one answer up to a limit, and remembers how far the request got.
///
/// A class because the HTTP client calls it back; the lock is there because those calls come from an event loop.
final class ReplyCollector: HTTPClientResponseDelegate {
    /// What is known of the exchange, at its end or when it broke off.
    struct Progress: Sendable {
        /// The head of the request was handed to a connection, so its bytes may have left.
        ///
        /// The client reports it before it writes the first byte of a body: while this is false, no complete PUT can
        /// have reached a server.
        var mayHaveLeft = false
        var head: ReplyHead?
        var body = Data()
    }

    /// More came than is read of an answer; what did come is in ``progress``.
    struct BodyLimitReached: Error {}

    private let limit: Int
    private let state = Mutex(Progress())

    init(limit: Int) {
        self.limit = limit
    }

    var progress: Progress { state.withLock { $0 } }

    func didSendRequestHead(task: HTTPClient.Task<Void>, _ head: HTTPRequestHead) {
        state.withLock { $0.mayHaveLeft = true }
    }

    func didReceiveHead(task: HTTPClient.Task<Void>, _ head: HTTPResponseHead) -> EventLoopFuture<Void> {
        let head = ReplyHead(status: Int(head.status.code), fields: head.headers)
        state.withLock { $0.head = head }
        return task.eventLoop.makeSucceededVoidFuture()
    }

    func didReceiveBodyPart(task: HTTPClient.Task<Void>, _ part: ByteBuffer) -> EventLoopFuture<Void> {
        let isWithinLimit = state.withLock { progress in
            progress.body.append(contentsOf: part.readableBytesView.prefix(limit - progress.body.count))
            return progress.body.count < limit
        }
        return isWithinLimit
            ? task.eventLoop.makeSucceededVoidFuture() : task.eventLoop.makeFailedFuture(BodyLimitReached())
    }

    func didFinishRequest(task: HTTPClient.Task<Void>) {}
}
