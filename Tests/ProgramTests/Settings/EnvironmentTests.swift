import FoundationEssentials
import Sandbox
import TestSupport
import Testing

struct EnvironmentTests {
    /// Options whose value is any text, so that no value of theirs is bad in itself.
    private static let free: Set<String> = ["journal", "report", "url", "user-id", "proxy", "config", "plan"]

    @Test func `Every option of a run has an environment name, and a bad value under it is refused by that name`()
        async throws
    {
        let folder = try TemporaryDirectory()
        try folder.write("room,old,new\nr1,a,b\n", as: "mapping.csv")
        let options = try await HelpDump.commands(in: folder).first { $0.name == "run" }?.options ?? []
        #expect(options.count > 10, "\(options)")
        for option in options where !Self.free.contains(option) && !option.hasSuffix("-file") {
            let name = "VISITOR_MERGE_" + option.uppercased().replacing("-", with: "_")
            let program = Program(
                in: folder.path,
                environment: [
                    "ROCKETCHAT_URL": "http://127.0.0.1:1", "ROCKETCHAT_USER_ID": "user",
                    "ROCKETCHAT_AUTH_TOKEN": "token",
                    name: "no such value",
                ])
            let ended = try await program("run", "mapping.csv")
            ended.expectRefusal(78, naming: [name, "no such value"])
        }
        #expect(try folder.names == ["mapping.csv"])
    }

