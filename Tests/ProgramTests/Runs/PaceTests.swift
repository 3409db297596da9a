import Migration
import Sandbox
import Synchronization
import TestSupport
import Testing

/// The pace of the built program in real time.
///
/// Whatever a busy machine does makes a request later and never earlier, so earliest instants alone are asserted: each
/// follows from something that had certainly happened before.
@Suite(.serialized) struct PaceTests {
    private static let rate = Rate(count: 5, per: .seconds(1))

    /// On the clock of the request log.
    private var now: Duration { SandboxTime.system.elapsed() }

    private func arrivals(_ workspace: Workspace, _ method: String, _ route: String) -> [Duration] {
        workspace.sandbox.requestLog.filter { $0.method == method && $0.route == "/api/v1/" + route }.map {
            .nanoseconds($0.monotonicNanoseconds)
        }
    }

    private func puts(_ workspace: Workspace) -> [Duration] { arrivals(workspace, "PUT", "livechat/room.visitor") }

    private func questions(_ workspace: Workspace) -> [Duration] { arrivals(workspace, "GET", "me") }

    /// PUTs that were answered, so that none is on its way.
    private func answered(_ workspace: Workspace) -> Int {
        workspace.sandbox.requestLog.count { $0.method == "PUT" && $0.status != nil }
    }

    private func arguments(_ rate: String, concurrency: Int) -> [String] {
        [
            "run", "mapping.csv", "--rate", rate, "--concurrency", "\(concurrency)", "--open-rooms", "move",
            "--no-progress",
        ]
    }

    @Test(arguments: [("5/s", 1, 4), ("50/s", 64, 40), ("500/s", 1, 150), ("500/s", 64, 400)])
    func `No PUT arrives before its slot`(_ text: String, _ concurrency: Int, _ rooms: Int) async throws {
        let rate = try #require(Rate(text))
        try await Workspace.with(rooms: rooms) { workspace in
            let ended = try await workspace.program().run(arguments(text, concurrency: concurrency)) { _ in }
            #expect(ended.status == 0, "\(ended)")
            let puts = puts(workspace)
            #expect(puts.count == rooms + 1, "every room, and the probe before them")
            // The probe leaves when that question has been answered.
            let begin = try #require(questions(workspace).first)
            for (number, put) in puts.enumerated() {
                #expect(put >= begin + rate.interval * number, "PUT \(number)")
            }
        }
    }

    /// Spaced evenly they would take the better part of a minute.
    @Test func `Eight rooms at the usual limit are moved in one window, at once and without a refusal`() async throws {
        try await Workspace.with(rooms: 8, rateLimit: RateLimit(calls: 10, window: .seconds(60))) { workspace in
            let ended = try await workspace.program()("run", "mapping.csv", "--no-progress")
            #expect(ended.status == 0 && ended.counts == ["merged": 8], "\(ended)")
            #expect(!workspace.sandbox.requestLog.contains { $0.status == 429 })
            let puts = puts(workspace)
            let length = try #require(puts.last) - (try #require(puts.first))
            #expect(length < .seconds(20), "\(length)")
        }
    }

    @Test func `A process that stood still for a while catches nothing up`() async throws {
        let (rate, concurrency) = (Rate(count: 50, per: .seconds(1)), 8)
        try await Workspace.with(rooms: 100) { workspace in
            let program = workspace.program()
            let stood = Mutex(Duration.zero)
            let ended = try await program.run(arguments("50/s", concurrency: concurrency)) { process in
                _ = await eventually { puts(workspace).count >= 20 }
                try process.suspend()
                _ = await eventually(within: .milliseconds(1200)) { false }
                stood.withLock { $0 = now }
                try process.resume()
            }
            #expect(ended.status == 0, "\(ended)")
            let resumed = stood.withLock { $0 }
            // Who had a turn before may send at once; a slot may be used late by a tenth of a second.
            let after = puts(workspace).filter { $0 >= resumed }.dropFirst(concurrency)
            #expect(!after.isEmpty)
            for (number, put) in after.enumerated() {
                #expect(put >= resumed + rate.interval * number - .milliseconds(100), "PUT \(number)")
            }
        }
    }

    /// The second run gets no further than its probe, and nothing of it is on record.
    @Test func `Killed again and again, each process keeps its distance from the one before`() async throws {
        try await Workspace.with(rooms: 6) { workspace in
            let program = workspace.program()
            var begins: [Duration] = []
            for count in [3, 4] {
                begins.append(now)
                let killed = try await program.run(arguments("5/s", concurrency: 1)) { process in
                    _ = await eventually { answered(workspace) >= count }
                    try process.kill()
                }
                #expect(killed.status == -9)
            }
            begins.append(now)
            let ended = try await program.run(arguments("5/s", concurrency: 1)) { _ in }
            #expect(ended.status == 0, "\(ended)")
            for (begin, question) in zip(begins, questions(workspace)).dropFirst() {
                #expect(question >= begin + Self.rate.interval)
            }
            for (begin, question) in zip(begins, questions(workspace)).dropFirst() {
                let end = begins.first { $0 > begin } ?? .seconds(Int.max)
                for (number, put) in puts(workspace).filter({ $0 > question && $0 < end }).enumerated() {
                    #expect(put >= begin + Self.rate.interval * (number + 1), "PUT \(number)")
                }
            }
        }
    }

    @Test func `Stopped and started again, a run goes on at the pace of the one before`() async throws {
        try await Workspace.with(rooms: 6) { workspace in
            let program = workspace.program()
            let stopped = try await program.run(arguments("5/s", concurrency: 8)) { process in
                _ = await eventually { answered(workspace) >= 3 }
                try process.interrupt()
            }
            #expect(stopped.status == 2, "\(stopped)")
            let earlier = puts(workspace)
            let last = try #require(earlier.last)
            let ended = try await program.run(arguments("5/s", concurrency: 8)) { _ in }
            #expect(ended.status == 0, "\(ended)")
            #expect(workspace.sandbox.moves.count == 6)
            for (number, put) in puts(workspace).dropFirst(earlier.count).enumerated() {
                #expect(put >= last + Self.rate.interval * (number + 1), "PUT \(number)")
            }
        }
    }
}
