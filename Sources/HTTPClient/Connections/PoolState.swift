import DequeModule
import NIOCore

/// Decides which request is sent on which connection, which connections are made and closed, and which requests end
/// without an answer.
///
/// A value: it takes what happened and when, and returns what to do. Requests wait in the order of their deadlines, those
/// of one deadline in the order of their numbers; a request moves on to another connection only if the one that it was
/// given to says that it was never begun there.
struct PoolState {
    typealias RequestID = Int
    typealias ConnectionID = Int

    enum Event: Equatable {
        /// A request arrives that has to end by its deadline.
        case requested(RequestID, by: NIODeadline)
        /// Nobody waits for the answer to a request any more.
        case cancelled(RequestID)
        /// A connection in the making has got so far that this is what it lacks if time runs out.
        case reached(ConnectionID, ifLate: HTTPFailure)
        case connected(ConnectionID)
        case notConnected(ConnectionID, HTTPFailure)
        /// The request of a connection is answered; the connection may be used again or not.
        case answered(ConnectionID, isReusable: Bool)
        /// The request of a connection was begun there and broke off.
        case brokeOff(ConnectionID, HTTPFailure)
        /// A connection is of no use any more, and has begun no request that is not answered.
        case useless(ConnectionID)
        /// A connection is gone.
        case closed(ConnectionID)
        /// The time has come that ``Action/wake(at:)`` asked for.
        case timePassed
        case closeAll
    }

    enum Action: Equatable {
        case connect(ConnectionID)
        case send(RequestID, on: ConnectionID)
        /// Ends a request with its answer.
        case succeed(RequestID)
        /// Ends a request without a whole answer.
        case fail(RequestID, HTTPFailure)
        case close(ConnectionID)
        /// Asks for ``Event/timePassed`` at that time; earlier wishes stay.
        case wake(at: NIODeadline)
    }

    fileprivate enum Phase {
        /// In the making, for a request that still waits or for none.
        case connecting(for: RequestID?, ifLate: HTTPFailure)
        case idle(since: NIODeadline)
        case busy(RequestID, by: NIODeadline)
        /// Counts until it is gone.
        case closing
    }

    private struct Waiting {
        let id: RequestID
        let deadline: NIODeadline
        /// The connection that is being made for it.
        var connection: ConnectionID?
    }

    private let limit: Int
    private let longestIdleness: TimeAmount
    private var waiting: Deque<Waiting> = []
    private var connections: [ConnectionID: Phase] = [:]
    /// The connection that was used last is at the end.
    private var idle: [ConnectionID] = []
    private var lastConnection = 0
    /// The earliest wish that has not come true.
    private var wake: NIODeadline?
    private var isClosed = false
    private var actions: [Action] = []

    /// `limit` is the most connections at a time; one that was idle for `longestIdleness` is closed.
    init(limit: Int, longestIdleness: TimeAmount) {
        self.limit = limit
        self.longestIdleness = longestIdleness
    }

    /// How many requests wait for a connection.
    var waitingRequests: Int { waiting.count }

    /// Takes note of an event.
    ///
    /// - Returns: what to do about it, in this order.
    mutating func handle(_ event: Event, at now: NIODeadline) -> [Action] {
        actions.removeAll(keepingCapacity: true)
        failLate(at: now)
        apply(event, at: now)
        serve(at: now)
        return actions
    }

    private mutating func apply(_ event: Event, at now: NIODeadline) {
        switch event {
        case .requested(let id, let deadline): enqueue(id, by: deadline, at: now)
        case .cancelled(let id): cancel(id)
        case .reached(let id, let failure):
            guard case .connecting(let request, _) = connections[id] else { return }
            connections[id] = .connecting(for: request, ifLate: failure)
        case .connected(let id): connected(id, at: now)
        case .notConnected(let id, let failure): notConnected(id, failure)
        case .answered(let id, let isReusable):
            guard case .busy(let request, _) = connections[id] else { return }
            actions.append(.succeed(request))
            if isReusable { free(id, at: now) } else { close(id) }
        case .brokeOff(let id, let failure):
            guard case .busy(let request, _) = connections[id] else { return }
            actions.append(.fail(request, failure))
            close(id)
        case .useless(let id): lose(id)
        case .closed(let id):
            lose(id)
            connections[id] = nil
        case .timePassed: timePassed(at: now)
        case .closeAll: closeAll()
        }
    }
}

extension PoolState {
    private mutating func enqueue(_ id: RequestID, by deadline: NIODeadline, at now: NIODeadline) {
        if isClosed {
            actions.append(.fail(id, .closed))
        } else if deadline <= now {
            actions.append(.fail(id, .noneFree))
        } else {
            insert(Waiting(id: id, deadline: deadline))
            ask(for: deadline)
        }
    }

    private mutating func insert(_ request: Waiting) {
        let place = waiting.lastIndex { ($0.deadline, $0.id) < (request.deadline, request.id) }.map { $0 + 1 } ?? 0
        waiting.insert(request, at: place)
    }

    private mutating func cancel(_ id: RequestID) {
        if let place = waiting.firstIndex(where: { $0.id == id }) {
            release(waiting.remove(at: place).connection)
            actions.append(.fail(id, .cancelled))
        } else if let connection = connections.first(where: { $0.value.carries(id) })?.key {
            // The answer is never taken for that to another request.
            actions.append(.fail(id, .cancelled))
            close(connection)
        }
    }

