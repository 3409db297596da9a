import FoundationEssentials
import Sandbox
import TestSupport
import Testing

@testable import CLI

/// Switches that can be turned off again, paths beside their file, and settings that do nothing where they are.
struct SwitchTests {
    private static let switches = [
        "json", "quiet", "no-progress", "allow-insecure-http", "allow-shared-folder", "dry-run", "fresh",
        "overwrite", "yes", "contacts", "retire",
    ]

    /// The value of a setting and where it comes from, as `doctor --show-config` has it.
    private static func shown(_ name: String, in ended: Program.Ended) -> Substring? {
        ended.lines.first { $0.hasPrefix(name + " ") }?.dropFirst(name.count)
    }

    @Test func `Every switch has a form that overrides the environment and the file`() async throws {
        #expect(Setting.all.filter { $0.kind == .flag }.map(\.name).sorted() == Self.switches.sorted())
        let folder = try TemporaryDirectory()
        try folder.write("old,new\na,b\n", as: "m.csv")
        try folder.write(#"{"json": true, "quiet": true, "overwrite": true, "no-progress": true}"#, as: "s.json")
        let environment = [
            "VISITOR_MERGE_QUIET": "true", "VISITOR_MERGE_JSON": "true", "VISITOR_MERGE_CONFIG": "s.json",
        ]
        let program = Program(in: folder.path, environment: environment)
        let lint = try await program("lint", "m.csv", "--no-json", "--no-quiet")
        #expect(lint.status == 0 && lint.lines.first == "m.csv: 1 line, 0 rejected.", "\(lint)")
        let shown = try await program(
            "doctor", "--show-config", "--no-json", "--no-quiet", "--progress", "--no-allow-insecure-http")
        for (name, source) in [
            ("json", "--no-json"), ("quiet", "--no-quiet"), ("no-progress", "--progress"),
            ("allow-insecure-http", "--no-allow-insecure-http"),
        ] {
            let row = Self.shown(name, in: shown)
            #expect(row?.contains("false") == true && row?.contains(source) == true, "\(shown)")
        }
        let last = try await program("lint", "m.csv", "--quiet", "--json", "--no-json", "--no-quiet", "--quiet")
        #expect(last.status == 0 && last.output == "", "the last one counts: \(last)")
    }

    @Test func `A run that the environment made a dry one can be carried out`() async throws {
        try await Workspace.with(rooms: 1) { workspace in
            let program = workspace.program(as: "mgr", ["VISITOR_MERGE_DRY_RUN": "true"])
            let run = try await program("run", "mapping.csv", "--no-dry-run", "--no-no-progress")
            #expect(run.status == 0 && workspace.puts.count == 1, "\(run)")
            let undo = try await program("undo", "mapping.csv.journal.db", "--no-dry-run", "--no-progress")
            #expect(undo.status == 0 && workspace.puts.count == 2, "\(undo)")
            try workspace.folder.write("_id,email\na,x@y.z\nb,x@y.z\n", as: "v.csv")
            let suggest = ["suggest", "--from", "v.csv", "--no-overwrite"]
            let refused = try await workspace.program(as: "mgr", ["VISITOR_MERGE_OVERWRITE": "true"]).run(suggest) {
                _ in
            }
            #expect(refused.status == 73 && refused.errors.contains("mapping.csv"), "\(refused)")
        }
    }

    @Test
    func `A relative path in a file begins where the file is, and one of the environment where the command is typed`()
        async throws
    {
        try await Workspace.with(rooms: 1) { workspace in
            let folder = workspace.folder
            try FileManager.default.createDirectory(atPath: folder("conf"), withIntermediateDirectories: false)
            try folder.write(workspace.login()["ROCKETCHAT_AUTH_TOKEN"] ?? "", as: "conf/token")
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: folder("conf/token"))
            try folder.write(
                #"{"auth-token-file": "token", "journal": "j.db", "report": "proof", "metrics-file": "m.prom"}"#,
                as: "conf/s.json")
            let login = ["ROCKETCHAT_AUTH_TOKEN": "", "VISITOR_MERGE_CONFIG": "conf/s.json"]
            let run = try await workspace.program(as: "mgr", login)("run", "mapping.csv", "--no-progress")
            #expect(run.status == 0, "\(run)")
            let made = try FileManager.default.contentsOfDirectory(atPath: folder("conf")).sorted()
            #expect(made.filter { !$0.hasSuffix(".lock") } == ["j.db", "m.prom", "proof", "s.json", "token"])
            #expect(try folder.names == ["conf", "mapping.csv"])
            let environment = login.merging(["VISITOR_MERGE_REPORT": "elsewhere"]) { $1 }
            let report = try await workspace.program(as: "mgr", environment)("report", "conf/j.db")
            #expect(report.status == 0 && report.output.contains("elsewhere"), "\(report)")
            #expect(try folder.names == ["conf", "elsewhere", "mapping.csv"])
        }
    }

