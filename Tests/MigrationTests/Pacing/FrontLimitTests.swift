import Model
import RocketChat
import TestSupport
import Testing

@testable import Migration

/// What refusals teach that do not say what is allowed (TheRun, "Pacing").
struct FrontLimitTests {
    private typealias Limit = FrontLimit

    private static let ceiling = ServerRateEstimator.withoutHeaders

    private static func at(_ seconds: Double) -> ManualClock.Instant { ManualClock.Instant(.seconds(seconds)) }

    /// A limit that met refusals at these seconds, of another operation each, and let one request through in between.
    private static func refused(at seconds: [Double], under ceiling: Rate = ceiling) -> Limit {
        var limit = Limit()
        for (operation, second) in seconds.enumerated() {
            if operation > 0 { limit.pass(on: .roomVisitor, under: ceiling) }
            _ = limit.refuse(
                on: .roomVisitor, of: Int64(operation), sentAt: at(second), now: at(second), under: ceiling)
        }
        return limit
    }

    private static func pass(_ limit: inout Limit, times: Int, on route: Endpoint = .roomVisitor) {
        for _ in 0..<times { limit.pass(on: route, under: ceiling) }
    }

    @Test func `without a refusal there is no limit`() {
        var limit = Limit()
        Self.pass(&limit, times: 1000)
        #expect(limit.rate == nil && limit.advised == nil)
    }

    @Test(arguments: [
        (1, 5.0), (2, 2.5), (3, 1.25), (4, 0.625), (9, 10.0 / 512), (10, 1.0 / 60), (40, 1.0 / 60),
    ])
    func `every refusal halves the rate, but not below one request in a minute`(refusals: Int, perSecond: Double) throws
    {
        let limit = Self.refused(at: (0..<refusals).map { Double($0) })
        let rate = try #require(limit.rate)
        #expect(abs(rate.perSecond - perSecond) < 1e-9)
    }

    @Test(arguments: [(Rate(count: 10, per: .seconds(60)), 1.0 / 12), (Rate(count: 2, per: .seconds(1)), 1.0)])
    func `a server that allows less is halved from there`(ceiling: Rate, perSecond: Double) throws {
        let rate = try #require(Self.refused(at: [0], under: ceiling).rate)
        #expect(abs(rate.perSecond - perSecond) < 1e-9)
    }

    @Test func `what left before the last refusal teaches nothing new`() throws {
        var limit = Self.refused(at: [10])
        for operation in Int64(2)...7 {
            _ = limit.refuse(
                on: .roomVisitor, of: operation, sentAt: Self.at(9.9), now: Self.at(10.1), under: Self.ceiling)
        }
        #expect(try #require(limit.rate) == Rate(count: 1, per: .milliseconds(200)))
        #expect(limit.refusals == 1)
    }

    @Test func `good answers raise the rate, quickly to nearly what was refused, slowly until there is no limit`() {
        var limit = Self.refused(at: [0, 1])
        var seen: [Double] = []
        var answers: [Int] = []
        while let rate = limit.rate {
            let perSecond = (rate.perSecond * 10_000).rounded() / 10_000
            if seen.last == perSecond {
                answers[answers.count - 1] += 1
            } else {
                seen.append(perSecond)
                answers.append(1)
            }
            Self.pass(&limit, times: 1)
        }
        #expect(seen.prefix(9) == [2.5, 3.5, 4, 4.25, 4.375, 4.4375, 4.625, 4.75, 4.875])
        #expect(answers.prefix(5) == [2, 2, 2, 2, 2] && answers.dropFirst(5).allSatisfy { $0 == 10 })
        #expect(limit.advised == nil)
    }

    @Test func `answers of all routes raise it`() throws {
        var limit = Self.refused(at: [0])
        Self.pass(&limit, times: 5, on: .roomsInfo)
        Self.pass(&limit, times: 5, on: .chatHistory)
        #expect(try #require(limit.rate).perSecond > 5)
    }

    @Test func `a route waits a second, and twice as long each time while nothing succeeds on it`() {
        var limit = Limit()
        var now = 0.0
        var holds: [Double] = []
        func refuse(on route: Endpoint) -> Double {
            limit.refuse(on: route, sentAt: Self.at(now), now: Self.at(now), under: Self.ceiling).inSeconds
        }
        for _ in 0..<9 {
            holds.append(refuse(on: .roomVisitor))
            now += 100
            limit.pass(on: .roomsInfo, under: Self.ceiling)
        }
        #expect(holds == [1, 2, 4, 8, 15, 15, 15, 15, 15])
        #expect(refuse(on: .roomsInfo) == 1)
        limit.pass(on: .roomVisitor, under: Self.ceiling)
        now += 100
        #expect(refuse(on: .roomVisitor) == 1)
    }

    @Test func `an operation that is refused again and again while others are not slows nobody down`() throws {
        var limit = Limit()
        for second in 0..<20 {
            let now = Self.at(Double(second))
            _ = limit.refuse(on: .roomVisitor, of: 7, sentAt: now, now: now, under: Self.ceiling)
            limit.pass(on: .roomVisitor, of: 8, under: Self.ceiling)
        }
        #expect(try #require(limit.rate) >= Rate(count: 5, per: .seconds(1)).half.half)
        #expect(limit.refusals == 1 && limit.advised == nil)
    }

    @Test(arguments: [Endpoint?.none, .roomsInfo])
    func `refusals on a route before something was let through there are waited out, and teach nothing new`(
        passed: Endpoint?
    ) {
        var limit = Limit()
        for operation in Int64(0)..<9 {
            let now = Self.at(Double(operation) * 100)
            _ = limit.refuse(on: .roomVisitor, of: operation, sentAt: now, now: now, under: Self.ceiling)
            if let passed { limit.pass(on: passed, of: operation, under: Self.ceiling) }
        }
        #expect(limit.refusals == 1)
        limit.pass(on: .roomVisitor, under: Self.ceiling)
        _ = limit.refuse(on: .roomVisitor, of: 9, sentAt: Self.at(1000), now: Self.at(1000), under: Self.ceiling)
        #expect(limit.refusals == 2)
    }

    @Test func `routes in use share what is advised`() {
        var limit = Self.refused(at: [0, 1])
        for _ in 0..<12 {
            limit.pass(on: .roomVisitor, under: Self.ceiling)
            limit.pass(on: .roomsInfo, under: Self.ceiling)
        }
        #expect(limit.advised == Rate(count: 1, per: .seconds(1)))
    }

    /// The refusals come at 10, 5, 2.5 … per second; what is advised was not refused.
    @Test(arguments: [(1, nil as String?), (2, "2/s"), (3, "1/s"), (4, "37/min"), (5, "18/min"), (10, "52/h")])
    func `a rate in round numbers is advised when it was refused more than once`(refusals: Int, advised: String?) {
        #expect(Self.refused(at: (0..<refusals).map { Double($0) }).advised?.description == advised)
    }

    @Test func `what was raised to nearly the refused rate is not advised`() {
        var limit = Self.refused(at: [0, 1])
        Self.pass(&limit, times: 70)
        #expect(limit.rate.map { $0.perSecond > 4.5 } == true)
        #expect(limit.advised == Rate(count: 3, per: .seconds(1)))
    }
}

extension Rate {
    fileprivate var half: Rate { Rate(count: 1, per: interval * 2) }

    fileprivate static func >= (left: Rate, right: Rate) -> Bool { left.perSecond >= right.perSecond }
}
