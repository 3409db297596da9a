import Testing

@testable import Migration

/// How long an operation backs off.
struct RetryPolicyTests {
    private static let policy = RetryPolicy(
        base: .milliseconds(500), cap: .seconds(30), quiet: .seconds(2))

    @Test(arguments: [(1, 0.5), (2, 1), (3, 2), (4, 4), (5, 8), (6, 16), (7, 30), (8, 30), (100, 30)])
    func `the ceiling doubles with every trouble up to the cap`(_ trouble: Int, _ seconds: Double) {
        let wait = Self.policy.backOff(afterTrouble: trouble)
        #expect(wait == Wait(atLeast: .zero, atMost: .seconds(seconds)))
    }

    @Test(arguments: [1, 2, 6, 7, 50])
    func `the quiet wait is as long on top of the time the server needs`(_ trouble: Int) {
        let backOff = Self.policy.backOff(afterTrouble: trouble)
        let quiet = Self.policy.quietBackOff(afterTrouble: trouble)
        #expect(quiet.atLeast == .seconds(2))
        #expect(quiet.atMost == .seconds(2) + backOff.atMost)
    }

    @Test(arguments: [-1, 0, 63, 64, 65, 1_000_000, Int.max])
    func `no number of troubles is too large`(_ trouble: Int) {
        for wait in [Self.policy.backOff(afterTrouble: trouble), Self.policy.quietBackOff(afterTrouble: trouble)] {
            #expect(wait.atLeast >= .zero)
            #expect(wait.atMost <= .seconds(32))
            #expect(wait.atLeast <= wait.atMost)
        }
    }

    @Test
    func `a base above the cap is cut`() {
        let policy = RetryPolicy(base: .seconds(100), cap: .seconds(30))
        #expect(policy.backOff(afterTrouble: 1).atMost == .seconds(30))
        #expect(policy.backOff(afterTrouble: 17).atMost == .seconds(30))
    }

    @Test(arguments: [(0.0, 2.0), (0.5, 3), (1, 4)])
    func `the length lies where the share says`(_ share: Double, _ seconds: Double) {
        #expect(Wait(atLeast: .seconds(2), atMost: .seconds(4)).length(at: share) == .seconds(seconds))
    }
}
