import FoundationEssentials
import Glibc
import Synchronization
import Testing

/// Lives many lives and says which of them break a promise.
enum Simulation {
    /// As many as a debug build lives in half a minute on two cores.
    private static let livesOfGate: UInt64 = 250
    /// More of them say nothing new.
    private static let mostFailures = 3

    /// The lives of a gate, or those that somebody asked for: `SEED=17 LIVES=1` repeats one.
    static var seeds: Range<UInt64> {
        let first = number("SEED") ?? 1
        return first..<(first + (number("LIVES") ?? livesOfGate))
    }

    /// Lives the lives of seeds, and reports each that breaks a promise, cut down to its smallest form.
    static func run(_ seeds: Range<UInt64>) async throws {
        let start = ContinuousClock.now
        let queue = Queue(seeds)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<min(ProcessInfo.processInfo.activeProcessorCount, 8) {
                group.addTask {
                    try await live { live in
                        while let seed = queue.next() {
                            let complaints = try await live(Life(seed))
                            guard !complaints.isEmpty else { continue }
                            queue.fail()
                            try await report(Life(seed), complaints, live)
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let (lived, failed) = queue.result
        print(
            "Lived \(lived) lives from seed \(seeds.lowerBound) on, \(Int(Double(lived) / seconds)) a second: "
                + "\(failed) failed.")
    }

    /// The lives that are still to be lived.
    ///
    /// A class because several threads live them; all of its state is behind one lock.
    private final class Queue: Sendable {
        private let state: Mutex<(next: UInt64, failed: Int)>
        private let seeds: Range<UInt64>

        init(_ seeds: Range<UInt64>) {
            self.seeds = seeds
            state = Mutex((seeds.lowerBound, 0))
        }

        func next() -> UInt64? {
            state.withLock { state in
                guard state.next < seeds.upperBound, state.failed < mostFailures else { return nil }
                defer { state.next += 1 }
                return state.next
            }
        }

        func fail() { state.withLock { $0.failed += 1 } }

        var result: (lived: UInt64, failed: Int) { state.withLock { ($0.next - seeds.lowerBound, $0.failed) } }
    }

    /// Hands over what lives a life and says what was wrong with it.
    static func live<Value: Sendable>(
        _ body: @escaping @Sendable (_ live: @Sendable (Life) async throws -> [String]) async throws -> Value
    ) async throws -> Value {
        let folder = try Folder()
        return try await SeededExecutor.with { executor in
            try await body { life in
                do {
                    let course = try await Course.of(life, on: executor, in: folder)
                    return Oracle.complaints(about: course, of: life)
                } catch {
                    return ["it ended with an error: \(error)"]
                }
            }
        }
    }

    /// Leaves out of a failing life whatever it fails without.
    private static func report(
        _ life: Life, _ complaints: [String], _ live: @Sendable (Life) async throws -> [String]
    ) async throws {
        let kinds = Set(complaints.map(kind))
        var (smallest, said) = (life, complaints)
        var isSmaller = true
        while isSmaller {
            isSmaller = false
            for candidate in smallest.smaller {
                let complaints = try await live(candidate)
                guard !kinds.isDisjoint(with: complaints.map(kind)) else { continue }
                (smallest, said, isSmaller) = (candidate, complaints, true)
                break
            }
        }
        Issue.record(
            """
            Seed \(life.seed) breaks a promise:
            \(complaints.joined(separator: "\n"))
            The smallest life that does:
            \(smallest.description)
            \(said.joined(separator: "\n"))
            Again: SEED=\(life.seed) LIVES=1 scripts/test --filter SimulationTests
            To keep: \(smallest.source)
            """)
    }

    /// A complaint without its numbers and ids: a life that is cut down has to break the same promise.
    private static func kind(_ complaint: String) -> String { complaint.filter { !$0.isNumber } }

    private static func number(_ name: String) -> UInt64? {
        unsafe getenv(name).flatMap { unsafe UInt64(String(cString: $0)) }
    }
}
