import Model
import RocketChat
import Testing

@testable import Migration

/// What the server's rate-limit headers teach (TheServer, "Rate limits").
struct ServerRateEstimatorTests {
    /// An instant of the server's clock in whole seconds, as `Date` says it.
    private static let noon = Timestamp(milliseconds: 1_714_651_200_000)

    private func after(_ milliseconds: Int64) -> Timestamp {
        Timestamp(milliseconds: Self.noon.milliseconds + milliseconds)
    }

    private func window(_ limit: Int, _ remaining: Int, resetIn milliseconds: Int64?) -> RateWindow {
        RateWindow(limit: limit, remaining: remaining, reset: milliseconds.map { after($0) })
    }

    @Test
    func `the first call of a window shows limit and length`() {
        var learner = ServerRateEstimator()
        let lesson = learner.learn(from: window(10, 9, resetIn: 60_000), serverDate: Self.noon)
        #expect(lesson == ServerRateEstimator.RateEstimate(rate: Rate(count: 10, per: .seconds(60))))
    }

    @Test
    func `the length stays as the window runs down`() {
        var learner = ServerRateEstimator()
        _ = learner.learn(from: window(10, 9, resetIn: 60_000), serverDate: Self.noon)
        for used in 2...9 {
            let lesson = learner.learn(
                from: window(10, 10 - used, resetIn: 60_000), serverDate: after(Int64(used) * 6000))
            #expect(lesson == ServerRateEstimator.RateEstimate(rate: Rate(count: 10, per: .seconds(60))))
        }
    }

    @Test
    func `of lengths that the whole seconds of the date blur the shortest counts`() {
        var learner = ServerRateEstimator()
        _ = learner.learn(from: window(10, 9, resetIn: 60_800), serverDate: Self.noon)
        let lesson = learner.learn(from: window(10, 9, resetIn: 60_100), serverDate: Self.noon)
        #expect(lesson.rate == Rate(count: 10, per: .milliseconds(60_100)))
        #expect(learner.learn(from: window(10, 9, resetIn: 60_900), serverDate: Self.noon).rate == lesson.rate)
    }

    /// What is left of a window is not its length: taking it for that would hurry.
    @Test(arguments: [(8, 500 as Int64), (4, 20_000), (1, 59_000)])
    func `a run that begins within a window does not hurry`(_ remaining: Int, _ left: Int64) {
        var learner = ServerRateEstimator()
        let lesson = learner.learn(from: window(10, remaining, resetIn: left), serverDate: Self.noon)
        #expect(lesson.rate.perSecond <= 10.0 / 59)
        #expect(lesson.hold == nil)
        let next = learner.learn(from: window(10, 9, resetIn: left + 60_000), serverDate: after(left))
        #expect(next.rate == Rate(count: 10, per: .seconds(60)))
    }

    /// The very first window starts when the server does, so its first call may see only the end of it.
    @Test
    func `a longer window is learnt after a short one`() {
        var learner = ServerRateEstimator()
        _ = learner.learn(from: window(10, 9, resetIn: 3000), serverDate: Self.noon)
        let lesson = learner.learn(from: window(10, 9, resetIn: 63_000), serverDate: after(3000))
        #expect(lesson.rate == Rate(count: 10, per: .seconds(60)))
    }

    @Test
    func `a shorter window is learnt after a long one`() {
        var learner = ServerRateEstimator()
        _ = learner.learn(from: window(10, 9, resetIn: 60_000), serverDate: Self.noon)
        let lesson = learner.learn(from: window(10, 9, resetIn: 65_000), serverDate: after(60_000))
        #expect(lesson.rate == Rate(count: 10, per: .seconds(5)))
    }

