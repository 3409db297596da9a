import FoundationEssentials
import Glibc
import Sandbox
import TestSupport
import Testing

/// `--metrics-file`: what a scheduler's run leaves for a dashboard.
struct MetricsTests {
    @Test func `A run leaves its numbers where others may read them, whatever the umask says`() async throws {
        try await Workspace.with(rooms: 3, open: [2]) { workspace in
            let ended = try await workspace.shell([
                "-c", "umask 077; exec \"$0\" run mapping.csv --no-progress --metrics-file merge.prom", Program.path,
            ])
            #expect(ended.status == 2, "\(ended)")
            let metrics = try workspace.metrics("merge.prom")
            #expect(metrics["lines", "merged"] == "2" && metrics["lines", "deferred"] == "1")
            #expect(metrics["journal_backlog_operations"] == "1")
            #expect(metrics["requests_total", "request=\"move\",result=\"success\""] == "2")
            #expect(metrics["last_exit_status"] == "2" && metrics["last_success_timestamp_seconds"] == nil)
            #expect(metrics["build_info", "mode=\"run\""] == "1")
            let attributes = try FileManager.default.attributesOfItem(atPath: workspace.folder("merge.prom"))
            #expect(try #require(attributes[.posixPermissions] as? UInt) & 0o777 == 0o644)
            #expect(try !workspace.folder.names.contains { $0.hasPrefix(".") })

            let again = try await workspace.program(as: "mgr", ["VISITOR_MERGE_METRICS_FILE": "merge.prom"])(
                "run", "mapping.csv", "--open-rooms", "move", "--quiet")
            #expect(again.status == 0 && again.output == "" && again.errors == "", "\(again)")
            let settled = try workspace.metrics("merge.prom")
            #expect(settled["lines", "merged"] == "3" && settled["last_exit_status"] == "0")
            #expect(settled["last_success_timestamp_seconds"] == settled["last_end_timestamp_seconds"])
            let faults = Promtool.isInstalled ? try await Promtool.faults(in: workspace.folder.text("merge.prom")) : ""
            #expect(faults == "")
        }
    }

    /// A place where no metrics can be written.
    enum Place: CaseIterable {
        case missingFolder
        case file
        case link
        case danglingLink
        case folder
        case folderWithSlash
        case pipe
        case device

        /// Makes it, and says how the option names it.
        func make(in folder: TemporaryDirectory) throws -> String {
            switch self {
            case .missingFolder: return "nowhere/merge.prom"
            case .file:
                try folder.write("precious", as: "plain")
                return "plain/merge.prom"
            case .link: try FileManager.default.createSymbolicLink(atPath: folder("x.prom"), withDestinationPath: "own")
            case .danglingLink:
                try FileManager.default.createSymbolicLink(atPath: folder("x.prom"), withDestinationPath: "planted")
            case .folder, .folderWithSlash:
                try FileManager.default.createDirectory(
                    atPath: folder("x.prom"), withIntermediateDirectories: false)
            case .pipe: try #require(unsafe mkfifo(folder("x.prom"), 0o666) == 0)
            case .device: return "/dev/null"
            }
            return self == .folderWithSlash ? "x.prom/" : "x.prom"
        }
    }

    @Test(arguments: Place.allCases)
    func `A place that cannot be written is refused before anything is sent or written`(place: Place) async throws {
        try await Workspace.with(rooms: 1) { workspace in
            try workspace.folder.write("precious", as: "own")
            let name = try place.make(in: workspace.folder)
            let names = try workspace.folder.names
            for command in [["run", "mapping.csv"], ["audit", "mapping.csv"], ["rehearse", "mapping.csv"]] {
                let ended = try await workspace.program().run(command + ["--metrics-file", name]) { _ in }
                ended.expectRefusal(73, naming: [name, "metrics file", "--metrics-file"])
            }
            #expect(workspace.sandbox.requestLog.isEmpty)
            #expect(try workspace.folder.names == names)
            #expect(try workspace.folder.text("own") == "precious")
        }
    }

    @Test func `An empty name is a mistake in usage`() async throws {
        let folder = try TemporaryDirectory()
        let ended = try await Program(in: folder.path)("run", "m.csv", "--metrics-file", "")
        ended.expectRefusal(64, naming: ["--metrics-file needs the name of a file"])
    }

