import Model
import RocketChat

@testable import Migration

/// Takes one operation through its machine, with an answer at hand for every request it wants to make.
struct MachineWalk {
    /// What one request is answered with.
    enum Answer: Sendable {
        case look(ReplyOutcome<Room>)
        case move(ReplyOutcome<Room>)
    }

    private(set) var machine: OperationMachine
    /// What the machine asked for, in order: `look`, `move`, `wait`, and at the end `settle` or `stop`.
    private(set) var trail: [String] = []
    private(set) var waits: [Wait] = []
    private(set) var action: OperationMachine.Action

    init(
        _ operation: Operation = .sample, openRooms: OpenRoomPolicy = .defer,
        retry: RetryPolicy = RetryPolicy(maxAttempts: 6)
    ) {
        machine = OperationMachine(operation, retry: retry, openRooms: openRooms)
        action = machine.next(.begun)
        note()
    }

    /// Answers until the answers are used up or do not fit; waits are over at once.
    mutating func answer(_ answers: Answer...) {
        answer(answers)
    }

    mutating func answer(_ answers: [Answer]) {
        var answers = answers[...]
        while true {
            switch (action, answers.first) {
            case (.look, .look(let meaning)?):
                answers.removeFirst()
                take(.looked(Reply(meaning: meaning, status: meaning.usualStatus)))
            case (.move, .move(let meaning)?):
                answers.removeFirst()
                take(.moved(Reply(meaning: meaning, status: meaning.usualStatus)))
            case (.wait, _):
                take(.waited)
            default:
                if !answers.isEmpty { trail.append("\(answers.count) answers left over") }
                return
            }
        }
    }

    /// Gives one event, and nothing after it; what the machine asks about the mapping is answered at once.
    mutating func take(_ event: OperationMachine.Event) {
        action = machine.next(event)
        if case .askWhetherFurther(let visitor) = action {
            action = machine.next(.told(visitor, isFurther: visitor == VisitorID("C")))
        }
        note()
    }

    /// The outcome, if there is one.
    var settlement: OperationMachine.Settlement? {
        guard case .settle(let settlement) = action else { return nil }
        return settlement
    }

    private mutating func note() {
        switch action {
        case .look: trail.append("look")
        case .move: trail.append("move")
        case .askWhetherFurther: break
        case .wait(let wait):
            trail.append("wait")
            waits.append(wait)
        case .settle: trail.append("settle")
        case .stop: trail.append("stop")
        }
    }
}

extension Operation {
    /// Room `R` on its way from `A` to `B`; a later line takes it on to `C`.
    static let sample = Operation(
        id: 1, line: 2, room: RoomID("R"), oldVisitor: VisitorID("A"), newVisitor: VisitorID("B"),
        isFollowed: true)

    static let inDoubt = Operation(
        id: 1, line: 2, room: RoomID("R"), oldVisitor: VisitorID("A"), newVisitor: VisitorID("B"),
        isFollowed: true, mayHaveMoved: true)
}

extension ReplyOutcome<Room> {
    static let atOld = at("A")
    static let atNew = at("B")
    static let atLater = at("C")
    static let atThird = at("X")
    static let timeout = ReplyOutcome.unknown(.timeout, "no answer in time")
    static let notThere = ReplyOutcome.refused(.roomNotFound, "no such room")
    static let tooMany = ReplyOutcome.rateLimited(RateLimitHint(wait: .seconds(47)))

    static func at(_ visitor: String?, isOpen: Bool = false, type: String = "l") -> ReplyOutcome {
        .success(Room(id: RoomID("R"), visitor: visitor.map { VisitorID($0) }, isOpen: isOpen, type: type))
    }

    /// The HTTP status such an answer usually has.
    var usualStatus: Int? {
        switch self {
        case .success: 200
        case .refused, .notOwner: 400
        case .rateLimited: 429
        case .unknown(.timeout, _), .unknown(.connectionLost, _), .notSent: nil
        case .unknown: 502
        case .stop: 401
        }
    }
}
