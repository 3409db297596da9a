import NIOCore
import NIOHTTP1
import Synchronization

/// A connection that is free, and what carries exchanges over it.
struct Connection: Sendable {
    let channel: any Channel
    let handler: NIOLoopBound<ExchangeHandler>
}

/// Finds each request a connection: the one that was free last, or a new one.
///
/// A class because all requests have it in common. It never waits for a connection: there are as many as requests were
/// under way at a time, which callers bound. Nothing is sent twice: a request moves on to another connection only while
/// no byte of it was written.
final class ConnectionPool: Sendable {
    /// The server closes a connection that was idle for 5 s (contract 3); no request is to meet that close on its way.
    static let longestIdleness = Duration.seconds(4)

    private struct State {
        var free: [(connection: Connection, since: NIODeadline)] = []
        var open: [ObjectIdentifier: any Channel] = [:]
        var isClosed = false
    }

    private let connector: Connector
    private let longestIdleness: TimeAmount
    private let state = Mutex(State())

    /// A connection that was idle for `longestIdleness` is not used again.
    init(_ connector: Connector, longestIdleness: Duration = ConnectionPool.longestIdleness) {
        self.connector = connector
        self.longestIdleness = TimeAmount(longestIdleness)
    }

    /// Begins to carry an exchange; whatever keeps it from being carried ends it.
    func carry(_ exchange: Exchange) {
        if let connection = takeFree() {
            connection.channel.eventLoop.execute {
                if !connection.handler.value.begin(exchange) {
                    self.carry(exchange)
                }
            }
        } else if state.withLock({ $0.isClosed }) {
            exchange.fail(ConnectionFailure.closed)
        } else {
            connector.connect().whenComplete { self.connected($0, for: exchange) }
        }
    }

    /// Takes back a connection whose exchange is over.
    func release(_ connection: Connection) {
        let now = NIODeadline.now()
        state.withLock { $0.free.append((connection, since: now)) }
    }

    /// Closes every connection; what is still carried fails, and whatever comes later does.
    func close() async {
        let channels = state.withLock { state in
            state.isClosed = true
            state.free = []
            return Array(state.open.values)
        }
        for channel in channels {
            // It may be closed already; then that is all there is to it.
            try? await channel.close().get()
        }
    }

    private func takeFree() -> Connection? {
        let now = NIODeadline.now()
        while let (connection, since) = state.withLock({ $0.free.popLast() }) {
            if now - since < longestIdleness { return connection }
            connection.channel.close(promise: nil)
        }
        return nil
    }

    /// On the event loop of the new channel, if there is one.
    private func connected(_ result: Result<any Channel, any Error>, for exchange: Exchange) {
        do {
            let channel = try result.get()
            guard keep(channel) else {
                channel.close(promise: nil)
                throw ConnectionFailure.closed
            }
            let handler = ExchangeHandler(pool: self)
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandler(HTTPRequestEncoder())
            try pipeline.addHandler(ByteToMessageHandler(HTTPResponseDecoder()))
            try pipeline.addHandler(handler)
            try Connector.hear(channel)
            guard handler.begin(exchange) else { throw ConnectionFailure.closed }
        } catch {
            exchange.fail(error)
        }
    }

    /// Remembers a channel until it is closed; `false` if the pool is closed already.
    private func keep(_ channel: any Channel) -> Bool {
        let key = ObjectIdentifier(channel)
        let isKept = state.withLock { state in
            if !state.isClosed { state.open[key] = channel }
            return !state.isClosed
        }
        if isKept {
            channel.closeFuture.whenComplete { _ in self.forget(key) }
        }
        return isKept
    }

    private func forget(_ key: ObjectIdentifier) {
        state.withLock { state in
            state.open[key] = nil
            state.free.removeAll { ObjectIdentifier($0.connection.channel) == key }
        }
    }
}
