import Model
import RocketChat
import Testing

@testable import Migration

/// What each answer to a PUT does to an operation, by what was known before it left.
struct OperationMachineMoveTests {
    typealias Case = OperationMachineLookTests.Case

    static let refusals: [ReasonCode] = [
        .newVisitorNotFound, .roomNotFound, .roomNotAllowed, .unsupportedRoom, .invalidRequest, .refusedByServer,
    ]

    /// Nothing was looked at: the policy is `move`.
    static let unseen: [Case] = [
        Case(
            .atNew, "move", "settle",
            settles: .init(state: .moved, confirmedBy: .response, status: 200, wasOpen: false)),
        Case(
            .at("B", isOpen: true), "move", "settle",
            settles: .init(state: .moved, confirmedBy: .response, status: 200, wasOpen: true)),
        Case(.notOwner, "move", "look"),
        Case(.tooMany, "move", "move"),
        Case(.timeout, "move", "look"),
        Case(.unknown(.connectionLost, ""), "move", "look"),
        Case(.unknown(.serverError, ""), "move", "look"),
        Case(.unknown(.emptyRefusal, ""), "move", "look"),
        Case(.notSent(.connectionFailed, ""), "move", "wait", "move"),
        Case(.notSent(.tlsFailed, ""), "move", "wait", "move"),
        Case(.stop(Stop(.endpointMissing, "")), "move", "stop"),
    ]

    @Test(arguments: unseen)
    func `a PUT without a look is judged by its answer`(_ expected: Case) {
        var walk = MachineWalk(openRooms: .move)
        walk.answer(.move(expected.answer))
        #expect(walk.trail == expected.trail)
        #expect(walk.settlement == expected.settlement)
    }

    @Test(arguments: unseen)
    func `a PUT after a look goes the same ways`(_ expected: Case) {
        var walk = MachineWalk()
        walk.answer(.look(.atOld), .move(expected.answer))
        #expect(walk.trail == ["look"] + expected.trail)
        #expect(walk.settlement?.state == expected.settlement?.state)
        #expect(walk.settlement?.confirmedBy == expected.settlement?.confirmedBy)
    }

    private static let wall = ReplyOutcome<Room>.stop(Stop(.proxyRefused, "403"))

    @Test func `a server that is vouched for is asked once more, then the operation is refused on the way`() {
        var walk = MachineWalk(openRooms: .move)
        walk.answer(.move(Self.wall))
        walk.take(.vouched)
        walk.answer(.move(Self.wall))
        walk.take(.vouched)
        #expect(walk.trail == ["move", "stop", "wait", "move", "stop", "settle"])
        #expect(walk.settlement?.state == .refused && walk.settlement?.reason == .refusedOnTheWay)
        #expect(!walk.machine.mayHaveMoved)
    }

    @Test func `what may have been applied behind a page is read before it is refused`() {
        let page = ReplyOutcome<Room>.stop(Stop(.notRocketChat, "a page"))
        var walk = MachineWalk(openRooms: .move)
        walk.take(.moved(Reply(meaning: page, status: 200)))
        walk.take(.vouched)
        walk.answer(.look(.atOld), .look(.atOld))
        walk.take(.moved(Reply(meaning: page, status: 200)))
        walk.take(.vouched)
        walk.answer(.look(.atOld), .look(.atOld))
        #expect(walk.settlement?.state == .refused && walk.settlement?.reason == .refusedOnTheWay)

        var moved = MachineWalk(openRooms: .move)
        moved.take(.moved(Reply(meaning: page, status: 200)))
        moved.take(.vouched)
        moved.answer(.look(.atNew))
        #expect(moved.settlement?.state == .moved && moved.settlement?.confirmedBy == .read)
    }

    @Test(arguments: refusals, OpenRoomPolicy.allCases)
    func `a definite no settles an operation that has nothing open`(_ reason: ReasonCode, _ policy: OpenRoomPolicy) {
        var walk = MachineWalk(openRooms: policy)
        walk.answer(policy == .defer ? [.look(.atOld), .move(.refused(reason, ""))] : [.move(.refused(reason, ""))])
        #expect(walk.settlement?.state == .refused)
        #expect(walk.settlement?.reason == reason)
        #expect(walk.settlement?.status == 400)
        #expect(!walk.machine.mayHaveMoved)
    }

    @Test(arguments: refusals)
    func `a definite no to an operation in doubt is looked at before it is believed`(_ reason: ReasonCode) {
        var walk = MachineWalk(.inDoubt)
        while walk.action != .move {
            walk.answer(.look(.atOld))
        }
        walk.take(.moved(Reply(meaning: .refused(reason, ""), status: 400)))
        #expect(walk.action == .look)
        walk.answer(.look(.atNew))
        #expect(walk.settlement?.state == .moved)
        #expect(walk.settlement?.confirmedBy == .read)
    }

    @Test(arguments: refusals)
    func `a definite no is not believed while the PUT of a killed run may still be written`(_ reason: ReasonCode) {
        var last = Operation.inDoubt
        last.isFollowed = false
        var walk = MachineWalk(last)
        // Sending the last step of a chain again does no harm, so nothing is waited for.
        walk.answer(.look(.atOld), .move(.refused(reason, "")), .look(.atOld))
        #expect(walk.trail == ["look", "move", "look", "wait", "look"])
        walk.answer(.look(.atNew))
        #expect(walk.settlement?.state == .moved && walk.settlement?.confirmedBy == .read)
    }

    @Test
    func `a PUT that is refused by rate is sent again without a read`() {
        var walk = MachineWalk(openRooms: .move)
        walk.take(.moved(Reply(meaning: .tooMany, status: 429)))
        #expect(walk.action == .move)
    }

    static let mayHaveMoved: [(ReplyOutcome<Room>, Bool)] = [
        (.timeout, true), (.unknown(.gatewayError, ""), true), (.unknown(.emptyRefusal, ""), true),
        (.notOwner, false), (.tooMany, false), (.notSent(.connectionFailed, ""), false),
        (.stop(Stop(.credentialsRejected, "")), false), (.refused(.roomNotAllowed, ""), false),
    ]

    @Test(arguments: mayHaveMoved)
    func `only an answer that settles nothing leaves a PUT in doubt`(_ answer: ReplyOutcome<Room>, _ expected: Bool) {
        var walk = MachineWalk(openRooms: .move)
        walk.take(.moved(Reply(meaning: answer, status: answer.usualStatus)))
        #expect(walk.machine.mayHaveMoved == expected)
    }

    @Test
    func `a stop after an ambiguous PUT leaves it in doubt`() {
        var walk = MachineWalk(openRooms: .move)
        walk.answer(.move(.timeout), .look(.stop(Stop(.credentialsRejected, ""))))
        #expect(walk.trail.last == "stop")
        #expect(walk.machine.mayHaveMoved)
    }

    @Test
    func `an open room is moved without a look when the policy says so`() {
        var walk = MachineWalk(openRooms: .move)
        walk.answer(.move(.at("B", isOpen: true)))
        #expect(walk.trail == ["move", "settle"])
        #expect(walk.settlement?.wasOpen == true)
    }
}
