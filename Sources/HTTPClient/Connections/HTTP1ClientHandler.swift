import NIOCore
import NIOHTTP1

/// Carries one exchange after the other over a channel, on whose event loop everything here happens.
///
/// A connection is used again only after a whole answer that allows it (RFC 9112, section 9.3). Whatever else ends an
/// exchange closes the connection with it, so that a late answer is never taken for the answer to the next request.
final class HTTP1ClientHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let pool: ConnectionPool
    private var context: ChannelHandlerContext?
    private var carried: (exchange: PendingRequest, connection: Connection)?
    /// The answer that is being read allows another request.
    private var allowsAnother = false
    /// The connection is given up; over TLS it may still be open for a while, and even be sent something.
    private var isClosing = false
    private var alarm: (deadline: NIODeadline, scheduled: Scheduled<Void>)?
    /// When the last answer ended, or the connection was made.
    private var usedAt = NIODeadline.now()

    /// Whether anything that comes can be an answer.
    var isCarrying: Bool { carried != nil }

    init(pool: ConnectionPool) {
        self.pool = pool
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        end(failing: HTTPFailure.closed)
        alarm?.scheduled.cancel()
        self.context = nil
    }

    /// Writes a request; `false` if the connection is of no use, and then nothing of it has left.
    func begin(_ exchange: PendingRequest, over connection: Connection) -> Bool {
        guard let context, context.channel.isActive, !isClosing else { return false }
        guard exchange.deadline > .now(), exchange.leave(by: connection) else {
            // Its connection took too long to make, or nobody waits for it any more.
            exchange.fail(HTTPFailure.answerTimeout)
            pool.release(connection, since: usedAt)
            return true
        }
        carried = (exchange, connection)
        context.write(wrapOutboundOut(.head(exchange.head)), promise: nil)
        if let content = exchange.content {
            context.write(wrapOutboundOut(.body(.byteBuffer(content))), promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        setAlarm(context)
        return true
    }

    /// Closes if that is the exchange that is carried.
    func abandon(_ exchange: PendingRequest) {
        guard let context, carried?.exchange === exchange else { return }
        carried = nil
        close(context)
    }

    /// Closes because something came that nobody asked for.
    func giveUp() {
        if let context { close(context) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let (exchange, connection) = carried else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            // After a switch of protocols, which nobody asked for, nothing is HTTP any more.
            allowsAnother = head.isKeepAlive && head.status != .switchingProtocols
            exchange.receive(HTTPHead(head))
        case .body(let part):
            guard !exchange.receive(part) else { return }
            carried = nil
            close(context)
            exchange.succeed()
        case .end:
            carried = nil
            usedAt = .now()
            if allowsAnother, !isClosing {
                pool.release(connection, since: usedAt)
            } else {
                close(context)
            }
            exchange.succeed()
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        close(context, failing: error)
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(failing: HTTPFailure.closed)
    }

    private func end(failing error: any Error) {
        let exchange = carried?.exchange
        carried = nil
        exchange?.fail(error)
    }

    /// Ends what is carried before the closing does, which knows no reason.
    private func close(_ context: ChannelHandlerContext, failing error: any Error = HTTPFailure.closed) {
        isClosing = true
        end(failing: error)
        context.close(promise: nil)
    }

    /// One timer for all exchanges: when it rings it is set anew for the one that is under way by then.
    ///
    /// A timer for each would cost more than the rest of a request. It is set anew at once only for an earlier deadline:
    /// of a request that moved here from another connection.
    private func setAlarm(_ context: ChannelHandlerContext) {
        guard let deadline = carried?.exchange.deadline else { return }
        if let alarm {
            guard deadline < alarm.deadline else { return }
            alarm.scheduled.cancel()
        }
        let scheduled = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { [weak self] () -> Void in
            self?.ring()
        }
        alarm = (deadline, scheduled)
    }

    private func ring() {
        alarm = nil
        guard let exchange = carried?.exchange, let context else { return }
        if exchange.deadline <= .now() {
            close(context, failing: HTTPFailure.answerTimeout)
        } else {
            setAlarm(context)
        }
    }
}

/// Closes a connection on which something comes that nobody asked for, before it is taken for the beginning of the next
/// answer.
///
/// What comes in one segment with the end of an answer has been read by then. If it is a whole answer the parser refuses
/// it; of the beginning of one nobody can know.
final class UnsolicitedBytesHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let exchanges: HTTP1ClientHandler

    init(_ exchanges: HTTP1ClientHandler) {
        self.exchanges = exchanges
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if exchanges.isCarrying {
            context.fireChannelRead(data)
        } else {
            exchanges.giveUp()
        }
    }
}