    @Test func `Reports of all commands that write one go where the environment says`() async throws {
        try await Workspace.with(rooms: 1) { workspace in
            let program = workspace.program()
            #expect(try await program("run", "mapping.csv", "--no-progress").status == 0)
            let journal = "mapping.csv.journal.db"
            for (command, place) in [("report", "r"), ("verify", "v"), ("undo", "u")] {
                let ended = try await workspace.program(as: "mgr", ["VISITOR_MERGE_REPORT": place])
                    .run([command, journal, "--no-progress"]) { _ in }
                #expect(ended.status == 0, "\(ended)")
                #expect(try workspace.folder.names.contains(place), "\(command)")
            }
        }
    }

    @Test func `A setting of another command is mentioned, one that commands share is not`() async throws {
        let folder = try TemporaryDirectory()
        try folder.write("old,new\na,b\n", as: "m.csv")
        try folder.write(#"{"rate": "5/s", "url": "https://a", "seed": "x.json", "by": "email"}"#, as: "s.json")
        let lint = try await Program(in: folder.path)("lint", "m.csv", "--config", "s.json")
        #expect(lint.status == 0, "\(lint)")
        #expect(
            lint.errors == """
                'by' in s.json does nothing here: it is a setting of suggest, not of lint.
                'seed' in s.json does nothing here: it is a setting of audit and sandbox and verify, not of lint.

                """)
        let quiet = try await Program(in: folder.path)("lint", "m.csv", "--config", "s.json", "--quiet")
        #expect(quiet.status == 0 && quiet.errors == "", "\(quiet)")
    }

    @Test func `What is said to be a setting of some commands is an option of just these`() async throws {
        let commands = try await HelpDump.commands(in: TemporaryDirectory())
        for setting in Setting.all {
            guard let named = setting.commands else { continue }
            let having = commands.filter { $0.options.contains(setting.name) }.map(\.name)
            #expect(Set(named) == Set(having), "\(setting.name)")
        }
        for name in ["config", "json", "quiet", "no-progress", "log-level", "log-format"] {
            #expect(commands.filter { !$0.options.contains(name) }.map(\.name) == [], "\(name)")
        }
    }

    @Test func `A run is steered in the form that others speak`() async throws {
        try await Workspace.with(rooms: 60) { workspace in
            let program = workspace.program()
            try workspace.folder.write(#"{"json": true}"#, as: "s.json")
            let arguments = ["run", "mapping.csv", "--rate", "20/s", "--no-progress", "--open-rooms", "move"]
            let ended = try await program.run(arguments) { process in
                _ = await eventually { workspace.sandbox.moves.count >= 1 }
                let pace = try await program("pace", "mapping.csv.journal.db", "unlimited", "--config", "s.json")
                #expect(pace.status == 0 && pace.output.contains(#""schema" : "visitor-merge/pace/1""#), "\(pace)")
                #expect(pace.output.contains(#""command" : "unlimited""#), "\(pace)")
            }
            #expect(ended.status == 0, "\(ended)")
            let late = try await program("pace", "mapping.csv.journal.db", "pause", "--log-format", "json")
            #expect(late.status == 66 && late.errors.hasPrefix("{"), "\(late)")
        }
    }
}
