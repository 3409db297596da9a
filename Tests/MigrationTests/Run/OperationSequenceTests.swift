import Model
import RocketChat
import Testing

@testable import Migration

/// The ways from the first request to the outcome (TheMove, "Repeats and races"; TheServer, "What an answer means").
struct OperationSequenceTests {
    struct Way: Sendable, CustomTestStringConvertible {
        var name: String
        var openRooms = OpenRoomPolicy.move
        var operation = Operation.sample
        var answers: [MachineWalk.Answer]
        var trail: String
        var state: OperationState
        var reason: ReasonCode?
        var confirmedBy: Model.Confirmation?

        var testDescription: String { name }
    }

    static let ways: [Way] = [
        Way(
            name: "timeout, then read at new", answers: [.move(.timeout), .look(.atNew)],
            trail: "move look settle", state: .moved, confirmedBy: .read),
        Way(
            name: "timeout, read at old twice, sent again",
            answers: [.move(.timeout), .look(.atOld), .look(.atOld), .move(.atNew)],
            trail: "move look wait look move settle", state: .moved, confirmedBy: .response),
        Way(
            name: "timeout, the late write lands during the quiet wait",
            answers: [.move(.timeout), .look(.atOld), .look(.atNew)],
            trail: "move look wait look settle", state: .moved, confirmedBy: .read),
        Way(
            name: "timeout, the late write lands before the PUT is sent again",
            answers: [.move(.timeout), .look(.atOld), .look(.atOld), .move(.notOwner), .look(.atNew)],
            trail: "move look wait look move look settle", state: .moved, confirmedBy: .read),
        Way(
            name: "timeout, then somebody else has the room", answers: [.move(.timeout), .look(.atThird)],
            trail: "move look settle", state: .conflict, reason: .movedByOther),
        Way(
            name: "somebody else takes the room while it is quiet",
            answers: [.move(.timeout), .look(.atOld), .look(.atThird)],
            trail: "move look wait look settle", state: .conflict, reason: .movedByOther),
        Way(
            name: "somebody else takes the room before the PUT is sent again",
            answers: [.move(.timeout), .look(.atOld), .look(.atOld), .move(.notOwner), .look(.atThird)],
            trail: "move look wait look move look settle", state: .conflict, reason: .movedByOther),
        Way(
            name: "refused after a timeout, and it was applied",
            answers: [
                .move(.timeout), .look(.atOld), .look(.atOld), .move(.refused(.newVisitorNotFound, "")), .look(.atNew),
            ],
            trail: "move look wait look move look settle", state: .moved, confirmedBy: .read),
        Way(
            name: "refused after a timeout, and it was not applied",
            answers: [
                .move(.timeout), .look(.atOld), .look(.atOld), .move(.refused(.newVisitorNotFound, "")), .look(.atOld),
            ],
            trail: "move look wait look move look settle", state: .refused, reason: .newVisitorNotFound),
        Way(
            name: "not the owner, and it is at new: nothing of ours", answers: [.move(.notOwner), .look(.atNew)],
            trail: "move look settle", state: .already, reason: .alreadyAtNew),
        Way(
            name: "not the owner, and it is further along", answers: [.move(.notOwner), .look(.atLater)],
            trail: "move look settle", state: .already, reason: .alreadyFurther),
        Way(
            name: "not the owner, and somebody else has it", answers: [.move(.notOwner), .look(.atThird)],
            trail: "move look settle", state: .conflict, reason: .movedByOther),
        Way(
            name: "seen at old, then not the owner and at new", openRooms: .defer,
            answers: [.look(.atOld), .move(.notOwner), .look(.atNew)],
            trail: "look move look settle", state: .moved, confirmedBy: .read),
        Way(
            name: "the room is deleted after a timeout", answers: [.move(.timeout), .look(.notThere)],
            trail: "move look settle", state: .refused, reason: .roomNotFound),
        Way(
            name: "the room may not be read after a timeout",
            answers: [.move(.timeout), .look(.refused(.roomNotAllowed, ""))],
            trail: "move look settle", state: .unknown, reason: .roomNotAllowed),
        Way(
            name: "the room may not be read after a refusal of the owner",
            answers: [.move(.notOwner), .look(.refused(.roomNotAllowed, ""))],
            trail: "move look settle", state: .refused, reason: .roomNotAllowed),
        Way(
            name: "a voice room, found out by the answer", answers: [.move(.refused(.unsupportedRoom, ""))],
            trail: "move settle", state: .refused, reason: .unsupportedRoom),
        Way(
            name: "a channel, found out by the read", answers: [.move(.notOwner), .look(.at(nil, type: "c"))],
            trail: "move look settle", state: .refused, reason: .unsupportedRoom),
        Way(
            name: "never sent, then sent", answers: [.move(.notSent(.connectionFailed, "")), .move(.atNew)],
            trail: "move wait move settle", state: .moved, confirmedBy: .response),
        Way(
            name: "the look comes through at last", openRooms: .defer,
            answers: [.look(.timeout), .look(.unknown(.gatewayError, "")), .look(.atOld), .move(.atNew)],
            trail: "look wait look wait look move settle", state: .moved, confirmedBy: .response),
        Way(
            name: "in doubt with a later line, late write lands before the PUT is sent again", operation: .inDoubt,
            answers: [.look(.atOld), .look(.atOld), .move(.notOwner), .look(.atNew)],
            trail: "look wait look move look settle", state: .moved, confirmedBy: .read),
        Way(
            name: "a rate limit between a timeout and its read",
            answers: [.move(.timeout), .look(.tooMany), .look(.atNew)],
            trail: "move look look settle", state: .moved, confirmedBy: .read),
    ]

