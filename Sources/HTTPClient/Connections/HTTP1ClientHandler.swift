import NIOCore
import NIOHTTP1

/// A connection to a server, and what carries requests over it.
struct Connection: Sendable {
    let channel: any Channel
    private let handler: NIOLoopBound<HTTP1ClientHandler>

    /// On the event loop of the channel.
    init(_ channel: any Channel, _ handler: HTTP1ClientHandler) {
        self.channel = channel
        self.handler = NIOLoopBound(handler, eventLoop: channel.eventLoop)
    }

    /// Begins a request: the first before anything is read, the others never while an answer is read, or what follows
    /// that would be taken for their answer.
    func send(_ request: PendingRequest) {
        if channel.eventLoop.inEventLoop, handler.value.isNew {
            handler.value.send(request)
        } else {
            channel.eventLoop.execute { handler.value.send(request) }
        }
    }

    func close() {
        if channel.eventLoop.inEventLoop {
            handler.value.close()
        } else {
            channel.eventLoop.execute { handler.value.close() }
        }
    }
}

/// Carries one request after the other over a channel, on whose event loop everything here happens.
///
/// A connection is used again only after a whole answer that allows it (RFC 9112, section 9.3). Whatever else ends a
/// request closes the connection with it, so that a late answer is never taken for the answer to the next request.
final class HTTP1ClientHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let id: PoolState.ConnectionID
    private let pool: ConnectionPool
    private var context: ChannelHandlerContext?
    private var inFlight: PendingRequest?
    /// The answer that is being read allows another request.
    private var allowsAnother = false
    /// The connection is given up; over TLS it may still be open for a while, and even be sent something.
    private var isClosing = false
    /// True until the first request is begun.
    private(set) var isNew = true

    /// True if what comes can be an answer.
    var isCarrying: Bool { inFlight != nil }

    init(_ id: PoolState.ConnectionID, of pool: ConnectionPool) {
        self.id = id
        self.pool = pool
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        lose(.closed)
        self.context = nil
    }

    /// Writes a request, unless it has ended or the connection is of no use; then the pool knows that, or is about to be
    /// told, and nothing of the request has left.
    func send(_ request: PendingRequest) {
        guard let context, context.channel.isActive, !isClosing, request.markSent() else { return }
        isNew = false
        inFlight = request
        context.write(wrapOutboundOut(.head(request.head)), promise: nil)
        if let content = request.content {
            context.write(wrapOutboundOut(.body(.byteBuffer(content))), promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    /// Closes without a word to the pool, which has decided it.
    func close() {
        isClosing = true
        inFlight = nil
        context?.close(promise: nil)
    }

    /// Tells the pool that the connection is of no use any more, and with it the request that it carries.
    func lose(_ failure: HTTPFailure) {
        guard !isClosing else { return }
        isClosing = true
        let event: PoolState.Event = isCarrying ? .brokeOff(id, failure) : .useless(id)
        inFlight = nil
        pool.tell(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let request = inFlight else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            // After a switch of protocols, which was not requested, nothing is HTTP any more.
            allowsAnother = head.isKeepAlive && head.status != .switchingProtocols
            request.receive(HTTPHead(head))
        case .body(let part):
            if !request.receive(part) { answered(isReusable: false) }
        case .end:
            answered(isReusable: allowsAnother)
        }
    }

    private func answered(isReusable: Bool) {
        inFlight = nil
        isClosing = !isReusable
        pool.tell(.answered(id, isReusable: isReusable))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        lose(HTTPFailure(error))
    }

    func channelInactive(context: ChannelHandlerContext) {
        lose(.closed)
    }
}

/// Closes a connection on which unsolicited bytes arrive, before it is taken for the beginning of the next
/// answer.
///
/// What comes in one segment with the end of an answer has been read by then. If it is a whole answer the parser refuses
/// it; the beginning of one cannot be told.
final class UnsolicitedBytesHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let requests: HTTP1ClientHandler

    init(_ requests: HTTP1ClientHandler) {
        self.requests = requests
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if requests.isCarrying {
            context.fireChannelRead(data)
        } else {
            requests.lose(.closed)
        }
    }
}
