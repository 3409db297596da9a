import FoundationEssentials
import Journal
import Model
import Sandbox
import TestSupport
import Testing

struct JournalCommandTests {
    /// How a job can stand, by the mapping that leads there.
    struct Job: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var mapping: String
        var status: Int32
        var counts: [String: Int]
    }

    @Test(arguments: [
        Job(testDescription: "settled", mapping: "room0,old0,new\n", status: 0, counts: ["merged": 1]),
        Job(
            testDescription: "a person is needed", mapping: "room0,old0,new\nroom1,,new\n", status: 1,
            counts: ["merged": 1, "rejected": 1]),
        Job(
            testDescription: "left for later", mapping: "room0,old0,new\nroom2,old2,new\n", status: 2,
            counts: ["merged": 1, "deferred": 1]),
        Job(
            testDescription: "left for later, and a person is needed", mapping: "room1,,new\nroom2,old2,new\n",
            status: 2,
            counts: ["rejected": 1, "deferred": 1]),
    ])
    func `Status and report say again what the run said, with its status`(_ job: Job) async throws {
        try await Workspace.with(rooms: 3, open: [2]) { workspace in
            try workspace.folder.write("room,old,new\n" + job.mapping, as: "mapping.csv")
            let program = workspace.program()
            let run = try await program("run", "mapping.csv", "--no-progress")
            #expect(run.status == job.status && run.counts == job.counts, "\(run)")
            let requests = workspace.sandbox.requestLog.count

            let status = try await program("status", "mapping.csv.journal.db")
            #expect(status.status == job.status && status.counts == job.counts, "\(status)")
            #expect(status.output.contains("mapping.csv") && status.output.contains(workspace.address.url))
            #expect(status.errors == "")

            let report = try await program("report", "mapping.csv.journal.db", "--report", "again")
            #expect(report.status == job.status && report.counts == job.counts, "\(report)")
            for name in ["lines.csv", "operations.csv", "unsettled.csv"] {
                #expect(
                    try workspace.folder.text("again/\(name)") == workspace.folder.text("mapping.csv.report/\(name)"))
            }
            #expect(workspace.sandbox.requestLog.count == requests, "neither asks the server")
        }
    }

    @Test func `A report goes where that of the mapping is, and replaces it`() async throws {
        try await Workspace.with(rooms: 2) { workspace in
            let program = workspace.program()
            #expect(try await program("run", "mapping.csv", "--no-progress").status == 0)
            try FileManager.default.removeItem(atPath: workspace.folder("mapping.csv.report/lines.csv"))
            let report = try await program("report", "mapping.csv.journal.db")
            #expect(report.status == 0, "\(report)")
            #expect(try workspace.folder.rows("mapping.csv.report/lines.csv").count == 2)
            let reports = try workspace.folder.names.filter { $0.contains("report") }
            #expect(reports == ["mapping.csv.report"], "nothing is left beside it")
        }
    }

    @Test func `A journal can be looked at while its run goes and after it was killed`() async throws {
        try await Workspace.with(rooms: 60) { workspace in
            let program = workspace.program()
            let journal = "mapping.csv.journal.db"
            let ended = try await program.run(["run", "mapping.csv", "--rate", "20/s", "--no-progress"]) { process in
                _ = await eventually { workspace.sandbox.moves.count >= 6 }
                let status = try await program("status", journal)
                #expect(status.status == 2 && status.output.contains("process \(process.pid) on"), "\(status)")
                #expect(
                    status.output.contains(#/\.\d moves a second so far: \d\d rooms left take about \d/#), "\(status)")
                let report = try await program("report", journal, "--report", "live")
                #expect(report.status == 2, "\(report)")
                #expect(try workspace.folder.report("live").balance.balanced)
                try process.kill()
            }
            #expect(ended.status == -9)
            for flags in [[], ["--json"]] {
                let status = try await program.run(["status", journal] + flags) { _ in }
                #expect(status.status == 2 && status.errors == "", "\(status)")
                #expect(!status.output.contains("A run is going"))
            }
            let report = try await program("report", journal)
            #expect(report.status == 2, "\(report)")
            let written = try workspace.report()
            #expect(written.balance.balanced && written.balance.lines_accounted == 60)
            #expect(report.counts.values.reduce(0, +) == 60)

            let last = try await program("run", "mapping.csv", "--rate", "unlimited", "--no-progress")
            #expect(last.status == 0 && workspace.sandbox.moves.count == 60, "\(last)")
        }
    }

    @Test func `Times are those of the clock on the wall on a terminal, and in UTC where they are kept`() async throws {
        try await Workspace.with(rooms: 1) { workspace in
            let program = workspace.program(as: "mgr", ["TZ": "Asia/Kolkata"])
            _ = try await program("run", "mapping.csv", "--no-progress")
            let kept = try await program("status", "mapping.csv.journal.db")
            #expect(
                kept.output.contains(#/planned \d{4}-\d\d-\d\dT[\d:.]+Z\n.* ended \d{4}-\d\d-\d\dT[\d:.]+Z\n/#),
                "\(kept)")
            let terminal = try PseudoTerminal(columns: 200)
            let shown = try await program.run(["status", "mapping.csv.journal.db"], on: terminal) { _ in }
            #expect(shown.status == 0)
            let lock = try JournalLock(
                ofJournalAt: workspace.folder("mapping.csv.journal.db"),
                holder: LockOwner(host: "h", pid: 1, user: "u", since: Timestamp(milliseconds: 0)))
            let busy = try PseudoTerminal(columns: 200)
            let refused = try await program.run(["run", "mapping.csv"], on: busy) { _ in }
            #expect(refused.status == 75)
            #expect(
                busy.screen.everything.joined().contains("since 1970-01-01 05:30:00 +0530"), "\(busy.screen.everything)"
            )
            _ = lock
            let rows = terminal.screen.everything
            #expect(rows.count { $0.contains(#/(planned|ended) [-0-9 ]*\d\d:\d\d:\d\d \+0530$/#) } == 2, "\(rows)")
        }
    }

    @Test(arguments: ["status", "report"])
    func `What is no journal is refused, and nothing is written`(command: String) async throws {
        let folder = try TemporaryDirectory()
        try folder.write("some garbage of another program", as: "garbage")
        try folder.write("", as: "nothing")
        try FileManager.default.createDirectory(atPath: folder("folder"), withIntermediateDirectories: false)
        try FileManager.default.createSymbolicLink(atPath: folder("link"), withDestinationPath: "garbage")
        for (path, status) in [
            ("missing.db", 66), ("no-folder/j.db", 66), ("garbage", 65), ("nothing", 65), ("folder", 65), ("link", 73),
        ] as [(String, Int32)] {
            let ended = try await Program(in: folder.path)(command, path)
            ended.expectRefusal(status, naming: [path])
        }
        #expect(try folder.names == ["folder", "garbage", "link", "nothing"])
    }
}
