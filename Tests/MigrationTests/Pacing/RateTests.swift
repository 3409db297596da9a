import Testing

@testable import Migration

/// Rates as people write them.
struct RateTests {
    static let readable: [(String, Int, Double, String)] = [
        ("10/min", 10, 60, "10/min"), ("5/s", 5, 1, "5/s"), ("20000/h", 20_000, 3600, "20000/h"),
        ("1/sec", 1, 1, "1/s"), ("1/second", 1, 1, "1/s"), ("7/m", 7, 60, "7/min"), ("7/minute", 7, 60, "7/min"),
        ("600/hour", 600, 3600, "600/h"), ("10/MIN", 10, 60, "10/min"),
        ("1000000000/s", 1_000_000_000, 1, "1000000000/s"),
    ]

    @Test(arguments: readable)
    func `a rate is read and shown in its usual form`(_ text: String, _ count: Int, _ window: Double, _ shown: String) {
        let rate = Rate(text)
        #expect(rate == Rate(count: count, per: .seconds(window)))
        #expect(rate?.description == shown)
        #expect(RateSetting(text) == .fixed(Rate(count: count, per: .seconds(window))))
        #expect(RateSetting(text)?.description == shown)
    }

    @Test(arguments: [
        "", "/", "10", "10/", "/min", "0/min", "-1/s", "1.5/s", "10/day", "10 /min", "10/ min", "10/min/s", "x/s",
        "1000000001/s", "99999999999999999999/s", "automatic", "none", "10per min", "١٠/s",
    ])
    func `anything else is no rate`(_ text: String) {
        #expect(Rate(text) == nil)
        #expect(RateSetting(text) == nil)
    }

    @Test(arguments: [
        ("80/s/8", 10, 1.0, "10/s"), ("16/min/8", 2, 60, "2/min"), ("10/min/1", 10, 60, "10/min"),
        ("8/h/8", 1, 3600, "1/h"),
    ])
    func `a rate is shared between processes`(_ text: String, _ count: Int, _ window: Double, _ shown: String) {
        #expect(Rate(text) == Rate(count: count, per: .seconds(window)))
        #expect(RateSetting(text)?.description == shown)
    }

    @Test(arguments: ["10/min/8", "1/s/2", "8/s/0", "8/s/-1", "8/s/", "8/s/x", "8/s/8/1", "8//8", "auto/8"])
    func `a rate that cannot be shared evenly is none`(_ text: String) {
        #expect(RateSetting(text) == nil)
    }

    @Test(arguments: [
        ("auto", RateSetting.auto), ("AUTO", .auto), ("unlimited", .unlimited), ("Unlimited", .unlimited),
    ])
    func `the two words are read in any case`(_ text: String, _ setting: RateSetting) {
        #expect(RateSetting(text) == setting)
        #expect(setting.description == text.lowercased())
    }

    @Test(arguments: RateTests.readable)
    func `what is shown can be read again`(_ text: String, _ count: Int, _ window: Double, _ shown: String) {
        #expect(Rate(shown) == Rate(text))
    }

    @Test
    func `a rate knows its interval and its requests per second`() {
        #expect(Rate(count: 10, per: .seconds(60)).interval == .seconds(6))
        #expect(Rate(count: 20_000, per: .seconds(3600)).interval == .milliseconds(180))
        #expect(Rate(count: 5, per: .seconds(1)).perSecond == 5)
        #expect(abs(Rate(count: 10, per: .seconds(60)).perSecond - 1.0 / 6) < 1e-12)
    }

    @Test(arguments: [(1, 61.5, "1/61.5 s"), (100, 5.0, "100/5.0 s"), (3, 0.25, "3/0.2 s"), (2, 60.04, "2/60.0 s")])
    func `a rate that was learnt shows its window`(_ count: Int, _ window: Double, _ shown: String) {
        #expect(Rate(count: count, per: .seconds(window)).description == shown)
    }
}
