import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// Does what ``PoolState`` decides, and tells it what comes of that.
///
/// A class because all requests have it in common.
final class ConnectionPool: Sendable {
    fileprivate struct Shell {
        var state: PoolState
        var requests: [PoolState.RequestID: PendingRequest] = [:]
        var connections: [PoolState.ConnectionID: Connection] = [:]
    }

    fileprivate enum Effect {
        case connect(PoolState.ConnectionID)
        case send(PendingRequest, Connection)
        case end(PendingRequest, HTTPFailure?)
        case close(Connection)
        case wake(NIODeadline)
    }

    private let connector: Connector
    private let shell: Mutex<Shell>
    private let lastRequest = Atomic(0)

    /// `limit` is the most connections that are open at a time; one that was idle for `longestIdleness` is closed.
    init(_ connector: Connector, limit: Int, longestIdleness: Duration) {
        self.connector = connector
        shell = Mutex(Shell(state: PoolState(limit: limit, longestIdleness: TimeAmount(longestIdleness))))
    }

    /// Sends a request and waits for its end, which comes at once when the task is cancelled.
    func send(
        _ head: HTTPRequestHead, content: ByteBuffer?, bodyLimit: Int, deadline: NIODeadline
    ) async -> HTTPResult {
        guard !Task.isCancelled else { return HTTPResult(failure: .cancelled) }
        let id = lastRequest.add(1, ordering: .relaxed).newValue
        return await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                let request = PendingRequest(head, content: content, bodyLimit: bodyLimit, waiter)
                shell.withLock { $0.requests[id] = request }
                tell(.requested(id, by: deadline))
                // A cancellation that came before the request was known changed nothing.
                if Task.isCancelled { tell(.cancelled(id)) }
            }
        } onCancel: {
            tell(.cancelled(id))
        }
    }

    /// How many requests wait for a connection.
    var waitingRequests: Int { shell.withLock { $0.state.waitingRequests } }

    /// Closes every connection; what is still carried or waits fails, and whatever comes later does.
    func close() async {
        tell(.closeAll)
        for connection in shell.withLock({ Array($0.connections.values) }) {
            // It may have closed with an error; then that is all there is to it.
            try? await connection.channel.closeFuture.get()
        }
    }

    /// Has the state decide, and does what it says outside of the lock, because connections call back.
    func tell(_ event: PoolState.Event) {
        let effects = shell.withLock { shell in
            let effects = shell.state.handle(event, at: .now()).compactMap { shell.effect(of: $0) }
            if case .closed(let id) = event { shell.connections[id] = nil }
            return effects
        }
        for effect in effects {
            switch effect {
            case .connect(let id): connect(id)
            case .send(let request, let connection): connection.send(request)
            case .end(let request, let failure): request.end(failure)
            case .close(let connection): connection.close()
            case .wake(let time):
                MultiThreadedEventLoopGroup.singleton.any().scheduleTask(deadline: time) { [weak self] in
                    self?.tell(.timePassed)
                }
            }
        }
    }

    private func connect(_ id: PoolState.ConnectionID) {
        connector.connect { self.tell(.reached(id, ifLate: $0)) }.whenComplete { result in
            switch result {
            case .success(let channel): self.use(channel, as: id)
            case .failure(let error): self.tell(.notConnected(id, HTTPFailure(error)))
            }
        }
    }

    /// On the event loop of the new channel.
    private func use(_ channel: any Channel, as id: PoolState.ConnectionID) {
        do {
            guard channel.isActive else { throw HTTPFailure.closed }
            let handler = HTTP1ClientHandler(id, of: self)
            try channel.pipeline.syncOperations.addHandlers([
                UnsolicitedBytesHandler(handler), HTTPRequestEncoder(), ByteToMessageHandler(HTTPResponseDecoder()),
                handler,
            ])
            shell.withLock { $0.connections[id] = Connection(channel, handler) }
            channel.closeFuture.whenComplete { _ in self.tell(.closed(id)) }
            // Its first request is begun before anything is read.
            tell(.connected(id))
            try Connector.startReading(channel)
        } catch {
            channel.close(promise: nil)
            tell(.notConnected(id, HTTPFailure(error)))
        }
    }
}

extension ConnectionPool.Shell {
    /// What an action is about; a request that has ended is forgotten.
    fileprivate mutating func effect(of action: PoolState.Action) -> ConnectionPool.Effect? {
        switch action {
        case .connect(let id): .connect(id)
        case .send(let request, let connection):
            requests[request].flatMap { request in connections[connection].map { .send(request, $0) } }
        case .succeed(let id): requests.removeValue(forKey: id).map { .end($0, nil) }
        case .fail(let id, let failure): requests.removeValue(forKey: id).map { .end($0, failure) }
        case .close(let id): connections[id].map { .close($0) }
        case .wake(let time): .wake(time)
        }
    }
}