    @Test(arguments: ways)
    func `every way of the contract ends as it says`(_ way: Way) {
        var walk = MachineWalk(way.operation, openRooms: way.openRooms)
        walk.answer(way.answers)
        #expect(walk.trail.joined(separator: " ") == way.trail)
        #expect(walk.settlement?.state == way.state)
        #expect(walk.settlement?.reason == way.reason)
        #expect(walk.settlement?.confirmedBy == way.confirmedBy)
    }

    @Test
    func `the wait before reading again leaves the server time to finish`() throws {
        let retry = RetryPolicy(quiet: .seconds(3))
        var walk = MachineWalk(openRooms: .move, retry: retry)
        walk.answer(.move(.timeout), .look(.atOld))
        let wait = try #require(walk.waits.first)
        #expect(wait.atLeast >= .seconds(3))
    }

    static let exhausting: [(MachineWalk.Answer, [MachineWalk.Answer], OperationState, ReasonCode)] = [
        (.look(.timeout), [], .failed, .timeout),
        (.look(.unknown(.serverError, "")), [], .failed, .serverError),
        (.look(.notSent(.connectionFailed, "")), [], .failed, .connectionFailed),
        (.move(.notSent(.tlsFailed, "")), [], .failed, .tlsFailed),
        (.move(.notSent(.connectionFailed, "")), [], .failed, .connectionFailed),
        (.move(.timeout), [.look(.atOld), .look(.atOld)], .failed, .timeout),
        (.move(.unknown(.emptyRefusal, "")), [.look(.atOld), .look(.atOld)], .failed, .emptyRefusal),
    ]

    @Test(arguments: exhausting, 1...6)
    func `attempts are used up after as many troubles as allowed`(
        _ trouble: (MachineWalk.Answer, [MachineWalk.Answer], OperationState, ReasonCode), _ most: Int
    ) {
        let (answer, between, state, reason) = trouble
        var isLook = false
        if case .look = answer { isLook = true }
        var walk = MachineWalk(openRooms: isLook ? .defer : .move, retry: RetryPolicy(maxAttempts: most))
        for _ in 1...most {
            #expect(walk.settlement == nil)
            walk.answer([answer] + between)
        }
        #expect(walk.settlement?.state == state)
        #expect(walk.settlement?.reason == reason)
        #expect(walk.trail.count { $0 == (isLook ? "look" : "move") } == most)
    }

    @Test
    func `an ambiguous PUT whose room cannot be read stays unknown`() {
        var walk = MachineWalk(openRooms: .move, retry: RetryPolicy(maxAttempts: 3))
        walk.answer(.move(.timeout), .look(.timeout), .look(.unknown(.gatewayError, "")))
        #expect(walk.settlement?.state == .unknown)
        #expect(walk.settlement?.reason == .gatewayError)
    }

    @Test(arguments: OpenRoomPolicy.allCases)
    func `a room that somebody moves to and fro is given up`(_ policy: OpenRoomPolicy) {
        var walk = MachineWalk(openRooms: policy, retry: RetryPolicy(maxAttempts: 4))
        for _ in 1...40 where walk.settlement == nil {
            walk.answer(walk.action == .move ? .move(.notOwner) : .look(.atOld))
        }
        #expect(walk.settlement?.state == .failed)
        #expect(walk.settlement?.reason == .stillAtOld)
    }

    @Test(arguments: [MachineWalk.Answer.look(.tooMany), .move(.tooMany)])
    func `too many requests cost no attempt`(_ answer: MachineWalk.Answer) {
        var isLook = false
        if case .look = answer { isLook = true }
        var walk = MachineWalk(openRooms: isLook ? .defer : .move, retry: RetryPolicy(maxAttempts: 1))
        for _ in 1...10 { walk.answer(answer) }
        #expect(walk.settlement == nil)
        walk.answer(isLook ? [.look(.atOld), .move(.atNew)] : [.move(.atNew)])
        #expect(walk.settlement?.state == .moved)
    }

    @Test(arguments: [MachineWalk.Answer.look(.tooMany), .move(.tooMany)])
    func `too many requests for ever end as failed`(_ answer: MachineWalk.Answer) {
        var isLook = false
        if case .look = answer { isLook = true }
        var walk = MachineWalk(openRooms: isLook ? .defer : .move)
        for _ in 1...100 where walk.settlement == nil { walk.answer(answer) }
        #expect(walk.settlement?.state == .failed)
        #expect(walk.settlement?.reason == .rateLimited)
    }

    @Test
    func `too many requests for ever after an ambiguous PUT end as unknown`() {
        var walk = MachineWalk(openRooms: .move)
        walk.answer(.move(.timeout))
        for _ in 1...100 where walk.settlement == nil { walk.answer(.look(.tooMany)) }
        #expect(walk.settlement?.state == .unknown)
        #expect(walk.settlement?.reason == .rateLimited)
    }
}
