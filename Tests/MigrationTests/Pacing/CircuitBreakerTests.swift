import Model
import TestSupport
import Testing

@testable import Migration

/// What tells a server that is away from an operation that fails.
struct CircuitBreakerTests {
    private typealias Watch = CircuitBreaker

    private static let retry = RetryPolicy()

    private static func at(_ seconds: Double) -> ManualClock.Instant { ManualClock.Instant(.seconds(seconds)) }

    @Test(arguments: [ReasonCode.gatewayError, .connectionFailed, .tlsFailed])
    func `three troubles in a row that no room can cause are an outage`(reason: ReasonCode) {
        var watch = Watch()
        #expect(watch.note(reason, of: 1, now: Self.at(0), retry: Self.retry, within: .seconds(3600)) == nil)
        #expect(watch.note(reason, of: 1, now: Self.at(1), retry: Self.retry, within: .seconds(3600)) == nil)
        #expect(
            watch.note(reason, of: 1, now: Self.at(2), retry: Self.retry, within: .seconds(3600))
                == Watch.Outage(length: .seconds(2), holdUntil: Self.at(5)))
    }

    @Test(arguments: [ReasonCode.serverError, .timeout, .connectionLost])
    func `troubles that one room may cause are an outage only when others have them too`(reason: ReasonCode) {
        var one = Watch()
        for second in 0..<20 {
            #expect(
                one.note(reason, of: 1, now: Self.at(Double(second)), retry: Self.retry, within: .seconds(3600)) == nil)
        }
        var many = Watch()
        for operation in 0..<5 {
            #expect(
                many.note(reason, of: Int64(operation), now: Self.at(0), retry: Self.retry, within: .seconds(3600))
                    == nil)
        }
        #expect(many.note(reason, of: 5, now: Self.at(0), retry: Self.retry, within: .seconds(3600)) != nil)
    }

    @Test func `a good answer in between begins the count again`() {
        var watch = Watch()
        for _ in 0..<10 {
            _ = watch.note(.gatewayError, of: 1, now: Self.at(0), retry: Self.retry, within: .seconds(3600))
            _ = watch.note(.gatewayError, of: 2, now: Self.at(0), retry: Self.retry, within: .seconds(3600))
            watch.clear()
        }
        #expect(watch.note(.gatewayError, of: 3, now: Self.at(0), retry: Self.retry, within: .seconds(3600)) == nil)
    }

    @Test(arguments: [ReasonCode.emptyRefusal, .unreadableReply])
    func `a useless answer is an answer`(reason: ReasonCode) {
        var watch = Watch()
        for operation in Int64(0)..<40 {
            #expect(watch.note(reason, of: operation, now: Self.at(0), retry: Self.retry, within: .seconds(60)) == nil)
        }
    }

    @Test func `what has lasted long enough is no outage any more`() {
        var watch = Watch()
        for second in [0, 1, 2, 59.0] {
            _ = watch.note(.gatewayError, of: 1, now: Self.at(second), retry: Self.retry, within: .seconds(60))
        }
        #expect(watch.note(.gatewayError, of: 1, now: Self.at(60), retry: Self.retry, within: .seconds(60)) == nil)
    }

    @Test func `holds double to half a minute, and what left before a hold does not lengthen it`() {
        var watch = Watch()
        var now = 0.0
        var holds: [Double] = []
        while holds.count < 6 {
            guard
                let outage = watch.note(
                    .gatewayError, of: 1, now: Self.at(now), retry: Self.retry, within: .seconds(3600))
            else { continue }
            guard let until = outage.holdUntil else {
                Issue.record("a trouble after a hold begins the next one")
                return
            }
            #expect(
                watch.note(.gatewayError, of: 2, now: Self.at(now), retry: Self.retry, within: .seconds(3600))?
                    .holdUntil == nil)
            holds.append(until.offset.inSeconds - now)
            now = until.offset.inSeconds
        }
        #expect(holds == [3, 6, 12, 24, 30, 30])
    }
}
