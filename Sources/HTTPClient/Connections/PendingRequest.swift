import FoundationEssentials
import NIOCore
import NIOHTTP1
import Synchronization

/// One request and what comes of it.
///
/// A class because the pool and the connection that carries it meet here; the lock is there because they may be on two
/// event loops. ``PoolState`` decides how it ends.
final class PendingRequest: Sendable {
    let head: HTTPRequestHead
    let content: ByteBuffer?
    private let bodyLimit: Int
    private let state: Mutex<State>

    private struct State {
        var result = HTTPResult()
        /// Who waits for the end; `nil` after it.
        var waiter: CheckedContinuation<HTTPResult, Never>?
    }

    /// `bodyLimit` in bytes.
    init(
        _ head: HTTPRequestHead, content: ByteBuffer?, bodyLimit: Int,
        _ waiter: CheckedContinuation<HTTPResult, Never>
    ) {
        self.head = head
        self.content = content
        self.bodyLimit = bodyLimit
        state = Mutex(State(waiter: waiter))
    }

    /// Takes note that a connection is about to write it; `false` if it has ended.
    func markSent() -> Bool {
        state.withLock { state in
            guard state.waiter != nil else { return false }
            state.result.sentAt = .now
            return true
        }
    }

    func receive(_ head: HTTPHead) {
        state.withLock { $0.result.head = head }
    }

    /// `false` when that was as much of the body as is read.
    func receive(_ part: ByteBuffer) -> Bool {
        state.withLock { state in
            let rest = bodyLimit - state.result.body.count
            state.result.body.append(contentsOf: part.readableBytesView.prefix(rest))
            return part.readableBytes < rest
        }
    }

    /// Ends it, with a failure if there is no whole answer.
    func end(_ failure: HTTPFailure?) {
        let (waiter, result) = state.withLock { state in
            state.result.failure = failure
            defer { state.waiter = nil }
            return (state.waiter, state.result)
        }
        waiter?.resume(returning: result)
    }
}
