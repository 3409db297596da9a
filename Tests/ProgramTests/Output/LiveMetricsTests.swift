import FoundationEssentials
import Migration
import Model
import Report
import Sandbox
import Synchronization
import TestSupport
import Testing

@testable import CLI

/// The numbers of a run while it goes: in its metrics file, in `status --watch`, and in a report.
struct LiveMetricsTests {
    private static let journal = "mapping.csv.journal.db"
    private static let run = ["run", "mapping.csv", "--open-rooms", "move", "--no-progress"]

    private static func metrics(_ workspace: Workspace, _ name: String = "m.prom") throws -> MetricsText {
        try #require(MetricsText(workspace.folder.text(name)), "not complete")
    }

    @Test func `A file says that a run is going, keeps how the last one ended, and says when it has ended`()
        async throws
    {
        try await Workspace.with(rooms: 60) { workspace in
            let program = workspace.program()
            let arguments = Self.run + ["--metrics-file", "m.prom"]
            let limited = try await program.run(arguments + ["--max-moves", "5"]) { _ in }
            #expect(limited.status == 2, "\(limited)")
            let before = try Self.metrics(workspace)
            #expect(before["running"] == "0" && before["last_exit_status"] == "2")
            let ended = try await program.run(arguments + ["--rate", "20/s"]) { _ in
                let isSeen = try await eventually {
                    let metrics = try Self.metrics(workspace)
                    return metrics["running"] == "1" && metrics["lines", "outcome=\"merged\""] != nil
                }
                #expect(isSeen)
                let going = try Self.metrics(workspace)
                #expect(going["running"] == "1" && going["last_exit_status"] == "2")
                #expect(going["last_end_timestamp_seconds"] == before["last_end_timestamp_seconds"])
                #expect(going["updated_timestamp_seconds"] != nil && going["started_timestamp_seconds"] != nil)
                let faults = Promtool.isInstalled ? try await Promtool.faults(in: workspace.folder.text("m.prom")) : ""
                #expect(faults == "")
            }
            #expect(ended.status == 0, "\(ended)")
            let after = try Self.metrics(workspace)
            #expect(after["running"] == "0" && after["last_exit_status"] == "0" && after["progress_done"] == nil)
            #expect(after["last_progress_timestamp_seconds"] != nil)
        }
    }

    @Test func `A run that was killed still says that it is going`() async throws {
        try await Workspace.with(rooms: 60) { workspace in
            let arguments = Self.run + ["--metrics-file", "m.prom", "--rate", "20/s"]
            _ = try await workspace.program().run(arguments) { process in
                _ = await eventually { workspace.sandbox.moves.count >= 2 }
                try process.kill()
            }
            #expect(try Self.metrics(workspace)["running"] == "1")
            let again = try await workspace.program().run(arguments + ["--rate", "unlimited"]) { _ in }
            #expect(again.status == 0, "\(again)")
            #expect(try Self.metrics(workspace)["running"] == "0")
        }
    }

    /// A wall clock that a test moves along with the other one.
    private final class Wall: Sendable {
        let milliseconds = Mutex<Int64>(1_000_000)
        let reads = Mutex(0)

        var now: Timestamp { Timestamp(milliseconds: milliseconds.withLock { $0 }) }

        func pass(seconds: Int64) {
            milliseconds.withLock { $0 += seconds * 1000 }
        }

        /// Counts that the numbers of a job are asked for.
        func read() -> CommandMetrics? {
            reads.withLock { $0 += 1 }
            return nil
        }
    }

