import Journal
import Model
import TestSupport
import Testing

@testable import Migration

/// When outcomes are committed and operations claimed.
struct RunStateTests {
    /// A journal without end, and a server that has answered as much as a test says.
    private struct Rig {
        let trail = AttemptLog()
        let limit: Int
        var isPaced = false
        var work: RunState
        var flying: [Operation] = []
        var next: Int64 = 1
        /// Claimed, and no outcome that is durable.
        var claimed = 0

        init(concurrency: Int = 4) {
            limit = concurrency
            work = RunState(run: 1, settings: RunnerSettings(concurrency: concurrency))
        }

        mutating func begin() -> RunTransaction? {
            work.nextExchange(attempts: trail, isPaced: isPaced, isFree: !isPaced)
        }

        mutating func finish(_ exchange: RunTransaction) {
            let ids = next..<next + Int64(exchange.wanted)
            next = ids.upperBound
            claimed += ids.count - exchange.outcomes.count
            let operations = ids.map {
                Operation(
                    id: $0, line: Int($0), room: RoomID("r"), oldVisitor: VisitorID("a"), newVisitor: VisitorID("b"))
            }
            work.exchanged(exchange, Claim(operations: operations, cursor: exchange.cursor))
            send()
        }

        mutating func send() {
            while let operation = work.nextOperation(limit: limit) { flying.append(operation) }
        }

        mutating func answer(_ count: Int) {
            for operation in flying.prefix(count) {
                work.end(
                    .settled(Outcome(operation: operation.id, state: .moved, settledAt: Timestamp(milliseconds: 0))))
            }
            flying.removeFirst(min(count, flying.count))
            send()
        }

        /// Makes transactions until none is due, with so many operations going by during each.
        mutating func settle(meanwhile count: Int) {
            while let exchange = begin() {
                for _ in 0..<count { answer(1) }
                finish(exchange)
            }
        }

        mutating func hurry(_ count: Int) {
            for _ in 0..<3 {
                settle(meanwhile: count)
                answer(limit)
            }
        }
    }

    @Test func `An outcome is committed at once where nothing goes by meanwhile`() {
        var rig = Rig()
        rig.settle(meanwhile: 0)
        rig.answer(1)
        let exchange = rig.begin()
        #expect(exchange?.outcomes.count == 1)
    }

    @Test func `Where a rate is set an outcome is committed at once in any case`() {
        var rig = Rig()
        rig.hurry(20)
        rig.settle(meanwhile: 20)
        rig.isPaced = true
        let exchange = rig.begin()
        #expect(exchange?.outcomes.isEmpty == false)
    }

    @Test func `Where many go by outcomes wait for others, but not for long`() {
        var rig = Rig()
        rig.hurry(20)
        rig.work.endWait()
        rig.settle(meanwhile: 20)
        let early = rig.begin()
        #expect(early?.outcomes == nil)
        let waits = [rig.work.nextWait(), rig.work.nextWait()]
        #expect(waits == [RunState.longestWait, nil])
        rig.work.endWait()
        let late = rig.begin()
        #expect(late?.outcomes.isEmpty == false)
    }

    @Test func `A run that drains lets no outcome wait`() {
        var rig = Rig()
        rig.hurry(20)
        rig.work.drain(.signal)
        rig.settle(meanwhile: 0)
        rig.answer(.max)
        let last = rig.begin()
        #expect(last?.outcomes.isEmpty == false)
    }

    @Test(arguments: [1, 8, 32, 128, 256])
    func `A kill never leaves more than 512 operations to be looked at again`(concurrency: Int) {
        var rig = Rig(concurrency: concurrency)
        var dice = SeededGenerator(seed: 5)
        var under: RunTransaction?
        var most = 0
        for _ in 0..<20_000 {
            if let exchange = under, Bool.random(using: &dice) {
                rig.finish(exchange)
                under = nil
            } else {
                rig.answer(Int.random(in: 0...8, using: &dice))
            }
            if under == nil { under = rig.begin() }
            most = max(most, rig.claimed + (under?.wanted ?? 0))
        }
        #expect(most <= 512)
        #expect(rig.next > 1000)
    }

    @Test func `A slow run claims no more than a few times its concurrency`() {
        var rig = Rig(concurrency: 8)
        for _ in 0..<100 {
            rig.settle(meanwhile: 0)
            rig.answer(1)
            #expect(rig.claimed <= 3 * 8)
        }
    }

    /// How many transactions a thousand operations take while so many are answered during each.
    private func transactions(answered count: Int) -> Int {
        var rig = Rig(concurrency: 32)
        var (transactions, committed) = (0, 0)
        while committed < 1000, transactions < 1000 {
            guard let exchange = rig.begin() else {
                rig.answer(1)
                continue
            }
            transactions += 1
            committed += exchange.outcomes.count
            rig.answer(count)
            rig.finish(exchange)
        }
        return transactions
    }

    @Test func `A quick run shares its transactions among many operations`() {
        #expect(transactions(answered: 32) <= 22)
        #expect(transactions(answered: 8) <= 40)
    }
}
