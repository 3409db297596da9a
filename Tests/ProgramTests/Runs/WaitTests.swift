import FoundationEssentials
import Glibc
import Journal
import Model
import Sandbox
import TestSupport
import Testing

@testable import CLI

/// `--wait`: a command that comes while another one works on its journal.
struct WaitTests {
    private static let journal = "mapping.csv.journal.db"

    private static func lock(_ workspace: Workspace, _ name: String = journal) throws -> JournalLock {
        try JournalLock(
            ofJournalAt: workspace.folder(name),
            holder: LockOwner(host: "h", pid: 1, user: "u", since: Timestamp(milliseconds: 0)))
    }

    @Test func `A run waits for the one before it, says so once, and does what is left`() async throws {
        try await Workspace.with(rooms: 30) { workspace in
            let program = workspace.program()
            let run = ["run", "mapping.csv", "--no-progress", "--open-rooms", "move"]
            let first = try await program.run(run + ["--rate", "20/s"]) { process in
                _ = await eventually { workspace.sandbox.moves.count >= 1 }
                let second = try await program.run(run + ["--wait", "5m"]) { _ in }
                #expect(second.status == 0 && process.isOver, "\(second)")
                #expect(second.errors.split(separator: "\n").count { $0.contains("(--wait)") } == 1, "\(second)")
                #expect(
                    second.errors.contains("is in use by process \(process.pid) on ")
                        && second.errors.contains("waits for at most 5 min (--wait)"), "\(second)")
            }
            #expect(first.status == 0 && Set(workspace.puts).count == 30 && workspace.puts.count == 30, "\(first)")
        }
    }

    @Test(arguments: [("0s", false), ("1s", true)])
    func `After the time it ends with 75 and has written nothing`(wait: String, isTold: Bool) async throws {
        try await Workspace.with(rooms: 1) { workspace in
            let lock = try Self.lock(workspace)
            let program = workspace.program(as: "mgr", ["VISITOR_MERGE_WAIT": wait])
            let ended = try await program("run", "mapping.csv", "--no-progress", "--metrics-file", "m.prom")
            #expect(ended.status == 75 && ended.output == "", "\(ended)")
            #expect(ended.errors.contains("waits for at most") == isTold, "\(ended)")
            #expect(ended.errors.contains("Wait for it to end (--wait 10m), or look at it"), "\(ended)")
            #expect(try workspace.folder.names == ["mapping.csv", Self.journal + ".lock"])
            #expect(workspace.sandbox.requestLog.isEmpty)
            let quiet = try await program("run", "mapping.csv", "--quiet")
            #expect(quiet.status == 75 && !quiet.errors.contains("waits for"), "\(quiet)")
            extendLifetime(lock)
        }
    }

    @Test(arguments: [SIGTERM, SIGINT, SIGHUP]) func `A signal ends the waiting at once with 2`(
        signal: Int32
    ) async throws {
        try await Workspace.with(rooms: 1) { workspace in
            let lock = try Self.lock(workspace)
            let start = ContinuousClock.now
            let ended = try await workspace.program().run(["run", "mapping.csv", "--no-progress", "--wait", "1d"]) {
                process in
                _ = await eventually { process.heeds(signal) }
                process.send(signal)
            }
            #expect(ended.status == 2 && start.duration(to: .now) < .seconds(60), "\(ended)")
            #expect(try workspace.folder.names == ["mapping.csv", Self.journal + ".lock"])
            extendLifetime(lock)
        }
    }

    @Test func `Waiting counts as a part of the time that a command may take`() async throws {
        try await Workspace.with(rooms: 1) { workspace in
            let lock = try Self.lock(workspace)
            let ended = try await workspace.program()(
                "run", "mapping.csv", "--no-progress", "--wait", "1d", "--max-duration", "1s")
            #expect(ended.status == 2, "\(ended)")
            extendLifetime(lock)
        }
    }

    @Test func `Every command that locks waits`() async throws {
        try await Workspace.with(rooms: 2) { workspace in
            #expect(try await workspace.program()("run", "mapping.csv", "--no-progress").status == 0)
            for (arguments, name) in [
                (["audit", "mapping.csv"], "mapping.csv.audit.db"),
                (["verify", Self.journal], "mapping.csv.verify.db"),
                (["undo", Self.journal, "--dry-run"], "mapping.csv.undo-audit.db"),
                (["undo", Self.journal], Self.journal), (["rehearse", "mapping.csv"], "mapping.csv.rehearsal.db"),
            ] {
                let lock = try Self.lock(workspace, name)
                let ended = try await workspace.program().run(arguments + ["--no-progress", "--wait", "1s"]) { _ in }
                #expect(ended.status == 75 && ended.errors.contains("at most 1 s (--wait)"), "\(ended)")
                extendLifetime(lock)
            }
        }
    }

    @Test func `An undo waits for the run, and takes back all that it moved`() async throws {
        try await Workspace.with(rooms: 20) { workspace in
            let program = workspace.program()
            let run = ["run", "mapping.csv", "--no-progress", "--open-rooms", "move", "--rate", "20/s"]
            let first = try await program.run(run) { process in
                _ = await eventually { workspace.sandbox.moves.count >= 1 }
                let undo = try await program("undo", Self.journal, "--no-progress", "--wait", "5m")
                #expect(undo.status == 0 && process.isOver, "\(undo)")
            }
            #expect(first.status == 0 && workspace.sandbox.moves.count == 40, "\(first)")
        }
    }

    @Test func `Nobody looks at a lock oftener than is needed, nor longer than was asked for`() async throws {
        let clock = ManualClock()
        let patience = LockPatience(.seconds(1), clock: clock)
        let error = JournalError.locked(path: "j.db", holder: "process 1")
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                await #expect(throws: error) { try await patience.take { throw error } }
            }
            for _ in 0..<4 {
                _ = await eventually { clock.sleepers == 1 }
                clock.advance(by: .milliseconds(250))
            }
            try await group.waitForAll()
        }
        #expect(clock.sleepers == 0)
        // What no waiting mends is thrown at once.
        await #expect(throws: JournalError.missing(path: "j.db")) {
            try await patience.take { throw JournalError.missing(path: "j.db") }
        }
    }

    @Test(arguments: ["x", "10", "-1s", ""]) func `A wait that is no time is refused`(wait: String) async throws {
        let folder = try TemporaryDirectory()
        let ended = try await Program(in: folder.path)("run", "m.csv", "--wait=\(wait)")
        ended.expectRefusal(64, naming: ["--wait"])
    }
}