    @Test func `It is written every 15 seconds, with the time of the last progress`() async throws {
        let folder = try TemporaryDirectory()
        let clock = ManualClock()
        let wall = Wall()
        let board = ProgressBoard()
        let recorder = MetricsRecorder(MetricsFile(at: folder("m.prom")), mode: "run")
        board.read("the list", done: 1, of: 9)
        let seen = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                await recorder.follow(board, clock: clock, now: { wall.now }, read: { wall.read() })
            }
            defer { group.cancelAll() }
            var seen: [MetricsText] = []
            for done in [1, 2, 2] {
                _ = await eventually { clock.sleepers == 1 }
                seen.append(try #require(MetricsText(folder.text("m.prom"))))
                board.read("the list", done: done, of: 9)
                wall.pass(seconds: 15)
                clock.advance(by: .seconds(15))
            }
            return seen
        }
        #expect(seen.map { $0["progress_done"] } == ["1", "1", "2"])
        #expect(seen.map { $0["last_progress_timestamp_seconds"] } == ["1000", "1000", "1030"])
        #expect(seen.allSatisfy { $0["running"] == "1" && $0["progress_planned"] == "9" })
        #expect(wall.reads.withLock { $0 } >= 3)
    }

    @Test func `A file that cannot be written meanwhile is told once, and the run goes on`() async throws {
        try await Workspace.with(rooms: 1) { workspace in
            let folder = workspace.folder("monitoring")
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
            let recorder = MetricsRecorder(MetricsFile(at: folder + "/m.prom"), mode: "run")
            let clock = ManualClock()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await recorder.follow(ProgressBoard(), clock: clock) }
                defer { group.cancelAll() }
                _ = await eventually { clock.sleepers == 1 }
                try FileManager.default.removeItem(atPath: folder)
                clock.advance(by: .seconds(15))
                _ = await eventually { clock.sleepers == 1 }
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
                clock.advance(by: .seconds(15))
                let isBack = await eventually { FileManager.default.fileExists(atPath: folder + "/m.prom") }
                #expect(isBack)
            }
        }
    }

    @Test(.enabled(if: Promtool.isInstalled, "needs promtool: scripts/prepare tests"))
    func `The alerts of the sample fire when they should`() async throws {
        let folder = try TemporaryDirectory()
        try folder.copySample("prometheus/visitor-merge.rules.yml", as: "rules.yml")
        try folder.write(
            """
            rule_files: [rules.yml]
            evaluation_interval: 1m
            tests:
              - interval: 1m
                input_series:
                  - {series: 'visitor_merge_running{file="dead.prom"}', values: '1x300'}
                  - {series: 'visitor_merge_updated_timestamp_seconds{file="dead.prom"}', values: '0x300'}
                  - {series: 'visitor_merge_running{file="well.prom"}', values: '1x300'}
                  - {series: 'visitor_merge_updated_timestamp_seconds{file="well.prom"}', values: '0+60x300'}
                  - {series: 'visitor_merge_last_progress_timestamp_seconds{file="well.prom"}', values: '0+60x300'}
                  - {series: 'visitor_merge_journal_backlog_operations{file="well.prom"}', values: '90000-100x300'}
                  - {series: 'visitor_merge_operations{file="well.prom",state="failed"}', values: '0x300'}
                  - {series: 'visitor_merge_operations{file="well.prom",state="moved"}', values: '0+10x300'}
                  - {series: 'visitor_merge_running{file="bad.prom"}', values: '1x300'}
                  - {series: 'visitor_merge_journal_backlog_operations{file="bad.prom"}', values: '90000x300'}
                  - {series: 'visitor_merge_operations{file="bad.prom",state="failed"}', values: '0+1x300'}
                  - {series: 'visitor_merge_operations{file="bad.prom",state="moved"}', values: '0+10x300'}
                alert_rule_test:
                  - eval_time: 5m
                    alertname: VisitorMergeStalled
                  - eval_time: 15m
                    alertname: VisitorMergeStalled
                    exp_alerts: [{exp_labels: {file: dead.prom}, exp_annotations: {summary: 'A run of visitor-merge does nothing (dead.prom): was it killed, or is it paused?'}}]
                  - eval_time: 290m
                    alertname: VisitorMergeBehind
                    exp_alerts: [{exp_labels: {file: bad.prom}, exp_annotations: {summary: 'At its present pace visitor-merge will not be through within two weeks (bad.prom)'}}]
                  - eval_time: 200m
                    alertname: VisitorMergeFailing
                    exp_alerts: [{exp_labels: {file: bad.prom}, exp_annotations: {summary: 'More than 2% of the moves of a run of visitor-merge fail (bad.prom); its log says why'}}]
            """, as: "test.yml")
        let tested = try await Program(try #require(InstalledTool.path("promtool")), in: folder.path)(
            "test", "rules", "test.yml")
        #expect(tested.status == 0, "\(tested)")
    }

    @Test func `A report of a run that is going says that it is one`() async throws {
        try await Workspace.with(rooms: 60) { workspace in
            let program = workspace.program()
            let ended = try await program.run(Self.run + ["--rate", "20/s"]) { process in
                _ = await eventually { workspace.sandbox.moves.count >= 2 }
                let report = try await program("report", Self.journal, "--report", "now")
                #expect(report.status == 2 && report.output.contains("A run is going, and this is how far it is."))
                #expect(!report.output.contains("Next:"), "\(report)")
                let page = try workspace.folder.text("now/report.html")
                #expect(page.contains("A run was going when this report was made") && page.contains("A run is going"))
                #expect(try workspace.folder.text("now/report.json").contains("\"running\" : true"))
                let status = try await program("status", Self.journal, "--json")
                #expect(status.output.contains("\"running\" : true"), "\(status)")
            }
            #expect(ended.status == 0, "\(ended)")
            #expect(try workspace.folder.text("mapping.csv.report/report.json").contains("\"running\" : false"))
            let page = try workspace.folder.text("mapping.csv.report/report.html")
            #expect(!page.contains("A run was going"))
        }
    }
}