    @Test func `Names of files and of the server are taken from the environment`() async throws {
        try await Workspace.with(rooms: 1) { workspace in
            let manager = try #require(workspace.address.users.first { $0.username == "mgr" })
            try workspace.folder.write(manager.authToken, as: "token")
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: workspace.folder("token"))
            let program = Program(
                in: workspace.folder.path,
                environment: [
                    "VISITOR_MERGE_URL": workspace.address.url, "VISITOR_MERGE_USER_ID": manager.userID,
                    "VISITOR_MERGE_AUTH_TOKEN_FILE": "token", "VISITOR_MERGE_JOURNAL": "j.db",
                    "VISITOR_MERGE_REPORT": "proof", "VISITOR_MERGE_JSON": "true", "VISITOR_MERGE_QUIET": "true",
                ])
            let ended = try await program("run", "mapping.csv")
            #expect(ended.status == 0, "\(ended)")
            #expect(try workspace.folder.names == ["j.db", "mapping.csv", "proof", "token"])
            #expect(ended.lines.first == "{", "the result is JSON")
        }
    }

    /// An option with a value that works under its environment name, and what the flag then says against it.
    struct Setting: Sendable, CustomTestStringConvertible {
        var testDescription: String { option }
        var option: String
        var environment: String
        var flag: String
        /// What the report says when the environment and when the flag is heeded.
        var reported: (environment: String, flag: String)
    }

    @Test(arguments: [
        Setting(option: "rate", environment: "50/s", flag: "unlimited", reported: ("50/s", "unlimited")),
        Setting(option: "concurrency", environment: "3", flag: "5", reported: ("3", "5")),
        Setting(option: "open-rooms", environment: "move", flag: "defer", reported: ("move", "defer")),
    ])
    func `The environment is heeded, and a flag is stronger`(_ setting: Setting) async throws {
        try await Workspace.with(rooms: 2) { workspace in
            let name = "VISITOR_MERGE_" + setting.option.uppercased().replacing("-", with: "_")
            let program = workspace.program(as: "mgr", [name: setting.environment])
            for (flags, journal, expected) in [
                ([], "environment.db", setting.reported.environment),
                (["--\(setting.option)", setting.flag], "flag.db", setting.reported.flag),
            ] {
                let ended = try await program.run(
                    ["run", "mapping.csv", "--journal", journal, "--json", "--no-progress"] + flags
                ) { _ in }
                #expect(ended.status == 0, "\(ended)")
                let report = try JSONDecoder().decode(Runs.self, from: Data(ended.output.utf8))
                #expect(report.runs.last?[setting.option] == expected)
            }
        }
    }

    /// The settings of every run, as `report.json` tells them.
    private struct Runs: Decodable {
        struct Run: Decodable {
            var rate: String
            var concurrency: Int
            var open_rooms: String

            subscript(option: String) -> String {
                switch option {
                case "rate": rate
                case "concurrency": String(concurrency)
                default: open_rooms
                }
            }
        }

        var runs: [Run]
    }

    @Test func `A flag makes a bad value in the environment harmless`() async throws {
        try await Workspace.with(rooms: 1) { workspace in
            let bad = [
                "VISITOR_MERGE_RATE": "x", "VISITOR_MERGE_CONCURRENCY": "x", "VISITOR_MERGE_TIMEOUT": "x",
                "VISITOR_MERGE_MAX_ATTEMPTS": "x", "VISITOR_MERGE_OPEN_ROOMS": "x", "VISITOR_MERGE_FORMAT": "x",
                "VISITOR_MERGE_DELIMITER": "x", "VISITOR_MERGE_COLUMNS": "x", "VISITOR_MERGE_LOG_LEVEL": "x",
                "VISITOR_MERGE_NO_PROGRESS": "x",
            ]
            let ended = try await workspace.program(as: "mgr", bad)(
                "run", "mapping.csv", "--rate", "auto", "--concurrency", "2", "--timeout", "9", "--max-attempts", "2",
                "--open-rooms", "move", "--format", "csv", "--delimiter", "comma", "--columns",
                "room=room_id,old=old_visitor_id,new=new_visitor_id", "--log-level", "error", "--no-progress")
            #expect(ended.status == 0, "\(ended)")
        }
    }

    @Test func `The mapping is read as the environment says`() async throws {
        let folder = try TemporaryDirectory()
        try folder.write("{\"A\":\"a\",\"B\":\"b\"}\n", as: "lines.csv")
        try folder.write("old;new;a,b,c,d\na;b;c\n", as: "semicolon.csv")
        for (name, environment) in [
            ("lines.csv", ["VISITOR_MERGE_FORMAT": "jsonl", "VISITOR_MERGE_COLUMNS": "old=A,new=B"]),
            ("semicolon.csv", ["VISITOR_MERGE_DELIMITER": "semicolon"]),
        ] {
            let ended = try await Program(in: folder.path, environment: environment)("lint", name)
            #expect(ended.status == 0 && ended.lines.first == "\(name): 1 line, 0 rejected.", "\(ended)")
        }
    }

    @Test(
        arguments: [
            ("VISITOR_MERGE_RATEE", "VISITOR_MERGE_RATE"), ("VISITOR_MERGE_MAXATTEMPS", "VISITOR_MERGE_MAX_ATTEMPTS"),
            ("VISITOR_MERGE_SHARDZ", "VISITOR_MERGE_SHARD"), ("VISITOR_MERGE_COLOUR_OF_THE_SKY", nil),
        ] as [(String, String?)])
    func `A variable that is named like ours and is none is told once, with the one that was meant`(
        name: String, meant: String?
    ) async throws {
        let folder = try TemporaryDirectory()
        try folder.write("room,old,new\nr1,a,b\n", as: "mapping.csv")
        let program = Program(in: folder.path, environment: [name: "seKret"])
        for command in ["lint", "rehearse"] {
            let ended = try await program(command, "mapping.csv", "--no-progress")
            let warnings = ended.errors.split(separator: "\n").filter { $0.contains("warning") }
            #expect(ended.status == 0 && warnings.count == 1, "\(ended)")
            #expect(warnings.first?.contains("is no setting and was ignored") == true, "\(ended)")
            #expect(
                warnings.first?.hasSuffix((meant.map { "meant=\($0) " } ?? "") + "name=\(name)") == true, "\(ended)")
            #expect(!ended.errors.contains("seKret"))
            for silent in [["--quiet"], ["--log-level", "error"]] {
                let ended = try await program.run([command, "mapping.csv", "--no-progress"] + silent) { _ in }
                #expect(ended.status == 0 && ended.errors == "", "\(ended)")
            }
        }
    }

    @Test func `No variable that is a setting, or says something else to the program, is taken for a slip`()
        async throws
    {
        let folder = try TemporaryDirectory()
        try folder.write("room,old,new\nr1,a,b\n", as: "mapping.csv")
        try folder.write("{}", as: "settings.json")
        var environment = ["VISITOR_MERGE_CONFIG": "settings.json", "VISITOR_MERGE_SHARDS": "2", "MERGE_RATE": "1"]
        for option in try await HelpDump.commands(in: folder).flatMap(\.options) where !["quiet"].contains(option) {
            let name = "VISITOR_MERGE_" + option.uppercased().replacing("-", with: "_")
            if !["VISITOR_MERGE_CONFIG", "VISITOR_MERGE_SHOW_CONFIG"].contains(name) { environment[name] = "x" }
        }
        environment["VISITOR_MERGE_JSON"] = "false"
        // As the sandbox has it: a profile of the file would have to be there.
        environment["VISITOR_MERGE_PROFILE"] = "6.9"
        environment["VISITOR_MERGE_ALLOW_SHARED_FOLDER"] = "false"
        environment["VISITOR_MERGE_NO_PROGRESS"] = "true"
        let ended = try await Program(in: folder.path, environment: environment)(
            "lint", "mapping.csv", "--log-level", "warning", "--log-format", "text", "--format", "csv", "--delimiter",
            "comma", "--columns", "old=old,new=new")
        #expect(ended.status == 0 && ended.errors == "", "\(ended)")
    }
}
