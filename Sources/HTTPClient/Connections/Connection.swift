import NIOCore

/// A connection to a server, and what carries exchanges over it.
struct Connection: Sendable {
    let channel: any Channel
    private let handler: NIOLoopBound<HTTP1ClientHandler>

    /// On the event loop of the channel.
    init(_ channel: any Channel, _ handler: HTTP1ClientHandler) {
        self.channel = channel
        self.handler = NIOLoopBound(handler, eventLoop: channel.eventLoop)
    }

    /// Begins to carry an exchange; `refused` is called instead if the connection is of no use, and then nothing of the
    /// request has left.
    func carry(_ exchange: PendingRequest, refused: @escaping @Sendable () -> Void) {
        channel.eventLoop.execute {
            if !handler.value.begin(exchange, over: self) { refused() }
        }
    }

    /// Closes, unless it carries another exchange by now or none.
    func abandon(_ exchange: PendingRequest) {
        channel.eventLoop.execute { handler.value.abandon(exchange) }
    }
}
