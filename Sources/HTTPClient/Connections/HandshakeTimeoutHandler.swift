import NIOCore

/// Waits in a channel until the handler before it says that its handshake is over.
final class HandshakeTimeoutHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    private let isEnd: (Any) -> Bool
    private let over: EventLoopPromise<Void>
    private let deadline: NIODeadline
    private let lateness: HTTPFailure
    private var alarm: Scheduled<Void>?

    /// `isEnd` knows the event of the end; at the deadline it fails with `lateness`.
    init(
        until isEnd: @escaping (Any) -> Bool, deadline: NIODeadline, lateness: HTTPFailure,
        over: EventLoopPromise<Void>
    ) {
        self.isEnd = isEnd
        self.deadline = deadline
        self.lateness = lateness
        self.over = over
    }

    func handlerAdded(context: ChannelHandlerContext) {
        alarm = context.eventLoop.scheduleTask(deadline: deadline) { [over, lateness] in over.fail(lateness) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        alarm?.cancel()
        // If it ended in any way before, this changes nothing.
        over.fail(HTTPFailure.closed)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if isEnd(event) {
            over.succeed()
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        over.fail(error)
    }
}
