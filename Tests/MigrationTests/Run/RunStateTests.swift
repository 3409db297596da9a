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
        var work: RunState
        var flying: [Operation] = []
        var next: Int64 = 1
        /// The room of each operation.
        var room: @Sendable (Int64) -> String = { "r\($0)" }
        /// Claimed, and no outcome that is durable.
        var claimed = 0

        init(concurrency: Int = 4) {
            limit = concurrency
            work = RunState(run: 1, settings: RunnerSettings(concurrency: concurrency))
        }

        mutating func begin() -> RunTransaction? {
            work.nextExchange(attempts: trail, isFree: true)
        }

        mutating func finish(_ exchange: RunTransaction) {
            let ids = next..<next + Int64(exchange.wanted)
            next = ids.upperBound
            claimed += ids.count - exchange.outcomes.count
            let operations = ids.map {
                Operation(
                    id: $0, line: Int($0), room: RoomID(room($0)), oldVisitor: VisitorID("a"),
                    newVisitor: VisitorID("b"))
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

        /// Makes transactions until none is due, or ten of them, with so many operations going by during each.
        mutating func settle(meanwhile count: Int) {
            for _ in 0..<10 {
                guard let exchange = begin() else { return }
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

    @Test(arguments: [0, 20])
    func `An outcome is committed as soon as no transaction is under way`(meanwhile: Int) {
        var rig = Rig()
        rig.hurry(meanwhile)
        rig.settle(meanwhile: meanwhile)
        rig.answer(1)
        let exchange = rig.begin()
        #expect(exchange?.outcomes.isEmpty == false)
    }

    @Test func `An operation waits while another one on its room is in flight`() throws {
        var rig = Rig(concurrency: 4)
        rig.room = { "r\($0 / 2)" }
        let begun = rig.begin()
        let exchange = try #require(begun)
        rig.finish(exchange)
        // The first is alone in its room, and so are the next ones for as long as their neighbours wait.
        #expect(rig.flying.map(\.id) == [1, 2, 4, 6])
        rig.answer(1)
        #expect(rig.flying.map(\.id) == [2, 4, 6, 8])
        rig.answer(1)
        #expect(rig.flying.map(\.id) == [4, 6, 8, 3])
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

    @Test(arguments: [1, 8, 32])
    func `What is answered during a transaction shares the next one`(count: Int) {
        #expect(transactions(answered: count) <= 1000 / count + 5)
    }
}
