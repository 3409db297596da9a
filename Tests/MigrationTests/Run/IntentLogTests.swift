import Journal
import Model
import Synchronization
import TestSupport
import Testing

@testable import Migration

/// What is written into the journal before PUTs leave.
@Suite(.timeLimit(.minutes(1))) struct IntentLogTests {
    /// The transactions, in order; the first one ends when the test lets it.
    private final class Disk: Sendable {
        let written = Mutex<[[Intent]]>([])
        let isOpen: Mutex<Bool>
        let failure: (any Error)?

        init(isOpen: Bool = true, failure: (any Error)? = nil) {
            self.isOpen = Mutex(isOpen)
            self.failure = failure
        }

        func write(_ intents: [Intent]) async throws {
            _ = await eventually { isOpen.withLock { $0 } }
            if let failure { throw failure }
            written.withLock { $0.append(intents) }
        }
    }

    private func claim(_ numbers: ClosedRange<Int>, isDeclared: Bool) -> Claim {
        Claim(operations: numbers.map(Operation.number), cursor: .start, isDeclared: isDeclared)
    }

    @Test func `What a claim has declared is not written again, and anything else is`() async throws {
        let disk = Disk()
        let intents = IntentLog(disk.write)
        await intents.add(claim(1...1, isDeclared: true))
        await intents.add(claim(2...2, isDeclared: false))
        #expect(try await !intents.depart(.number(1)))
        #expect(try await intents.depart(.number(2)))
        #expect(try await intents.depart(.number(1)), "it came back, and its second PUT leaves")
        #expect(disk.written.withLock { $0.map { $0.map(\.mayLeave) } } == [[true], [true]])
    }

    @Test func `What a claim has declared is taken back when its PUTs have to wait`() async throws {
        let disk = Disk()
        let intents = IntentLog(disk.write)
        await intents.add(claim(1...3, isDeclared: true))
        #expect(try await !intents.depart(.number(2)))
        try await intents.withdrawClaims()
        try await intents.withdrawClaims()
        let written = disk.written.withLock { $0 }
        #expect(written.count == 1 && written.joined().allSatisfy { !$0.mayLeave })
        #expect(Set(written.joined().map(\.operation)) == [Operation.number(1).id, Operation.number(3).id])
        #expect(try await intents.depart(.number(1)))
    }

    @Test func `The doubt of an earlier run is never taken back`() async throws {
        let disk = Disk()
        let intents = IntentLog(disk.write)
        var doubtful = Operation.number(1)
        doubtful.mayHaveMoved = true
        await intents.add(Claim(operations: [doubtful, .number(2)], cursor: .start, isDeclared: true))
        try await intents.withdrawClaims()
        #expect(disk.written.withLock { $0.joined().map(\.operation) } == [Operation.number(2).id])
    }

    @Test func `What comes while the disk writes shares the next transaction, and fails with it`() async throws {
        for failure in [nil, JournalError.diskFull(path: "j") as any Error] {
            let disk = Disk(isOpen: false, failure: failure)
            let intents = IntentLog(disk.write)
            let failures = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 1...20 {
                    group.addTask {
                        do {
                            _ = try await intents.depart(.number(number))
                            return false
                        } catch JournalError.diskFull {
                            return true
                        }
                    }
                }
                for _ in 0..<100 { await Task.yield() }
                disk.isOpen.withLock { $0 = true }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(failures == (failure == nil ? 0 : 20))
            let written = disk.written.withLock { $0 }
            #expect(
                failure != nil || written.joined().map(\.operation).sorted() == (1...20).map { Operation.number($0).id }
            )
            #expect(written.count < 20)
        }
    }
}
