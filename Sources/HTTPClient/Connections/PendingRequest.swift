import FoundationEssentials
import NIOCore
import NIOHTTP1
import Synchronization

/// One request and what comes of it.
///
/// A class because whoever waits and the connection that carries it meet here; the lock is there because one is a task
/// and the other an event loop. Whatever ends it first, an answer, a failure or a cancellation, decides what came of it.
final class PendingRequest: Sendable {
    let head: HTTPRequestHead
    let content: ByteBuffer?
    /// When it fails with ``HTTPFailure/answerTimeout`` once it has left.
    let deadline: NIODeadline
    private let bodyLimit: Int
    private let state = Mutex(State())

    private struct State {
        var result = HTTPResult()
        var connection: Connection?
        var waiting: CheckedContinuation<HTTPResult, Never>?
        var isOver = false
    }

    /// `bodyLimit` in bytes.
    init(_ head: HTTPRequestHead, content: ByteBuffer?, bodyLimit: Int, deadline: NIODeadline) {
        self.head = head
        self.content = content
        self.bodyLimit = bodyLimit
        self.deadline = deadline
    }

    /// Waits for its end, which comes at once when the task is cancelled; `begin` has it carried.
    func end(begin: () -> Void) async -> HTTPResult {
        await withTaskCancellationHandler {
            await withCheckedContinuation { waiting in
                let early = state.withLock { state in
                    guard !state.isOver else { return Optional(state.result) }
                    state.waiting = waiting
                    return nil
                }
                if let early {
                    waiting.resume(returning: early)
                } else {
                    begin()
                }
            }
        } onCancel: {
            fail(HTTPFailure.cancelled)
        }
    }

    /// Takes note that a connection is about to write it; `false` if nobody waits for it any more.
    func leave(by connection: Connection) -> Bool {
        state.withLock { state in
            guard !state.isOver else { return false }
            state.result.sentAt = .now
            state.connection = connection
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

    /// Its answer is as complete as it gets.
    func succeed() {
        _ = finish(nil)
    }

    /// Ends it without a whole answer, and with it the connection that carries it.
    func fail(_ error: any Error) {
        finish(error)?.abandon(self)
    }

    /// - Returns: the connection that carries it, if this ended it.
    private func finish(_ error: (any Error)?) -> Connection? {
        let ended = state.withLock { state in
            guard !state.isOver else { return nil as State? }
            state.isOver = true
            state.result.failure = error.map { HTTPFailure($0) }
            defer {
                state.waiting = nil
                state.connection = nil
            }
            return state
        }
        guard let ended else { return nil }
        ended.waiting?.resume(returning: ended.result)
        return ended.connection
    }
}
