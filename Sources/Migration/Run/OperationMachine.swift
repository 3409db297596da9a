package import Model
package import RocketChat

/// The way of one operation: look → move → settle, and what every answer does to it.
///
/// See TheRun, "Look, move, settle"; TheMove, "Repeats and races"; TheServer, "What an answer means".
///
/// A value that never awaits and never reads a clock: it is told what happened and says what to do next.
package struct OperationMachine: Sendable {
    package enum Event: Sendable {
        case begun
        /// An answer, and what it says of the server: neither an outage nor a refusal by rate costs an attempt.
        case looked(Reply<Room>, RateLimiter.Trouble = RateLimiter.Trouble())
        case moved(Reply<Room>, RateLimiter.Trouble = RateLimiter.Trouble())
        /// The wait that was asked for is over.
        case waited
        /// Whether later lines take the room on to the visitor that it was found at.
        case told(VisitorID, isFurther: Bool)
        /// A request that is known to be good was answered, so the stop asked for concerns this operation alone.
        case vouched
    }

    package enum Action: Sendable, Equatable {
        case look
        case move
        /// Only the journal knows how a chain of lines goes on.
        case askWhetherFurther(VisitorID)
        case wait(Wait)
        case settle(Settlement)
        /// The run ends because of this answer, unless the server is vouched for.
        case stop(Stop)
    }

    /// An outcome without its instant.
    package struct Settlement: Sendable, Equatable {
        package var state: OperationState
        package var reason: ReasonCode?
        package var confirmedBy: Confirmation?
        package var status: Int?
        package var foundVisitor: VisitorID?
        package var wasOpen: Bool?

        package init(
            state: OperationState, reason: ReasonCode? = nil, confirmedBy: Confirmation? = nil, status: Int? = nil,
            foundVisitor: VisitorID? = nil, wasOpen: Bool? = nil
        ) {
            self.state = state
            self.reason = reason
            self.confirmedBy = confirmedBy
            self.status = status
            self.foundVisitor = foundVisitor
            self.wasOpen = wasOpen
        }
    }

    private enum Step {
        case look
        case move
    }

    private let operation: Operation
    private let retry: RetryPolicy
    private let openRooms: OpenRoomPolicy
    private let looksFirst: Bool

    /// True if a PUT of this job left whose answer does not exclude that it was applied: if the room is with the new
    /// visitor, this job moved it.
    package private(set) var mayHaveMoved: Bool
    /// True if a PUT left since the machine began, whatever came of it.
    package private(set) var hasSentMove = false
    private var next = Step.look
    private var troubles = 0
    private var rateLimited = 0
    /// Refusals by rate whose status does not say so, in all.
    private var excused = 0
    /// The last trouble, for the outcome when the attempts are used up.
    private var lastTrouble: ReasonCode?
    /// Answers that would have ended the run, although the server was well.
    private var objections = 0
    /// A definite no that came after an unknown: the read before it decides.
    private var refusal: ReasonCode?
    /// The room was read at the old visitor after the last PUT of ours that got no clear answer, once.
    private var wasQuiet = false
    /// Another process may still have a PUT of this job under way, and to send it again does no harm.
    private var repeatsAtOnce: Bool
    /// The room was seen at the old visitor before our PUT said that it is not there.
    private var sawAtOld = false
    /// When our PUT may have begun at the earliest, by the server's clock, if it answered that the room is not there.
    private var moveBegan: Timestamp?
    /// Of the last answer.
    private(set) var status: Int?
    /// Whether the last look found a live conversation; `nil` before the first look.
    private(set) var wasOpen: Bool?

    /// `looksFirst` asks for a look before the first PUT even where the policy for open rooms does not need one.
    package init(_ operation: Operation, retry: RetryPolicy, openRooms: OpenRoomPolicy, looksFirst: Bool = false) {
        self.operation = operation
        self.retry = retry
        self.openRooms = openRooms
        self.looksFirst = looksFirst
        mayHaveMoved = operation.mayHaveMoved
        // Unless a later line moves the room on in between: then the late write would undo that.
        repeatsAtOnce = operation.mayHaveMoved && !operation.isFollowed
    }

    package mutating func next(_ event: Event) -> Action {
        switch event {
        case .begun:
            // Closed conversations stay closed, and the server compares the visitor itself.
            let mayBeOpen = openRooms == .defer && !operation.isSeenClosed
            next = operation.mayHaveMoved || looksFirst || mayBeOpen ? .look : .move
            return goOn()
        case .waited: return goOn()
        case .told(let visitor, let isFurther): return astray(visitor, isFurther: isFurther)
        case .vouched: return setAside()
        case .looked(let reply, let trouble):
            status = reply.status ?? status
            return looked(reply.meaning, trouble)
        case .moved(let reply, let trouble):
            status = reply.status ?? status
            hasSentMove = hasSentMove || !reply.meaning.isNotSent
            if reply.meaning == .notOwner, let date = reply.serverDate {
                // `Date` is cut to whole seconds, so the request cannot have begun before this.
                moveBegan = Timestamp(milliseconds: date.milliseconds - Int64(reply.duration.inMilliseconds))
            }
            return moved(reply.meaning, trouble)
        }
    }

    private func goOn() -> Action {
        switch next {
        case .look: .look
        case .move: .move
        }
    }

    // MARK: - After a PUT

    private mutating func moved(_ meaning: ReplyOutcome<Room>, _ server: RateLimiter.Trouble) -> Action {
        if !meaning.isRateLimited { rateLimited = 0 }
        switch meaning {
        case .success(let room):
            mayHaveMoved = true
            // Without a look before it the answer is all that is known; a closed room has no `open`.
            wasOpen = wasOpen ?? room.isOpen
            return settle(.moved, confirmedBy: .response)
        case .refused(let reason, _):
            guard mayHaveMoved else { return settle(.refused, reason) }
            refusal = reason
            return look()
        case .notOwner:
            mayHaveMoved = mayHaveMoved || sawAtOld
            lastTrouble = .stillAtOld
            return look()
        case .unknown(let reason, _):
            mayHaveMoved = true
            wasQuiet = false
            repeatsAtOnce = false
            if !isExcused(server) { troubles += 1 }
            lastTrouble = reason
            return look()
        case .notSent(let reason, let text):
            return outlast(server.outage, text, then: .move) ?? trouble(reason, then: .move)
        case .rateLimited:
            return again(.move, isOwn: server.isOwn)
        case .stop(let stop):
            // What stands between may have replaced a success by a page of its own, but not a refusal.
            mayHaveMoved = mayHaveMoved || status.map { 200..<300 ~= $0 } ?? false
            next = .move
            return .stop(stop)
        }
    }

    // MARK: - After a look

    private mutating func looked(_ meaning: ReplyOutcome<Room>, _ server: RateLimiter.Trouble) -> Action {
        if !meaning.isRateLimited { rateLimited = 0 }
        switch meaning {
        case .success(let room):
            wasOpen = room.isOpen
            return found(room)
        case .refused(let reason, _):
            // A room that cannot be read after an attempt of ours cannot be settled; one that is gone can.
            if mayHaveMoved, reason != .roomNotFound {
                return settle(.unknown, reason)
            }
            return settle(.refused, refusal ?? reason)
        case .notOwner:
            return trouble(.unreadableReply, then: .look)
        case .unknown(let reason, let text), .notSent(let reason, let text):
            if let action = outlast(server.outage, text, then: .look) { return action }
            return isExcused(server) ? look() : trouble(reason, then: .look)
        case .rateLimited:
            return again(.look, isOwn: server.isOwn)
        case .stop(let stop):
            next = .look
            return .stop(stop)
        }
    }

    private mutating func found(_ room: Room) -> Action {
        guard let visitor = room.visitor else {
            return room.type == "l" ? settle(.conflict, .noVisitor) : settle(.refused, .unsupportedRoom)
        }
        if visitor == operation.newVisitor {
            return mayHaveMoved || wasWrittenMeanwhile(room)
                ? settle(.moved, confirmedBy: .read) : settle(.already, .alreadyAtNew)
        }
        guard visitor == operation.oldVisitor else {
            return operation.isFollowed ? .askWhetherFurther(visitor) : astray(visitor, isFurther: false)
        }
        return atOld(room)
    }

    /// At the end of a later line the room is as the mapping wants it, anywhere else somebody else moved it.
    private func astray(_ visitor: VisitorID, isFurther: Bool) -> Action {
        isFurther
            ? settle(.already, .alreadyFurther, found: visitor) : settle(.conflict, .movedByOther, found: visitor)
    }

    /// A proxy that delivers a PUT twice shows us the second answer: the room is not there any more (TheServer, "What
    /// stands in front of the server").
    ///
    /// The first delivery bumped `_updatedAt`; a closed room that was written while our request was under way was moved
    /// by it. In a live conversation a message does the same, so there it proves nothing.
    private func wasWrittenMeanwhile(_ room: Room) -> Bool {
        guard let moveBegan, let updatedAt = room.updatedAt, !room.isOpen else { return false }
        return updatedAt >= moveBegan
    }

    private mutating func atOld(_ room: Room) -> Action {
        guard room.type == "l" || room.type.isEmpty else {
            // The server would answer 200 and change nothing (TheMove, "Success").
            return settle(.refused, .unsupportedRoom)
        }
        if openRooms == .defer, room.isOpen {
            return settle(.deferred, .openRoom)
        }
        // A definite no is no reason not to wait: the late write of the PUT before would contradict it.
        if mayHaveMoved, !wasQuiet, !repeatsAtOnce || refusal != nil {
            wasQuiet = true
            next = .look
            return .wait(retry.quietBackOff(afterTrouble: troubles))
        }
        if let refusal {
            return settle(.refused, refusal)
        }
        if troubles >= retry.maxAttempts {
            return settle(.failed, lastTrouble ?? .stillAtOld)
        }
        if lastTrouble == .stillAtOld {
            // Somebody moves it to and fro: each turn costs an attempt, so that this ends.
            troubles += 1
        }
        sawAtOld = true
        next = .move
        return .move
    }

    // MARK: - When something between refuses what the server would not

    /// The first time it may have passed meanwhile, as a maintenance page does; the second time it is this operation's.
    private mutating func setAside() -> Action {
        objections += 1
        let wasMove = next == .move
        guard objections > 1 else {
            next = mayHaveMoved ? .look : next
            return .wait(retry.backOff(afterTrouble: 1))
        }
        guard mayHaveMoved else { return settle(.refused, .refusedOnTheWay) }
        guard wasMove else { return settle(.unknown, .refusedOnTheWay) }
        refusal = .refusedOnTheWay
        return look()
    }

    // MARK: - Ways on

    private mutating func look() -> Action {
        next = .look
        return .look
    }

    private mutating func trouble(_ reason: ReasonCode, then step: Step) -> Action {
        troubles += 1
        lastTrouble = reason
        next = step
        guard troubles < retry.maxAttempts else {
            return mayHaveMoved ? settle(.unknown, reason) : settle(.failed, reason)
        }
        return .wait(retry.backOff(afterTrouble: troubles))
    }

    /// Whether a refusal by rate is none of the attempts; what is refused again and again for itself alone is.
    private mutating func isExcused(_ server: RateLimiter.Trouble) -> Bool {
        guard server.isByRate, excused < RetryPolicy.maxRateLimited else { return false }
        excused += 1
        return true
    }

    /// Repeats what changed nothing until the patience with a server that is away is at its end; `nil` if it is not away.
    private mutating func outlast(_ outage: Duration?, _ text: String, then step: Step) -> Action? {
        guard let outage else { return nil }
        next = step
        return outage < retry.patience ? goOn() : .stop(.away(for: outage, text))
    }

    /// Repeats what was refused by rate: the route is held until it may leave.
    ///
    /// Only what is refused again and again while others are let through is given up.
    private mutating func again(_ step: Step, isOwn: Bool) -> Action {
        rateLimited += isOwn ? 1 : 0
        next = step
        guard rateLimited <= RetryPolicy.maxRateLimited else {
            return mayHaveMoved ? settle(.unknown, .rateLimited) : settle(.failed, .rateLimited)
        }
        return goOn()
    }

    private func settle(
        _ state: OperationState, _ reason: ReasonCode? = nil, confirmedBy: Confirmation? = nil, found: VisitorID? = nil
    ) -> Action {
        .settle(
            Settlement(
                state: state, reason: reason, confirmedBy: confirmedBy, status: status, foundVisitor: found,
                wasOpen: wasOpen))
    }
}

extension ReplyOutcome {
    fileprivate var isNotSent: Bool {
        if case .notSent = self { true } else { false }
    }

    fileprivate var isRateLimited: Bool {
        if case .rateLimited = self { true } else { false }
    }
}
