import FoundationEssentials
import Sandbox
import TestSupport
import Testing

@Suite(.serialized) struct KillTests {
    @Test func `Killed ten times at random, the same command finishes and moves every room exactly once`() async throws
    {
        let rooms = 2000
        try await Workspace.with(rooms: rooms) { workspace in
            let program = workspace.program()
            let arguments = ["run", "mapping.csv", "--rate", "unlimited", "--no-progress", "--concurrency", "16"]
            let seed = UInt64.random(in: 0...(.max))
            var random = SeededGenerator(seed: seed)
            var kills = 0
            for kill in 0..<10 {
                // Spread over the job, so that there is something left to kill each time.
                let target = (rooms * (kill * 2 + 1) / 24) + Int.random(in: 0..<(rooms / 16), using: &random)
                let ended = try await program.run(arguments) { process in
                    _ = await eventually { workspace.sandbox.moves.count >= target }
                    try process.kill()
                }
                kills += ended.status == -9 ? 1 : 0
                #expect(try await workspace.integrity() == "ok\n", "seed \(seed)")
            }
            #expect(kills == 10, "seed \(seed)")
            let last = try await program.run(arguments) { _ in }
            #expect(last.status == 0, "seed \(seed): \(last)")

            let moved = workspace.sandbox.moves.map(\.rid)
            #expect(moved.count == rooms && Set(moved).count == rooms, "each room is moved exactly once, seed \(seed)")
            #expect(Set(workspace.sandbox.roomOwners.values) == ["new"])
            let report = try workspace.report()
            #expect(report.operations["moved"] == rooms && report.lines["merged"] == rooms)
            #expect(report.balance.balanced)
            #expect(try await workspace.integrity() == "ok\n")
        }
    }

