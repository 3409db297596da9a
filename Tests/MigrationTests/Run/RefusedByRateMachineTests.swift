import Model
import RocketChat
import TestSupport
import Testing

@testable import Migration

/// What a refusal by rate, whose status does not say so, does to one operation.
struct RefusedByRateMachineTests {
    private static let busy = Reply<Room>(meaning: .unknown(.gatewayError, "no room"), status: 503)
    private static let atOld = Reply<Room>(meaning: .atOld, status: 200)

    private func machine(_ openRooms: OpenRoomPolicy = .move) -> OperationMachine {
        OperationMachine(.sample, retry: RetryPolicy(maxAttempts: 2), openRooms: openRooms)
    }

    /// The gateway may have passed it on all the same.
    @Test func `a move that was refused is read before it is sent again, and costs no attempt`() {
        var machine = machine()
        #expect(machine.next(.begun) == .move)
        for _ in 0..<15 {
            #expect(machine.next(.moved(Self.busy, RateLimiter.Trouble(isByRate: true))) == .look)
            #expect(machine.mayHaveMoved)
            guard case .wait = machine.next(.looked(Self.atOld)) else {
                Issue.record("the server is given time to finish")
                return
            }
            #expect(machine.next(.waited) == .look)
            #expect(machine.next(.looked(Self.atOld)) == .move)
        }
    }

    @Test func `a room that is found at the new visitor after it was moved by the refused request`() {
        var machine = machine()
        _ = machine.next(.begun)
        #expect(machine.next(.moved(Self.busy, RateLimiter.Trouble(isByRate: true))) == .look)
        guard case .settle(let settlement) = machine.next(.looked(Reply(meaning: .atNew, status: 200))) else {
            Issue.record("settled by the read")
            return
        }
        #expect(settlement.state == .moved && settlement.confirmedBy == .read)
    }

    @Test func `a read that is refused is repeated, and costs no attempt`() {
        var machine = machine(.defer)
        #expect(machine.next(.begun) == .look)
        for _ in 0..<15 {
            #expect(machine.next(.looked(Self.busy, RateLimiter.Trouble(isByRate: true))) == .look)
        }
        #expect(machine.next(.looked(Self.atOld)) == .move)
    }

    @Test func `an operation that is refused again and again is given up`() {
        var machine = machine(.defer)
        var action = machine.next(.begun)
        var requests = 0
        while requests < 1000 {
            switch action {
            case .look:
                requests += 1
                action = machine.next(.looked(Self.busy, RateLimiter.Trouble(isByRate: true)))
            case .settle(let settlement):
                #expect(settlement.state == .failed && settlement.reason == .gatewayError)
                #expect((20...30).contains(requests), "\(requests)")
                return
            default: action = machine.next(.waited)
            }
        }
        Issue.record("never given up")
    }

    @Test func `another answer of a gateway costs an attempt`() {
        var machine = machine(.defer)
        _ = machine.next(.begun)
        guard case .wait = machine.next(.looked(Self.busy)) else {
            Issue.record("backs off")
            return
        }
    }
}
