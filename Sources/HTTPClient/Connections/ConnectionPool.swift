import DequeModule
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// Finds each request a connection: the one that was free last, a new one, or the next that becomes free.
///
/// A class because all requests have it in common. Nothing is sent twice: a request moves on to another connection only
/// while no byte of it was written. Requests wait in the order of their deadlines, and fail when those have passed.
final class ConnectionPool: Sendable {
    private struct State {
        var free: [(connection: Connection, since: NIODeadline)] = []
        var open: [ObjectIdentifier: any Channel] = [:]
        /// Connections that are being made.
        var coming = 0
        /// Requests for which there was no connection left, the earliest deadline first.
        var waiting: Deque<PendingRequest> = []
        var isClosed = false

        /// One that comes back from a connection of no use takes the place again that it had.
        mutating func wait(_ exchange: PendingRequest) {
            let place = waiting.lastIndex { $0.deadline <= exchange.deadline }.map { $0 + 1 } ?? 0
            waiting.insert(exchange, at: place)
        }

        /// Takes out the requests whose deadlines have passed.
        mutating func late(at now: NIODeadline) -> [PendingRequest] {
            var late: [PendingRequest] = []
            while let exchange = waiting.first, exchange.deadline <= now {
                late.append(exchange)
                waiting.removeFirst()
            }
            return late
        }

        /// The next request that a connection can serve, and those before it for which it comes too late.
        mutating func next(at now: NIODeadline) -> (PendingRequest?, late: [PendingRequest]) {
            let late = late(at: now)
            return (waiting.popFirst(), late)
        }
    }

    private enum Way {
        case over(Connection)
        case overNew
        case later
        case none
    }

    private let connector: Connector
    private let limit: Int
    private let longestIdleness: TimeAmount
    private let state = Mutex(State())

    /// `limit` is the most connections that are open at a time; one that was idle for `longestIdleness` is not used again.
    init(_ connector: Connector, limit: Int, longestIdleness: Duration) {
        self.connector = connector
        self.limit = limit
        self.longestIdleness = TimeAmount(longestIdleness)
    }

    /// Begins to carry an exchange; whatever keeps it from being carried ends it.
    func carry(_ exchange: PendingRequest) {
        switch way(for: exchange) {
        case .over(let connection): connection.carry(exchange) { self.carry(exchange) }
        case .overNew: connect(for: exchange)
        case .later: failWaiting(at: exchange.deadline)
        case .none: exchange.fail(HTTPFailure.closed)
        }
    }

    /// Takes back a connection that carries nothing since then, and gives it to whoever waits for one.
    func release(_ connection: Connection, since: NIODeadline) {
        let (next, late) = state.withLock { state -> (PendingRequest?, [PendingRequest]) in
            guard !state.isClosed else { return (nil, []) }
            let (next, late) = state.next(at: .now())
            if next == nil { state.free.append((connection, since)) }
            return (next, late)
        }
        giveUp(late)
        if let next {
            connection.carry(next) { self.carry(next) }
        }
    }

    /// Ends the wait of a request that gets no connection until its deadline.
    private func failWaiting(at deadline: NIODeadline) {
        MultiThreadedEventLoopGroup.singleton.any().scheduleTask(deadline: deadline) {
            self.giveUp(self.state.withLock { $0.late(at: .now()) })
        }
    }

    private func giveUp(_ late: [PendingRequest]) {
        for exchange in late { exchange.fail(HTTPFailure.noneFree) }
    }

    /// How many requests wait for a connection.
    var waitingRequests: Int { state.withLock { $0.waiting.count } }

    /// Closes every connection; what is still carried or waits fails, and whatever comes later does.
    func close() async {
        let (channels, waiting) = state.withLock { state in
            state.isClosed = true
            state.free = []
            defer { state.waiting = [] }
            return (Array(state.open.values), state.waiting)
        }
        for exchange in waiting {
            exchange.fail(HTTPFailure.closed)
        }
        for end in channels.map({ $0.close() }) {
            // It may be closed already; then that is all there is to it.
            try? await end.get()
        }
    }

    private func way(for exchange: PendingRequest) -> Way {
        let now = NIODeadline.now()
        var stale: [any Channel] = []
        let way = state.withLock { state -> Way in
            guard !state.isClosed else { return .none }
            while let (connection, since) = state.free.popLast() {
                if now - since < longestIdleness { return .over(connection) }
                state.open[ObjectIdentifier(connection.channel)] = nil
                stale.append(connection.channel)
            }
            guard state.open.count + state.coming < limit else {
                state.wait(exchange)
                return .later
            }
            state.coming += 1
            return .overNew
        }
        // On its own event loop a channel closes at once, and calls back.
        for channel in stale {
            channel.close(promise: nil)
        }
        return way
    }

    private func connect(for exchange: PendingRequest) {
        connector.connect().whenComplete { self.connected($0, for: exchange) }
    }

    /// On the event loop of the new channel, if there is one.
    private func connected(_ result: Result<any Channel, any Error>, for exchange: PendingRequest) {
        do {
            let channel = try result.get()
            guard keep(channel) else {
                channel.close(promise: nil)
                throw HTTPFailure.closed
            }
            let handler = HTTP1ClientHandler(pool: self)
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandlers([
                UnsolicitedBytesHandler(handler), HTTPRequestEncoder(), ByteToMessageHandler(HTTPResponseDecoder()),
                handler,
            ])
            guard handler.begin(exchange, over: Connection(channel, handler)) else { throw HTTPFailure.closed }
            try Connector.hear(channel)
        } catch {
            exchange.fail(error)
            if case .failure = result { serveNext { $0.coming -= 1 } }
        }
    }

    /// Remembers a channel until it is closed; `false` if the pool is closed already.
    private func keep(_ channel: any Channel) -> Bool {
        let key = ObjectIdentifier(channel)
        let isKept = state.withLock { state in
            state.coming -= 1
            if !state.isClosed { state.open[key] = channel }
            return !state.isClosed
        }
        if isKept {
            channel.closeFuture.whenComplete { _ in self.forget(key) }
        }
        return isKept
    }

    private func forget(_ key: ObjectIdentifier) {
        serveNext { state in
            state.open[key] = nil
            state.free.removeAll { ObjectIdentifier($0.connection.channel) == key }
        }
    }

    /// Takes note that there is one connection less, and makes one for the request that has waited longest.
    private func serveNext(after change: (inout State) -> Void) {
        let (next, late) = state.withLock { state -> (PendingRequest?, [PendingRequest]) in
            change(&state)
            guard state.open.count + state.coming < limit else { return (nil, []) }
            let (next, late) = state.next(at: .now())
            if next != nil { state.coming += 1 }
            return (next, late)
        }
        giveUp(late)
        if let next {
            connect(for: next)
        }
    }
}
