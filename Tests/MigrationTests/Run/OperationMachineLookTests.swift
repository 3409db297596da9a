import Model
import RocketChat
import Testing

@testable import Migration

/// What each answer to a look does to an operation that has sent nothing, and to one that is in doubt.
struct OperationMachineLookTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var answer: ReplyOutcome<Room>
        var trail: [String]
        var settlement: OperationMachine.Settlement?

        init(_ answer: ReplyOutcome<Room>, _ trail: String..., settles: OperationMachine.Settlement? = nil) {
            self.answer = answer
            self.trail = trail
            settlement = settles
        }

        var testDescription: String { "\(answer) leads to \(trail)" }
    }

    static let fresh: [Case] = [
        Case(.atOld, "look", "move"),
        Case(
            .at("A", isOpen: true), "look", "settle",
            settles: .init(state: .deferred, reason: .openRoom, status: 200, wasOpen: true)),
        Case(
            .atNew, "look", "settle",
            settles: .init(state: .already, reason: .alreadyAtNew, status: 200, wasOpen: false)),
        Case(
            .at("B", isOpen: true), "look", "settle",
            settles: .init(state: .already, reason: .alreadyAtNew, status: 200, wasOpen: true)),
        Case(
            .atLater, "look", "settle",
            settles: .init(
                state: .already, reason: .alreadyFurther, status: 200, foundVisitor: VisitorID("C"), wasOpen: false)),
        Case(
            .atThird, "look", "settle",
            settles: .init(
                state: .conflict, reason: .movedByOther, status: 200, foundVisitor: VisitorID("X"), wasOpen: false)),
        Case(
            .at("X", isOpen: true), "look", "settle",
            settles: .init(
                state: .conflict, reason: .movedByOther, status: 200, foundVisitor: VisitorID("X"), wasOpen: true)),
        Case(
            .at(nil), "look", "settle",
            settles: .init(state: .conflict, reason: .noVisitor, status: 200, wasOpen: false)),
        Case(
            .at(nil, type: "c"), "look", "settle",
            settles: .init(state: .refused, reason: .unsupportedRoom, status: 200, wasOpen: false)),
        Case(
            .at("A", type: "v"), "look", "settle",
            settles: .init(state: .refused, reason: .unsupportedRoom, status: 200, wasOpen: false)),
        Case(
            .at("A", isOpen: true, type: "v"), "look", "settle",
            settles: .init(state: .refused, reason: .unsupportedRoom, status: 200, wasOpen: true)),
        Case(.notThere, "look", "settle", settles: .init(state: .refused, reason: .roomNotFound, status: 400)),
        Case(
            .refused(.roomNotAllowed, ""), "look", "settle",
            settles: .init(state: .refused, reason: .roomNotAllowed, status: 400)),
        Case(
            .refused(.invalidRequest, ""), "look", "settle",
            settles: .init(state: .refused, reason: .invalidRequest, status: 400)),
        Case(.tooMany, "look", "look"),
        Case(.timeout, "look", "wait", "look"),
        Case(.unknown(.gatewayError, ""), "look", "wait", "look"),
        Case(.notSent(.connectionFailed, ""), "look", "wait", "look"),
        Case(.notOwner, "look", "wait", "look"),
        Case(.stop(Stop(.credentialsRejected, "")), "look", "stop"),
    ]

    static let inDoubt: [Case] = [
        Case(
            .atNew, "look", "settle",
            settles: .init(state: .moved, confirmedBy: .read, status: 200, wasOpen: false)),
        Case(
            .at("B", isOpen: true), "look", "settle",
            settles: .init(state: .moved, confirmedBy: .read, status: 200, wasOpen: true)),
        Case(
            .at("A", isOpen: true), "look", "settle",
            settles: .init(state: .deferred, reason: .openRoom, status: 200, wasOpen: true)),
        Case(
            .atThird, "look", "settle",
            settles: .init(
                state: .conflict, reason: .movedByOther, status: 200, foundVisitor: VisitorID("X"), wasOpen: false)),
        Case(
            .at(nil), "look", "settle",
            settles: .init(state: .conflict, reason: .noVisitor, status: 200, wasOpen: false)),
        Case(
            .at("A", type: "v"), "look", "settle",
            settles: .init(state: .refused, reason: .unsupportedRoom, status: 200, wasOpen: false)),
        Case(.notThere, "look", "settle", settles: .init(state: .refused, reason: .roomNotFound, status: 400)),
        Case(
            .refused(.roomNotAllowed, ""), "look", "settle",
            settles: .init(state: .unknown, reason: .roomNotAllowed, status: 400)),
        Case(.tooMany, "look", "look"),
        Case(.timeout, "look", "wait", "look"),
        Case(.notSent(.connectionFailed, ""), "look", "wait", "look"),
        Case(.stop(Stop(.credentialsRejected, "")), "look", "stop"),
    ]

    @Test(arguments: fresh)
    func `an answer to the first look decides what a fresh operation does`(_ expected: Case) {
        var walk = MachineWalk()
        walk.answer(.look(expected.answer))
        #expect(walk.trail == expected.trail)
        #expect(walk.settlement == expected.settlement)
        #expect(!walk.machine.mayHaveMoved)
    }

    @Test(arguments: inDoubt, OpenRoomPolicy.allCases)
    func `an operation in doubt looks first under either policy`(_ expected: Case, _ policy: OpenRoomPolicy) {
        var walk = MachineWalk(.inDoubt, openRooms: policy)
        walk.answer(.look(expected.answer))
        // With the policy `move` a live conversation is nothing to wait for.
        if policy == .move, expected.settlement?.state == .deferred {
            #expect(walk.settlement == nil)
            return
        }
        #expect(walk.trail == expected.trail)
        #expect(walk.settlement == expected.settlement)
        #expect(walk.machine.mayHaveMoved)
    }

    @Test(arguments: OpenRoomPolicy.allCases)
    func `an operation in doubt whose room is at its old visitor is sent again`(_ policy: OpenRoomPolicy) {
        var walk = MachineWalk(.inDoubt, openRooms: policy)
        walk.answer(.look(.atOld))
        if walk.action == .look {
            // Reading a second time before sending again is as good (TheMove, "Repeats and races").
            walk.answer(.look(.atOld))
        }
        #expect(walk.action == .move)
        walk.answer(.move(.atNew))
        #expect(walk.settlement?.state == .moved)
        #expect(walk.settlement?.confirmedBy == .response)
    }

    @Test
    func `a look that is refused by rate is repeated`() {
        var walk = MachineWalk()
        walk.take(.looked(Reply(meaning: .tooMany, status: 429)))
        #expect(walk.action == .look)
    }

    @Test
    func `a stop keeps its reason and what was seen`() {
        let stop = Stop(.permissionMissing, "view-l-room")
        var walk = MachineWalk()
        walk.answer(.look(.stop(stop)))
        #expect(walk.action == .stop(stop))
    }
}
