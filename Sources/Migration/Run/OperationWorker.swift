import Journal
import Logging
package import Model
package import RocketChat

/// Takes operations through their machine, one after the other request.
///
/// Looking is the same for everybody; what happens when the machine says *move* is what tells a run from an audit.
package protocol OperationWorker: Sendable {
    associatedtype API: RoomReader

    var api: API { get }
    var desk: WorkerContext { get }

    /// A room that need not be asked for, because this job has read it, and when it did.
    func read(for operation: Operation) async throws -> (room: Room, at: Timestamp)?

    /// Sends a request that is known to be good on the route of an answer that would end the run.
    ///
    /// - Returns: `false` if the run was asked to stop meanwhile.
    /// - Throws: `Stop` when the server is no use to it either.
    func vouch(for route: Endpoint) async throws -> Bool

    /// Does what the machine calls a move, and asks it what comes next; `nil` if the run was asked to stop before.
    func move(
        _ operation: Operation, _ machine: inout OperationMachine, _ trail: AttemptLog
    ) async throws -> OperationMachine.Action?
}

/// What every carrier works with.
package struct WorkerContext: Sendable {
    let limiter: RateLimiter
    let governor: SharedGovernor
    let settings: RunnerSettings
    let intents: IntentLog
    let clock: any MonotonicClock
    let now: @Sendable () -> Timestamp
    /// Whether later lines lead on from an operation to a visitor.
    let leadsOn: @Sendable (Operation, VisitorID) throws -> Bool
    let logger: Logger

    init(
        limiter: RateLimiter, settings: RunnerSettings, intents: IntentLog, clock: any MonotonicClock,
        now: @escaping @Sendable () -> Timestamp, leadsOn: @escaping @Sendable (Operation, VisitorID) throws -> Bool,
        logger: Logger
    ) {
        self.limiter = limiter
        governor = SharedGovernor(most: settings.concurrency)
        self.settings = settings
        self.intents = intents
        self.clock = clock
        self.now = now
        self.leadsOn = leadsOn
        self.logger = logger
    }

    /// Asks what belongs to no operation.
    var asker: RetryingClient { RetryingClient(limiter: limiter, settings: settings, clock: clock) }

    /// Counts an answer for how many requests may be under way at once.
    func count(_ reply: Reply<Room>) {
        switch reply.meaning {
        case .success, .refused, .notOwner: governor.succeed()
        case .unknown, .notSent: governor.fail()
        case .rateLimited, .stop: break
        }
    }
}

extension OperationWorker {
    /// Throws only when the journal cannot be asked.
    func carry(_ operation: Operation, _ trail: AttemptLog) async throws -> OperationResult {
        let settings = desk.settings
        var machine = OperationMachine(
            operation, retry: settings.retry, openRooms: settings.openRooms, looksFirst: settings.looksFirst)
        var action = machine.next(.begun)
        var route = Endpoint.roomsInfo
        var refusal: Stop?
        var readAt: Timestamp?
        while true {
            switch action {
            case .look:
                if let (room, instant) = try await read(for: operation) {
                    readAt = instant
                    action = machine.next(.looked(Reply(meaning: .success(room))))
                    continue
                }
                var sentAt = desk.now()
                let answer = await desk.limiter.send(on: .roomsInfo, of: operation.id, retry: settings.retry) {
                    sentAt = desk.now()
                    return await api.room(operation.room)
                }
                guard let (reply, trouble) = answer else { return .interrupted(operation, machine) }
                readAt = nil
                trail.add(operation, .look, sentAt, reply)
                route = .roomsInfo
                desk.count(reply)
                action = machine.next(.looked(reply, trouble))
            case .move:
                guard let next = try await move(operation, &machine, trail) else {
                    return .interrupted(operation, machine)
                }
                route = .roomVisitor
                action = next
            case .askWhetherFurther(let visitor):
                action = machine.next(.told(visitor, isFurther: try desk.leadsOn(operation, visitor)))
            case .wait(let wait):
                guard await desk.limiter.pause(wait.length(at: settings.jitter())) else {
                    return .interrupted(operation, machine)
                }
                action = machine.next(.waited)
            case .settle(let settlement):
                desk.logger.info(
                    "room settled",
                    metadata: [
                        "room": "\(operation.room)", "line": "\(operation.line)",
                        "state": "\(settlement.state.rawValue)",
                        "reason": "\(settlement.reason?.rawValue ?? "none")",
                    ])
                if settlement.reason == .refusedOnTheWay, let refusal {
                    desk.logger.warning(
                        "an operation is set aside",
                        metadata: [
                            "line": "\(operation.line)", "room": "\(operation.room)", "detail": "\(refusal.detail)",
                        ])
                }
                // What rests on the list is as old as its page, however much later it is settled.
                return .settled(
                    Outcome(settlement, of: operation, mayHaveMoved: machine.mayHaveMoved, at: readAt ?? desk.now()),
                    sentMove: machine.hasSentMove)
            case .stop(let stop) where stop.mayConcernOneRequest && !isOfEveryRoom(stop, machine):
                do {
                    guard try await vouch(for: route) else { return .interrupted(operation, machine) }
                } catch let stop as Stop {
                    return end(operation, machine, stop)
                }
                refusal = stop
                action = machine.next(.vouched)
            case .stop(let stop):
                return end(operation, machine, stop)
            }
        }
    }