    @Test(arguments: ["interrupt", "terminate"])
    func `A signal drains the run: what is in flight is recorded, the rest stays pending`(signal: String) async throws {
        try await Workspace.with(rooms: 400) { workspace in
            let program = workspace.program()
            let arguments = ["run", "mapping.csv", "--rate", "100/s", "--no-progress", "--open-rooms", "move"]
            let ended = try await program.run(arguments) { process in
                _ = await eventually { workspace.sandbox.moves.count >= 20 }
                try signal == "interrupt" ? process.interrupt() : process.terminate()
            }
            #expect(ended.status == 2, "\(ended)")
            let report = try workspace.report()
            #expect(report.stopped_because == "signal")
            #expect(report.operations["moved"] == workspace.sandbox.moves.count)
            #expect(
                report.operations["sent"] == 0 && report.operations["pending"] == 400 - workspace.sandbox.moves.count)
            #expect(ended.lines.last?.hasPrefix("Next: visitor-merge run mapping.csv") == true)
        }
    }

    @Test func `When the time is up the run stops cleanly, and the same command goes on`() async throws {
        try await Workspace.with(rooms: 200) { workspace in
            let program = workspace.program()
            let first = try await program(
                "run", "mapping.csv", "--rate", "20/s", "--max-duration", "1s", "--no-progress", "--open-rooms", "move")
            #expect(first.status == 2, "\(first)")
            #expect(first.output.contains("Ended early: the time given with --max-duration is up."))
            let report = try workspace.report()
            #expect(report.stopped_because == "duration-reached" && report.operations["sent"] == 0)
            let moved = workspace.sandbox.moves.count
            #expect(moved < 200 && report.operations["moved"] == moved)
            let second = try await program(
                "run", "mapping.csv", "--rate", "unlimited", "--max-duration", "10m", "--no-progress")
            #expect(second.status == 0 && workspace.sandbox.moves.count == 200, "\(second)")
        }
    }

    /// What keeps PUTs from leaving when the run is killed: a slow pace, looks before them, the server's window, a pause.
    @Test(arguments: [
        ["--rate", "2/min", "--open-rooms", "move"], ["--rate", "6/min"],
        ["--rate", "unlimited", "--open-rooms", "move"],
        ["--rate", "unlimited"], ["--rate", "auto", "--open-rooms", "move"],
    ])
    func `Rooms that another moves after a kill, and whose PUT had not left, are not ours`(
        _ options: [String]
    ) async throws {
        try await Workspace.with(rooms: 10) { workspace in
            // One PUT is applied; then every other one is refused until the end of a window that is far away.
            let isHeld = options.contains("unlimited") || options.contains("auto")
            if isHeld {
                workspace.sandbox.misbehave([
                    try Fault(.retryAfter, route: "livechat/room.visitor", after: 2, milliseconds: 60_000)
                ])
            }
            let program = workspace.program()
            let killed = try await program.run(["run", "mapping.csv", "--no-progress"] + options) { process in
                _ = await eventually {
                    isHeld
                        ? workspace.sandbox.requestLog.contains { $0.status == 429 }
                        : workspace.sandbox.requestLog.contains {
                            $0.path.hasSuffix("room.visitor") && $0.status != nil
                        }
                }
                // Time for those that would leave.
                _ = await eventually(within: .milliseconds(700)) { false }
                try process.kill()
            }
            #expect(killed.status == -9, "\(killed)")
            workspace.sandbox.misbehave([])
            let ours = workspace.sandbox.moves.map(\.rid)
            #expect(ours.count <= 2)
            for room in 0..<10 where !ours.contains("room\(room)") {
                try await workspace.control("POST", "move", "{\"rid\":\"room\(room)\",\"visitorId\":\"new\"}")
            }
            // By the server's clock, whose dates have whole seconds, the moves must lie before the next PUTs.
            _ = await eventually(within: .milliseconds(2100)) { false }
            let ended = try await program.run(
                ["run", "mapping.csv", "--no-progress", "--rate", "unlimited", "--open-rooms", "move"]) { _ in }
            #expect(ended.counts["already"] == 10 - ours.count, "\(ours): \(ended)")
            let undone = try await program("undo", "mapping.csv.journal.db", "--no-progress", "--rate", "unlimited")
            #expect(undone.status == 0, "\(undone)")
            #expect(workspace.sandbox.roomOwners.values.filter { $0 == "new" }.count == 10 - ours.count)
        }
    }

    @Test func `A second signal ends the process at once and the next run settles what was in flight`() async throws {
        let fault = try Fault(.delayBeforeWrite, count: 4, milliseconds: 5000)
        try await Workspace.with(rooms: 4, faults: [fault]) { workspace in
            let program = workspace.program()
            let arguments = ["run", "mapping.csv", "--rate", "unlimited", "--no-progress", "--open-rooms", "move"]
            let ended = try await program.run(arguments) { process in
                _ = await eventually { workspace.puts.count >= 1 }
                // Two that come together are one: the second is sent until the process has heard of it.
                for _ in 0..<40 where !process.isOver {
                    try process.interrupt()
                    _ = await eventually(within: .milliseconds(100)) { process.isOver }
                }
            }
            #expect(ended.status == 130, "\(ended)")
            let last = try await program.run(arguments) { _ in }
            #expect(last.status == 0, "\(last)")
            #expect(workspace.sandbox.moves.count == 4)
        }
    }

    @Test func `A second run on a journal that is in use is refused with the name of its holder`() async throws {
        try await Workspace.with(rooms: 50) { workspace in
            let program = workspace.program()
            _ = try await program.run(["run", "mapping.csv", "--rate", "20/s", "--no-progress"]) { process in
                _ = await eventually { workspace.sandbox.moves.count >= 1 }
                let second = try await program("run", "mapping.csv", "--no-progress")
                #expect(second.status == 75)
                #expect(second.errors.contains("process \(process.pid) on "), "\(second)")
                let status = try await program("status", "mapping.csv.journal.db")
                #expect(status.status == 2 && status.output.contains("A run is going: process \(process.pid)"))
                try process.kill()
            }
        }
    }
}
