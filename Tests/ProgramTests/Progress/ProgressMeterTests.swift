import TestSupport
import Testing

@testable import CLI

@Suite struct ProgressMeterTests {
    typealias Instant = ManualClock.Instant

    private func instant(_ seconds: Double) -> Instant { Instant(.seconds(seconds)) }

    /// The rate after so many even steps, as it is between the last and the next.
    private func meter(steps: Int, every seconds: Double) -> ProgressMeter {
        var meter = ProgressMeter()
        for step in 0...steps {
            meter.note(step, of: "rooms", at: instant(Double(step) * seconds))
        }
        return meter
    }

    @Test(arguments: [(600, 0.1), (100, 2.0), (12, 6.0), (20, 360.0)])
    func `Even steps have exactly their rate until the next is late`(steps: Int, seconds: Double) throws {
        let meter = meter(steps: steps, every: seconds)
        for part in [0, 0.5, 0.99] {
            let rate = try #require(meter.perSecond(at: instant((Double(steps) + part) * seconds)))
            #expect(abs(rate * seconds - 1) < 0.001)
        }
        let late = try #require(meter.perSecond(at: instant(Double(steps) * seconds * 3)))
        #expect(late * seconds < 0.7)
    }

    @Test func `What went on a while ago does not count`() throws {
        var meter = meter(steps: 100, every: 0.1)
        for step in 1...100 {
            meter.note(100 + step, of: "rooms", at: instant(10 + Double(step) * 2))
        }
        let rate = try #require(meter.perSecond(at: instant(210)))
        #expect(abs(rate - 0.5) < 0.01)
    }

    @Test func `Too little to tell is not told`() {
        #expect(meter(steps: 1, every: 6).perSecond(at: instant(6)) == nil)
        #expect(meter(steps: 2, every: 6).perSecond(at: instant(12)) != nil)
        #expect(meter(steps: 9, every: 0.1).perSecond(at: instant(0.9)) == nil)
    }

    @Test func `Another subject begins anew`() {
        var meter = meter(steps: 100, every: 0.1)
        meter.note(3, of: "histories", at: instant(11))
        #expect(meter.perSecond(at: instant(12)) == nil)
    }
}