    @Test
    func `a used-up window is waited for`() {
        var learner = ServerRateEstimator()
        _ = learner.learn(from: window(10, 9, resetIn: 60_000), serverDate: Self.noon)
        let lesson = learner.learn(from: window(10, 0, resetIn: 60_000), serverDate: after(13_000))
        #expect(
            lesson == ServerRateEstimator.RateEstimate(rate: Rate(count: 10, per: .seconds(60)), hold: .seconds(47)))
    }

    @Test
    func `a used-up window whose end has just passed is waited for no longer`() {
        var learner = ServerRateEstimator()
        let lesson = learner.learn(from: window(10, 0, resetIn: -200), serverDate: Self.noon)
        #expect(lesson.hold == .zero)
    }

    @Test
    func `without headers it is ten in a second`() {
        var learner = ServerRateEstimator()
        #expect(learner.learn(from: nil, serverDate: Self.noon).rate == Rate(count: 10, per: .seconds(1)))
        #expect(learner.learn(from: nil, serverDate: nil).hold == nil)
    }

    @Test
    func `a limit that changes is followed`() {
        var learner = ServerRateEstimator()
        _ = learner.learn(from: window(10, 9, resetIn: 60_000), serverDate: Self.noon)
        let lesson = learner.learn(from: window(100, 99, resetIn: 15_000), serverDate: after(10_000))
        #expect(lesson == ServerRateEstimator.RateEstimate(rate: Rate(count: 100, per: .seconds(5))))
    }

    @Test
    func `a limit that is lifted and comes back is followed`() {
        var learner = ServerRateEstimator()
        _ = learner.learn(from: window(10, 9, resetIn: 60_000), serverDate: Self.noon)
        #expect(learner.learn(from: nil, serverDate: Self.noon).rate == ServerRateEstimator.withoutHeaders)
        let lesson = learner.learn(from: window(10, 9, resetIn: 60_000), serverDate: Self.noon)
        #expect(lesson.rate == Rate(count: 10, per: .seconds(60)))
    }

    @Test(arguments: [-86_400_000, -5000, 0, 5000, 86_400_000] as [Int64])
    func `a server whose clock is wrong teaches the same`(_ skew: Int64) {
        var learner = ServerRateEstimator()
        let headers = RateWindow(limit: 10, remaining: 0, reset: after(skew + 30_000))
        let lesson = learner.learn(from: headers, serverDate: after(skew))
        #expect(lesson.hold == .seconds(30))
    }

    @Test
    func `without a date the usual minute is assumed`() {
        var learner = ServerRateEstimator()
        let lesson = learner.learn(from: window(10, 0, resetIn: 5000), serverDate: nil)
        #expect(
            lesson == ServerRateEstimator.RateEstimate(rate: Rate(count: 10, per: .seconds(60)), hold: .seconds(60)))
    }

    @Test
    func `without a reset the usual minute is assumed`() {
        var learner = ServerRateEstimator()
        let lesson = learner.learn(from: window(10, 0, resetIn: nil), serverDate: Self.noon)
        #expect(
            lesson == ServerRateEstimator.RateEstimate(rate: Rate(count: 10, per: .seconds(60)), hold: .seconds(60)))
    }

    @Test(arguments: [(1, 1000 as Int64, 1.0), (100, 5000, 5), (1, 60_000, 60), (600, 60_000, 60)])
    func `other limits are learnt as well`(_ limit: Int, _ length: Int64, _ seconds: Double) {
        var learner = ServerRateEstimator()
        let lesson = learner.learn(from: window(limit, limit - 1, resetIn: length), serverDate: Self.noon)
        #expect(lesson.rate == Rate(count: limit, per: .seconds(seconds)))
        #expect(lesson.hold == (limit == 1 ? .seconds(seconds) : nil))
    }

    static let absurd: [RateWindow] = [
        RateWindow(limit: .max, remaining: .max - 1, reset: noon),
        RateWindow(limit: .max, remaining: 0, reset: Timestamp(milliseconds: .max)),
        RateWindow(limit: 10, remaining: 9, reset: Timestamp(milliseconds: .max)),
        RateWindow(limit: 10, remaining: 0, reset: Timestamp(milliseconds: .max)),
        RateWindow(limit: 10, remaining: 0, reset: Timestamp(milliseconds: 1)),
        RateWindow(limit: 10, remaining: 9, reset: noon),
        RateWindow(limit: 1, remaining: 0, reset: noon),
        RateWindow(limit: 10, remaining: 11, reset: noon),
        RateWindow(limit: 0, remaining: 0, reset: noon),
        RateWindow(limit: -5, remaining: 0, reset: noon),
    ]

    @Test(arguments: absurd)
    func `absurd numbers neither hurry nor freeze a run`(_ headers: RateWindow) {
        var learner = ServerRateEstimator()
        let lesson = learner.learn(from: headers, serverDate: Self.noon)
        #expect(lesson.rate.count >= 1)
        #expect(lesson.rate.window > .zero)
        #expect(lesson.rate.interval <= .seconds(3600))
        #expect((.zero...(.seconds(3600))).contains(lesson.hold ?? .zero))
    }
}