    @Test(.enabled("needs a user whom permissions bind") { try await Unprivileged.canRun() })
    func `A folder without permission is refused before anything is sent`() async throws {
        try await Workspace.with(rooms: 1) { workspace in
            try FileManager.default.createDirectory(
                atPath: workspace.folder("closed"), withIntermediateDirectories: false)
            Unprivileged.own(workspace.folder("closed"))
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o555], ofItemAtPath: workspace.folder("closed"))
            let ended = try await workspace.unprivileged("run", "mapping.csv", "--metrics-file", "closed/merge.prom")
            ended.expectRefusal(73, naming: ["closed/merge.prom", "Permission denied"])
            #expect(workspace.sandbox.requestLog.isEmpty)
        }
    }

    @Test(.enabled("needs the superuser and setpriv, to be two others") { try await Unprivileged.areTwo() })
    func `The file of somebody else in a folder for all is refused before anything is sent`() async throws {
        try await Workspace.with(rooms: 1) { workspace in
            try FileManager.default.createDirectory(
                atPath: workspace.folder("shared"), withIntermediateDirectories: false)
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o1777], ofItemAtPath: workspace.folder("shared"))
            try workspace.folder.write("theirs", as: "shared/merge.prom")
            Unprivileged.own(workspace.folder("shared/merge.prom"), by: 4711)
            let ended = try await workspace.unprivileged("run", "mapping.csv", "--metrics-file", "shared/merge.prom")
            ended.expectRefusal(73, naming: ["shared/merge.prom", "belongs to another user"])
            #expect(workspace.sandbox.requestLog.isEmpty)
            #expect(try workspace.folder.text("shared/merge.prom") == "theirs")
        }
    }

    @Test func `A run that is stopped tells how far it came`() async throws {
        try await Workspace.with(rooms: 40) { workspace in
            let arguments = ["run", "mapping.csv", "--rate", "20/s", "--metrics-file", "merge.prom", "--no-progress"]
            let ended = try await workspace.program().run(arguments) { process in
                _ = await eventually { workspace.sandbox.moves.count >= 2 }
                try process.terminate()
            }
            #expect(ended.status == 2, "\(ended)")
            let metrics = try workspace.metrics("merge.prom")
            let (merged, backlog) = (metrics["lines", "merged"], metrics["journal_backlog_operations"])
            #expect(merged == "\(workspace.sandbox.moves.count)")
            #expect(backlog == "\(40 - workspace.sandbox.moves.count)" && metrics["last_exit_status"] == "2")
        }
    }

    private static let unreachable = ["ROCKETCHAT_URL": "http://127.0.0.1:1", "VISITOR_MERGE_MAX_ATTEMPTS": "1"]

    @Test func `A run that fails tells so, and keeps the time of the last success`() async throws {
        try await Workspace.with(rooms: 1) { workspace in
            let metrics = ["VISITOR_MERGE_METRICS_FILE": "merge.prom"]
            #expect(try await workspace.program(as: "mgr", metrics)("run", "mapping.csv").status == 0)
            let success = try #require(try workspace.metrics("merge.prom")["last_success_timestamp_seconds"])
            try workspace.folder.write("room,old,new\nroom0,new,old0\n", as: "other.csv")
            try workspace.folder.write("room,old,new\nroom0,new,old0\n", as: "third.csv")
            try workspace.folder.write("nothing,here\n1,2\n", as: "flawed.csv")
            for (program, mapping, status) in [
                (workspace.program(as: "mon", metrics), "other.csv", 77),
                (workspace.program(as: "mgr", metrics), "flawed.csv", 65),
                (workspace.program(as: "mgr", metrics), "missing.csv", 66),
                (workspace.program(as: "nobody", metrics), "other.csv", 78),
                (workspace.program(as: "mgr", metrics.merging(Self.unreachable) { $1 }), "third.csv", 69),
            ] as [(Program, String, Int32)] {
                let ended = try await program("run", mapping, "--no-progress")
                #expect(ended.status == status, "\(ended)")
                let told = try workspace.metrics("merge.prom")
                #expect(told["last_exit_status"] == "\(status)")
                #expect(told["last_success_timestamp_seconds"] == success)
                #expect(
                    (told["lines", "pending"] != nil) == (status == 77 || status == 69), "what is not known is not told"
                )
            }
        }
    }

    @Test func `A run that finds the journal locked leaves the file to the one that is going`() async throws {
        try await Workspace.with(rooms: 40) { workspace in
            let arguments = ["run", "mapping.csv", "--metrics-file", "merge.prom", "--no-progress"]
            _ = try await workspace.program().run(arguments + ["--rate", "20/s"]) { process in
                _ = await eventually { !workspace.sandbox.moves.isEmpty }
                let second = try await workspace.program().run(arguments) { _ in }
                #expect(second.status == 75, "\(second)")
                let going = try workspace.metrics("merge.prom")
                #expect(going["running"] == "1" && going["last_exit_status"] == nil)
                try process.terminate()
            }
            #expect(try workspace.metrics("merge.prom")["last_exit_status"] == "2")
        }
    }

    @Test(arguments: [true, false])
    func `Metrics that can no longer be written at the end make no success, and hide no failure`(
        isStopped: Bool
    ) async throws {
        try await Workspace.with(rooms: 10) { workspace in
            let folder = workspace.folder("monitoring")
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
            let arguments = ["run", "mapping.csv", "--metrics-file", "monitoring/merge.prom", "--rate", "20/s", "-q"]
            let ended = try await workspace.program().run(arguments) { process in
                _ = await eventually { !workspace.sandbox.moves.isEmpty }
                try FileManager.default.removeItem(atPath: folder)
                if isStopped { try process.terminate() }
            }
            #expect(ended.status == (isStopped ? 2 : 73), "\(ended)")
            #expect(ended.errors.contains("monitoring/merge.prom: No such file"), "\(ended)")
        }
    }

    @Test func `What the environment names is the run's alone, and a flag is for any command`() async throws {
        try await Workspace.with(rooms: 1) { workspace in
            let program = workspace.program(as: "mgr", ["VISITOR_MERGE_METRICS_FILE": "run.prom"])
            for (command, mode) in [
                (["audit", "mapping.csv"], "audit"), (["rehearse", "mapping.csv"], "rehearsal"),
                (["run", "mapping.csv"], "run"), (["verify", "mapping.csv.journal.db"], "verify"),
                (["undo", "mapping.csv.journal.db"], "undo"),
            ] {
                #expect(try await program.run(command + ["--quiet"]) { _ in }.status == 0)
                let isWritten = try workspace.folder.names.contains("run.prom")
                #expect(isWritten == ["run", "undo"].contains(mode), "\(mode)")
                try? FileManager.default.removeItem(atPath: workspace.folder("run.prom"))
                #expect(try await program.run(command + ["-q", "--metrics-file", "own.prom"]) { _ in }.status < 2)
                #expect(try workspace.metrics("own.prom")["build_info", "mode=\"\(mode)\""] == "1")
                #expect(try !workspace.folder.names.contains("run.prom"))
            }
        }
    }

    @Test func `A verification tells what it found`() async throws {
        try await Workspace.with(rooms: 3) { workspace in
            let program = workspace.program()
            #expect(try await program("run", "mapping.csv", "--no-progress").status == 0)
            try await workspace.control("POST", "move", "{\"rid\":\"room1\",\"visitorId\":\"old2\"}")
            let ended = try await program("verify", "mapping.csv.journal.db", "--metrics-file", "verify.prom", "-q")
            #expect(ended.status == 1, "\(ended)")
            let metrics = try workspace.metrics("verify.prom")
            #expect(metrics["verified_rooms", "left"] == "2" && metrics["verified_rooms", "drifted"] == "1")
            #expect(metrics["new_rooms"] != nil && metrics["last_exit_status"] == "1")
        }
    }

    @Test(.enabled(if: NodeExporter.isInstalled, "needs prometheus-node-exporter: scripts/prepare tests"))
    func `A collector hands out the metrics of several jobs side by side`() async throws {
        try await Workspace.with(rooms: 2) { workspace in
            let program = workspace.program()
            let textfiles = try TemporaryDirectory()
            for part in ["1", "2"] {
                let ended = try await program(
                    "run", "mapping.csv", "--journal", "\(part).db", "--report", "\(part).report", "--quiet",
                    "--metrics-file", textfiles("part-\(part).prom"))
                #expect(ended.status == 0, "\(ended)")
            }
            let metrics = try await NodeExporter.collect(from: textfiles)
            #expect(metrics.contains("node_textfile_scrape_error 0"), "\(metrics)")
            #expect(metrics.contains("visitor_merge_lines{file=\"part-1.prom\",outcome=\"merged\"} 2"), "\(metrics)")
            #expect(metrics.contains("visitor_merge_lines{file=\"part-2.prom\",outcome=\"already\"} 2"), "\(metrics)")
        }
    }

    @Test(.enabled(if: Promtool.isInstalled, "needs promtool: scripts/prepare tests"))
    func `The rules of the sample are rules, and about metrics that there are`() async throws {
        try await Workspace.with(rooms: 1) { workspace in
            let folder = workspace.folder
            try folder.copySample("prometheus/visitor-merge.rules.yml", as: "rules.yml")
            let checked = try await Program(try #require(InstalledTool.path("promtool")), in: folder.path)(
                "check", "rules", "rules.yml")
            #expect(checked.status == 0 && checked.output.contains("7 rules found"), "\(checked)")

            #expect(try await workspace.program()("run", "mapping.csv", "--metrics-file", "m.prom").status == 0)
            let metrics = try workspace.metrics("m.prom")
            let rules = try folder.text("rules.yml").split(separator: "\n").filter { $0.contains("expr: ") }
            for rule in rules {
                let name = try #require(
                    rule.split { !$0.isLetter && $0 != "_" }.first { $0.hasPrefix("visitor_merge_") })
                #expect(metrics[String(name.dropFirst("visitor_merge_".count))] != nil, "\(name)")
            }
            #expect(rules.count == 7)
        }
    }
}

extension Workspace {
    /// The metrics in a file.
    fileprivate func metrics(_ name: String) throws -> MetricsText {
        try #require(MetricsText(folder.text(name)), "not complete")
    }
}
