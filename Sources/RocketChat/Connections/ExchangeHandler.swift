import NIOCore
import NIOHTTP1

/// Carries one exchange after the other over a channel, on whose event loop everything here happens.
///
/// A connection is used again only after a whole answer that allows it (RFC 9112, section 9.3). Whatever else ends an
/// exchange closes the connection with it, and so does anything that comes while there is none: a late answer can
/// never be taken for the answer to the next request.
final class ExchangeHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let pool: ConnectionPool
    private var context: ChannelHandlerContext?
    private var exchange: Exchange?
    /// The answer that is being read allows another request.
    private var allowsAnother = false
    private var alarm: Scheduled<Void>?

    init(pool: ConnectionPool) {
        self.pool = pool
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        alarm?.cancel()
    }

    /// Writes a request; `false` if the channel is closed, and then nothing of it has left.
    func begin(_ exchange: Exchange) -> Bool {
        guard let context, context.channel.isActive else { return false }
        guard exchange.leave(by: context.channel) else {
            release(context)
            return true
        }
        self.exchange = exchange
        context.write(wrapOutboundOut(.head(exchange.head)), promise: nil)
        if let content = exchange.content {
            context.write(wrapOutboundOut(.body(.byteBuffer(content))), promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        setAlarm(context)
        return true
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // After the end of an exchange its connection is on its way to be closed.
        guard let exchange else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            allowsAnother = head.isKeepAlive
            exchange.receive(ReplyHead(status: Int(head.status.code), fields: head.headers))
        case .body(let part):
            guard !exchange.receive(part) else { return }
            self.exchange = nil
            context.close(promise: nil)
            exchange.succeed()
        case .end:
            self.exchange = nil
            if allowsAnother {
                release(context)
            } else {
                context.close(promise: nil)
            }
            exchange.succeed()
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        exchange?.fail(error)
        exchange = nil
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        exchange?.fail(ConnectionFailure.closed)
        exchange = nil
    }

    private func release(_ context: ChannelHandlerContext) {
        pool.release(Connection(channel: context.channel, handler: NIOLoopBound(self, eventLoop: context.eventLoop)))
    }

    /// One timer for all exchanges: when it rings it is set anew for the one that is under way by then.
    ///
    /// A timer for each would cost more than the rest of a request; deadlines of one connection only grow.
    private func setAlarm(_ context: ChannelHandlerContext) {
        guard alarm == nil, let exchange else { return }
        alarm = context.eventLoop.assumeIsolated().scheduleTask(deadline: exchange.deadline) { [weak self] in
            self?.ring()
        }
    }

    private func ring() {
        alarm = nil
        guard let exchange, let context else { return }
        if exchange.deadline <= .now() {
            self.exchange = nil
            exchange.fail(ConnectionFailure.answerTimeout)
        } else {
            setAlarm(context)
        }
    }
}
