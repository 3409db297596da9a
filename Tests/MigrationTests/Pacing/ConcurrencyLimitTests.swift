import Testing

@testable import Migration

@Suite struct ConcurrencyLimitTests {
    @Test func `One trouble halves the limit, and those that were under way with it do not halve it again`() {
        var governor = ConcurrencyLimit(most: 16)
        for _ in 0..<16 { governor.fail() }
        #expect(governor.limit == 8)
        for _ in 0..<8 { governor.fail() }
        #expect(governor.limit == 4)
    }

    @Test func `The limit never falls below one and comes back one by one`() {
        var governor = ConcurrencyLimit(most: 4)
        for _ in 0..<100 { governor.fail() }
        #expect(governor.limit == 1)
        var seen: [Int] = []
        for _ in 0..<20 {
            governor.succeed()
            if seen.last != governor.limit { seen.append(governor.limit) }
        }
        #expect(seen == [2, 3, 4])
    }

    @Test(arguments: [
        ("0", 0, 10, false), ("0", 1, 10, true), ("5", 5, 1000, false), ("5", 6, 6, true), ("10%", 49, 49, false),
        ("10%", 5, 50, false), ("10%", 6, 50, true), ("0%", 1, 50, true), ("100%", 50, 50, false),
    ])
    func `A failure limit counts, or takes a share after the first fifty`(
        text: String, failures: Int, ended: Int, isExceeded: Bool
    ) throws {
        let limit = try #require(FailureLimit(text))
        #expect(limit.isExceeded(failures: failures, ended: ended) == isExceeded)
        #expect(limit.description == text)
    }

    @Test(arguments: ["", "-1", "101%", "ten", "%", "1.5"])
    func `What is no failure limit is refused`(text: String) {
        #expect(FailureLimit(text) == nil)
    }
}
