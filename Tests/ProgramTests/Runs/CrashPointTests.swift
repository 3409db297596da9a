import Journal
import Model
import Sandbox
import TestSupport
import Testing

/// Killed at each place where a crash could hurt, the same command finishes the job (Specification, "Promises").
@Suite struct CrashPointTests {
    /// Where to be killed, at which time of passing there, and what the server does meanwhile.
    struct Crash: CustomTestStringConvertible, Sendable {
        var point: CrashPoint
        var count = 1
        var fault: Fault.Name?

        var testDescription: String {
            "\(point.rawValue):\(count)" + (fault.map { " with \($0.rawValue)" } ?? "")
        }
    }

    static let crashes: [Crash] =
        CrashPoint.allCases.filter { $0 != .afterSend }.map { Crash(point: $0) } + [
            Crash(point: .beforeIntent, count: 2), Crash(point: .afterIntent, count: 2),
            Crash(point: .afterAnswer, count: 7), Crash(point: .beforeCommit, count: 3),
            Crash(point: .afterCommit, count: 3),
            // The write happens before the process dies, or after the next one has begun.
            Crash(point: .afterSend, fault: .delayAfterWrite), Crash(point: .afterSend, fault: .delayBeforeWrite),
        ]

    private static let rooms = 24

    private static let run = [
        "run", "mapping.csv", "--rate", "unlimited", "--no-progress", "--concurrency", "4", "--open-rooms", "move",
    ]

    @Test(arguments: crashes)
    func `Nothing is lost and nothing is done twice`(crash: Crash) async throws {
        let faults = try crash.fault.map {
            // The first one is for the preflight's probe.
            [try Fault($0, route: "livechat/room.visitor", count: 5, milliseconds: 700)]
        }
        try await Workspace.with(rooms: Self.rooms, faults: faults ?? []) { workspace in
            let crashing = workspace.program(
                as: "mgr", ["VISITOR_MERGE_CRASH_AT": "\(crash.point.rawValue):\(crash.count)"])
            let killed = try await crashing.run(Self.run) { _ in }
            #expect(killed.status == -9, "\(killed)")
            try await expectEveryIntentDurable(workspace)

            let program = workspace.program()
            let second = try await program.run(Self.run) { _ in }
            #expect(second.status == 0, "\(second)")
            try await expectFinished(workspace)

            let requests = workspace.sandbox.requestLog.count
            let third = try await program.run(Self.run) { _ in }
            #expect(third.status == 0)
            #expect(workspace.sandbox.requestLog.count == requests, "a further run asks the server nothing")
            try await expectFinished(workspace)
        }
    }

    /// No PUT may have left for an operation that the journal would send as if for the first time.
    private func expectEveryIntentDurable(_ workspace: Workspace) async throws {
        guard Journal.exists(at: workspace.folder("mapping.csv.journal.db")) else {
            #expect(workspace.sandbox.requestLog.isEmpty, "nothing is asked before the plan is durable")
            return
        }
        #expect(try await workspace.integrity() == "ok\n")
        let journal = try Journal(at: workspace.folder("mapping.csv.journal.db"), for: .read)
        var pending: Set<String> = []
        try journal.forEachOperation { row in
            if row.state == .pending { pending.insert(row.room) }
        }
        #expect(pending.isDisjoint(with: workspace.puts))
    }

    private func expectFinished(_ workspace: Workspace) async throws {
        let moved = workspace.sandbox.moves.map(\.rid)
        #expect(moved.count == Self.rooms && Set(moved).count == Self.rooms, "each room is moved exactly once")
        #expect(Set(workspace.sandbox.roomOwners.values) == ["new"])
        let report = try workspace.report()
        #expect(report.balance.balanced)
        #expect(report.operations["moved"] == Self.rooms, "all are credited to this journal: \(report.operations)")
        #expect(report.lines["merged"] == Self.rooms)
        #expect(try await workspace.integrity() == "ok\n")
    }
}