    /// Fails the requests whose deadlines have passed while they waited.
    private mutating func failLate(at now: NIODeadline) {
        while let request = waiting.first, request.deadline <= now {
            waiting.removeFirst()
            actions.append(.fail(request.id, lateness(of: request)))
            release(request.connection)
        }
    }

    private func lateness(of request: Waiting) -> HTTPFailure {
        guard let id = request.connection, case .connecting(_, let failure) = connections[id] else { return .noneFree }
        return failure
    }

    /// Leaves a connection in the making to whichever request is the first in line when it is there.
    private mutating func release(_ id: ConnectionID?) {
        guard let id, case .connecting(_, let failure) = connections[id] else { return }
        connections[id] = .connecting(for: nil, ifLate: failure)
    }

    /// Gives idle connections to the first in line, has connections made for the others while there may be more, and keeps
    /// an eye on those that stay idle.
    private mutating func serve(at now: NIODeadline) {
        failLate(at: now)
        while !waiting.isEmpty, let id = takeIdle(at: now) { sendFirst(on: id) }
        var place = 0
        while connections.count < limit, place < waiting.count {
            if waiting[place].connection == nil { connect(forRequestAt: place) }
            place += 1
        }
        if let id = idle.first, case .idle(let since) = connections[id] { ask(for: since + longestIdleness) }
    }

    private mutating func sendFirst(on id: ConnectionID) {
        let request = waiting.removeFirst()
        release(request.connection)
        connections[id] = .busy(request.id, by: request.deadline)
        actions.append(.send(request.id, on: id))
    }

    private mutating func connect(forRequestAt place: Int) {
        lastConnection += 1
        waiting[place].connection = lastConnection
        connections[lastConnection] = .connecting(for: waiting[place].id, ifLate: .connectTimeout)
        actions.append(.connect(lastConnection))
    }

    private mutating func connected(_ id: ConnectionID, at now: NIODeadline) {
        guard case .connecting(let request, _) = connections[id] else { return }
        guard !isClosed else { return close(id) }
        // It serves the first in line, whose own connection is from now on that of the request it was made for.
        if let request, let place = waiting.firstIndex(where: { $0.id == request }), let other = waiting.first {
            waiting[0].connection = nil
            waiting[place].connection = place == 0 ? nil : other.connection
            if place > 0, let its = other.connection, case .connecting(_, let failure) = connections[its] {
                connections[its] = .connecting(for: request, ifLate: failure)
            }
        }
        free(id, at: now)
    }

    private mutating func notConnected(_ id: ConnectionID, _ failure: HTTPFailure) {
        guard case .connecting(let request, _) = connections[id] else { return }
        connections[id] = nil
        guard let request, let place = waiting.firstIndex(where: { $0.id == request }) else { return }
        waiting.remove(at: place)
        actions.append(.fail(request, failure))
    }
}

extension PoolState {
    /// Gives a connection that is free to the first in line, if there is one.
    private mutating func free(_ id: ConnectionID, at now: NIODeadline) {
        if waiting.isEmpty {
            connections[id] = .idle(since: now)
            idle.append(id)
        } else {
            sendFirst(on: id)
        }
    }

    /// Takes the connection that was used last; those that were idle too long are closed.
    private mutating func takeIdle(at now: NIODeadline) -> ConnectionID? {
        closeIdle(at: now)
        return idle.popLast()
    }

    private mutating func closeIdle(at now: NIODeadline) {
        while let id = idle.first, case .idle(let since) = connections[id], now - since >= longestIdleness {
            close(id)
        }
    }

    private mutating func close(_ id: ConnectionID) {
        idle.removeAll { $0 == id }
        connections[id] = .closing
        actions.append(.close(id))
    }

    /// Closes a connection that has begun nothing; what it was given waits again, in its place.
    private mutating func lose(_ id: ConnectionID) {
        switch connections[id] {
        case .busy(let request, let deadline):
            close(id)
            insert(Waiting(id: request, deadline: deadline))
        case .idle: close(id)
        case .connecting, .closing, nil: break
        }
    }

    private mutating func closeAll() {
        isClosed = true
        for request in waiting { actions.append(.fail(request.id, .closed)) }
        waiting = []
        for (id, connection) in connections.sorted(by: { $0.key < $1.key }) {
            switch connection {
            // It is closed when it is there.
            case .connecting(_, let failure): connections[id] = .connecting(for: nil, ifLate: failure)
            case .busy(let request, _):
                actions.append(.fail(request, .closed))
                close(id)
            case .idle: close(id)
            case .closing: break
            }
        }
    }

    private mutating func timePassed(at now: NIODeadline) {
        guard let wake, wake <= now else { return }
        self.wake = nil
        closeIdle(at: now)
        for (id, connection) in connections.sorted(by: { $0.key < $1.key }) {
            guard case .busy(let request, let deadline) = connection else { continue }
            if deadline <= now {
                actions.append(.fail(request, .answerTimeout))
                close(id)
            } else {
                ask(for: deadline)
            }
        }
        if let request = waiting.first { ask(for: request.deadline) }
    }

    /// One wish for everything: it is renewed when it has come true, or for something earlier.
    private mutating func ask(for time: NIODeadline) {
        if let wake, wake <= time { return }
        wake = time
        actions.append(.wake(at: time))
    }
}

extension PoolState.Phase {
    fileprivate func carries(_ id: PoolState.RequestID) -> Bool {
        if case .busy(id, _) = self { true } else { false }
    }
}