    /// True for what no probe can speak against: a server that is away, and up to 6.4 a missing permission, which is looked
    /// at after the room and the visitor of a PUT (TheServer, "What an answer means").
    private func isOfEveryRoom(_ stop: Stop, _ machine: OperationMachine) -> Bool {
        stop.reason == .serverUnreachable || (stop.reason == .permissionMissing && machine.status == 400)
    }

    private func end(_ operation: Operation, _ machine: OperationMachine, _ stop: Stop) -> OperationResult {
        desk.logger.debug("Run stops", metadata: ["merge.reason": "\(stop.reason.rawValue)"])
        return .stopped(stop, operation, mayHaveMoved: machine.mayHaveMoved)
    }
}

extension OperationWorker {
    package func read(for operation: Operation) async throws -> (room: Room, at: Timestamp)? { nil }

    package func vouch(for route: Endpoint) async throws -> Bool {
        try await desk.asker.isWell(.roomsInfo) { await api.room(Probe.room) }
    }
}

/// Carries operations out: a move is a PUT.
package struct Mover<API: RoomMover>: OperationWorker {
    package let api: API
    package let desk: WorkerContext

    package func move(
        _ operation: Operation, _ machine: inout OperationMachine, _ trail: AttemptLog
    ) async throws -> OperationMachine.Action? {
        var sentAt = desk.now()
        let isInDoubt = machine.mayHaveMoved
        let answer: RateLimiter.Recorded<Room>?
        do {
            answer = try await desk.limiter.send(on: .roomVisitor, of: operation.id, retry: desk.settings.retry) {
                try await desk.intents.withdrawClaims()
            } whenItLeaves: {
                // A PUT whose intent is in a lost journal must not leave.
                if !isInDoubt, try await desk.intents.depart(operation), desk.settings.journalIsGone() {
                    desk.limiter.close()
                }
            } _: {
                sentAt = desk.now()
                return await send(operation)
            }
        } catch is CancellationError {
            // Nothing left, whether the intent is in the journal or not.
            return nil
        }
        guard let (reply, trouble) = answer else { return nil }
        CrashPoint.afterAnswer.reach()
        trail.add(operation, .move, sentAt, reply)
        desk.count(reply)
        let action = machine.next(.moved(reply, trouble))
        switch action {
        case .settle, .stop: break
        default:
            // What follows may take long, and this PUT was certainly not applied.
            if !machine.mayHaveMoved { try await withdraw(operation) }
        }
        return action
    }

    package func vouch(for route: Endpoint) async throws -> Bool {
        switch route {
        case .roomVisitor: try await desk.asker.isWell(route) { await api.probe() }
        default: try await desk.asker.isWell(.roomsInfo) { await api.room(Probe.room) }
        }
    }
}

extension Mover {
    private func withdraw(_ operation: Operation) async throws {
        do {
            try await desk.intents.withdraw(operation)
        } catch is CancellationError {
            // The run gives the operation back, and with that says the same.
        }
    }

    private func send(_ operation: Operation) async -> Reply<Room> {
        guard CrashPoint.afterSend.isWanted else {
            return await api.move(operation.room, from: operation.oldVisitor, to: operation.newVisitor)
        }
        async let reply = api.move(operation.room, from: operation.oldVisitor, to: operation.newVisitor)
        // Long enough for the request to leave; a test lets the server answer later than that.
        try? await desk.clock.sleep(for: .milliseconds(300))
        CrashPoint.afterSend.reach()
        return await reply
    }
}

/// Looks at the rooms of operations and says what would come of them.
///
/// It holds a client that has no method to write with (Specification, "Promises").
package struct Auditor<API: RoomReader>: OperationWorker {
    package let api: API
    package let desk: WorkerContext
    /// What the list of all rooms says, if it was read.
    let listed: ListedRooms?

    /// A room that is elsewhere than the mapping has it is asked for all the same, and one whose conversation is live.
    package func read(for operation: Operation) async throws -> (room: Room, at: Timestamp)? {
        guard let (visitor, readAt) = try await listed?.owner(ofClosed: operation.room),
            visitor == operation.oldVisitor || visitor == operation.newVisitor
        else { return nil }
        return (Room(id: operation.room, visitor: visitor), readAt)
    }

    package func move(
        _ operation: Operation, _ machine: inout OperationMachine, _ trail: AttemptLog
    ) async throws -> OperationMachine.Action? {
        .settle(
            OperationMachine.Settlement(
                state: .moved, reason: .wouldMove, confirmedBy: .read, wasOpen: machine.wasOpen))
    }
}
