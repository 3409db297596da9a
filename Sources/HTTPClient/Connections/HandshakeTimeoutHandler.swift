import NIOCore

/// Waits in a channel until the handler before it says that its handshake is over.
final class HandshakeTimeoutHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    private let isEnd: (Any) -> Bool
    private let completion: EventLoopPromise<Void>
    private let deadline: NIODeadline
    private let lateness: HTTPFailure
    private var timeout: Scheduled<Void>?

    /// `isEnd` knows the event of the end; at the deadline it fails with `lateness`.
    init(
        until isEnd: @escaping (Any) -> Bool, deadline: NIODeadline, lateness: HTTPFailure,
        completion: EventLoopPromise<Void>
    ) {
        self.isEnd = isEnd
        self.deadline = deadline
        self.lateness = lateness
        self.completion = completion
    }

    func handlerAdded(context: ChannelHandlerContext) {
        timeout = context.eventLoop.scheduleTask(deadline: deadline) { [completion, lateness] in
            completion.fail(lateness)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timeout?.cancel()
        // If it ended in any way before, this changes nothing.
        completion.fail(HTTPFailure.closed)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if isEnd(event) {
            completion.succeed()
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        completion.fail(error)
    }
}
