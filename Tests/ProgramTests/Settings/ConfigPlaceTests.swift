import FoundationEssentials
import Sandbox
import TestSupport
import Testing

/// Where a configuration file is looked for, and which profile of it is used.
struct ConfigPlaceTests {
    /// What `doctor --show-config` says, one row for each setting.
    private static func shown(
        _ folder: TemporaryDirectory, _ environment: [String: String] = [:], _ arguments: [String] = []
    ) async throws -> Program.Ended {
        try await Program(in: folder.path, environment: environment)
            .run(["doctor", "--show-config"] + arguments) { _ in }
    }

    private static func row(_ name: String, _ ended: Program.Ended) -> [Substring] {
        ended.lines.first { $0.hasPrefix(name + " ") }?.split(separator: " ", maxSplits: 2) ?? []
    }

    private static func write(_ text: String, at path: String, in folder: TemporaryDirectory) throws {
        let parent = URL(filePath: folder(path)).deletingLastPathComponent().path
        try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
        try folder.write(text, as: path)
    }

    @Test func `The file of the user is used where none is named, and a named one instead of it`() async throws {
        let folder = try TemporaryDirectory()
        try Self.write(#"{"rate": "1/s"}"#, at: ".config/visitor-merge/config.json", in: folder)
        try Self.write(#"{"rate": "2/s"}"#, at: "xdg/visitor-merge/config.json", in: folder)
        try folder.write(#"{"rate": "3/s"}"#, as: "named.json")
        try folder.write(#"{"rate": "4/s"}"#, as: "flag.json")
        let xdg = ["XDG_CONFIG_HOME": folder("xdg")]
        for (environment, arguments, rate) in [
            ([:], [], "1/s"), (["XDG_CONFIG_HOME": ""], [], "1/s"), (["XDG_CONFIG_HOME": "xdg"], [], "1/s"),
            (xdg, [], "2/s"), (["XDG_CONFIG_HOME": folder("none")], [], "auto"),
            (["HOME": ""], [], "auto"), (["HOME": "."], [], "auto"),
            (xdg.merging(["VISITOR_MERGE_CONFIG": "named.json"]) { $1 }, [], "3/s"),
            (xdg.merging(["VISITOR_MERGE_CONFIG": "named.json"]) { $1 }, ["--config", "flag.json"], "4/s"),
            (xdg.merging(["VISITOR_MERGE_RATE": "5/s"]) { $1 }, [], "5/s"),
        ] as [([String: String], [String], Substring)] {
            let ended = try await Self.shown(folder, environment, arguments)
            #expect(ended.status == 0 && Self.row("rate", ended).dropFirst().first == rate, "\(environment) \(ended)")
        }
        let json = try await Self.shown(folder, [:], ["--json"])
        #expect(json.output.contains("/.config/visitor-merge/config.json"), "\(json)")
    }

    @Test func `The file of the machine is used where the user has none`() async throws {
        let folder = try TemporaryDirectory()
        // A file system of the test's own in the place of /etc.
        let script = """
            mount -t tmpfs tmpfs /etc && mkdir /etc/visitor-merge &&
            printf '{"rate": "7/s", "auth-token-file": "token"}' > /etc/visitor-merge/config.json &&
            "$0" doctor --show-config "$@"
            """
        func run(_ arguments: [String]) async throws -> Program.Ended {
            try await Program("/usr/bin/env", in: folder.path)
                .run(["unshare", "-rm", "sh", "-c", script, Program.path] + arguments) { _ in }
        }
        guard
            try await Program("/usr/bin/env", in: folder.path)(
                "unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", "/etc"
            ).status == 0
        else { return }
        let machine = try await run([])
        #expect(Self.row("rate", machine).dropFirst().first == "7/s", "\(machine)")
        #expect(machine.output.contains("/etc/visitor-merge/token"), "\(machine)")
        try Self.write(#"{"rate": "1/s"}"#, at: ".config/visitor-merge/config.json", in: folder)
        let users = try await run([])
        #expect(Self.row("rate", users).dropFirst().first == "1/s" && !users.output.contains("/etc/"), "\(users)")
    }

    @Test(arguments: [
        ("nothing", []), ("folder", ["is not a regular file"]), ("link", ["No such file"]),
        ("open", ["can be written by others", "chmod go-w"]), ("text", ["not valid JSON"]),
        ("key", ["'rates' is no setting: 'rate' is probably meant."]),
    ])
    func `A file at a usual place may be missing, and is held to the same rules if it is there`(
        kind: String, words: [String]
    ) async throws {
        let folder = try TemporaryDirectory()
        let path = ".config/visitor-merge/config.json"
        try Self.write(kind == "key" ? #"{"rates": "1/s"}"# : kind == "text" ? "rate: 1/s" : "{}", at: path, in: folder)
        switch kind {
        case "open": try FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: folder(path))
        case "nothing": try FileManager.default.removeItem(atPath: folder(path))
        case "folder":
            try FileManager.default.removeItem(atPath: folder(path))
            try FileManager.default.createDirectory(atPath: folder(path), withIntermediateDirectories: false)
        case "link":
            try FileManager.default.removeItem(atPath: folder(path))
            try FileManager.default.createSymbolicLink(atPath: folder(path), withDestinationPath: "elsewhere")
        default: break
        }
        try folder.write("old,new\na,b\n", as: "m.csv")
        let ended = try await Program(in: folder.path)("lint", "m.csv")
        if kind == "nothing" {
            #expect(ended.status == 0 && ended.errors == "", "\(ended)")
        } else {
            ended.expectRefusal(78, naming: [folder(path)] + words)
        }
    }

    @Test func `The values of a profile come before those beside it, and after the environment`() async throws {
        let folder = try TemporaryDirectory()
        try Self.write(
            """
            {"rate": "1/s", "concurrency": 2, "timeout": 9, "profiles": {
              "live": {"url": "https://chat.example.org", "rate": "10/min", "auth-token-file": "live-token"},
              "trial run": {"url": "https://trial.example.org", "concurrency": 64}}}
            """, at: "conf/c.json", in: folder)
        let config = ["VISITOR_MERGE_CONFIG": "conf/c.json"]
        let live = try await Self.shown(folder, config, ["--profile", "live"])
        for row in [
            #/url +https://chat.example.org +conf/c.json, profile live/#, #/rate +10/min +conf/c.json, profile live/#,
            #/concurrency +2 +conf/c.json/#,
            #/auth-token-file +conf/live-token +conf/c.json, profile live \(not read\)/#,
            #/profile +live +--profile/#,
        ] {
            #expect(live.lines.contains { $0.wholeMatch(of: row) != nil }, "\(live)")
        }
        let trial = config.merging(["VISITOR_MERGE_PROFILE": "trial run", "VISITOR_MERGE_TIMEOUT": "5"]) { $1 }
        let other = try await Self.shown(folder, trial)
        for row in [
            #/url +https://trial.example.org +.*, profile trial run/#, #/rate +1/s +conf/c.json/#,
            #/concurrency +64 +.*/#, #/timeout +5 +VISITOR_MERGE_TIMEOUT/#,
        ] {
            #expect(other.lines.contains { $0.wholeMatch(of: row) != nil }, "\(other)")
        }
        let both = try await Self.shown(folder, trial, ["--profile", "live", "--rate", "3/s"])
        #expect(both.lines.contains { $0.wholeMatch(of: #/rate +3/s +--rate/#) != nil }, "\(both)")
        #expect(both.lines.contains { $0.contains("https://chat.example.org") }, "\(both)")
        let none = try await Self.shown(folder, config)
        #expect(none.lines.contains { $0.wholeMatch(of: #/url +- +default/#) != nil }, "\(none)")
    }

    @Test(arguments: [
        (
            #"{"profiles": {"live": {}, "trial": {}}}"#,
            "--profile is 'lvie', and c.json has no such profile: its profiles are 'live', 'trial'."
        ),
        (#"{"rate": "1/s"}"#, "--profile is 'lvie', and c.json has no such profile: it has none"),
        (
            #"{"profiles": ["live"]}"#,
            "'profiles' is a list or an object, and it has to be an object with an object for each"
        ),
        (#"{"profiles": "live"}"#, "'profiles' is \"live\""),
        (#"{"profiles": {"live": "https://a"}}"#, "The profile 'live' is \"https://a\", and it has to be an object."),
        (
            #"{"profiles": {"lvie": {}, "b": {"rates": "1/s"}}}"#,
            "In its profile 'b': 'rates' is no setting: 'rate' is probably meant."
        ),
        (
            #"{"profiles": {"lvie": {"timeout": "9"}}}"#,
            "In its profile 'lvie': 'timeout' is \"9\", and it has to be a number"
        ),
        (#"{"profiles": {"lvie": {"profiles": {}}}}"#, "'profiles' is no setting"),
        (#"{"profiles": {"lvie": {"token": "seKret"}}}"#, "a secret does not belong here"),
        (#"{"profile": {"lvie": {}}}"#, "'profile' is a list or an object"),
        (#"{"profiles": {"lvie": {"rate": "fast"}}}"#, "'rate' in the profile 'lvie' of c.json is 'fast'"),
    ])
    func `A profile that is not right is refused, and nobody is asked`(text: String, sentence: String) async throws {
        try await Workspace.with(rooms: 1) { workspace in
            try workspace.folder.write(text, as: "c.json")
            let ended = try await workspace.program()(
                "run", "mapping.csv", "--config", "c.json", "--profile", "lvie")
            ended.expectRefusal(78, naming: [sentence])
            #expect(!ended.errors.contains("seKret"))
            #expect(try workspace.folder.names == ["c.json", "mapping.csv"])
            #expect(workspace.sandbox.requestLog.isEmpty)
        }
    }

    @Test func `A profile without a file, and one that the file itself names, are looked for`() async throws {
        let folder = try TemporaryDirectory()
        try await Self.shown(folder, ["VISITOR_MERGE_PROFILE": "live"])
            .expectRefusal(78, naming: ["VISITOR_MERGE_PROFILE is 'live'", "no configuration file", "--config"])
        try await Self.shown(folder, [:], ["--profile", "6.9"])
            .expectRefusal(78, naming: ["--profile is '6.9'", "no configuration file"])
        try folder.write(#"{"profile": "b", "profiles": {"a": {"rate": "1/s"}, "b": {"rate": "2/s"}}}"#, as: "c.json")
        let usual = try await Self.shown(folder, [:], ["--config", "c.json"])
        #expect(Self.row("rate", usual).dropFirst().first == "2/s", "\(usual)")
        let other = try await Self.shown(folder, [:], ["--config", "c.json", "--profile", "a"])
        #expect(Self.row("rate", other).dropFirst().first == "1/s", "\(other)")
    }

    @Test func `The version that the sandbox imitates and a profile of a file go by one name`() async throws {
        let folder = try TemporaryDirectory()
        try folder.write("old,new\na,b\n", as: "m.csv")
        try folder.write(#"{"profile": "7.0", "profiles": {"live": {"port": 70000}}}"#, as: "c.json")
        let lint = try await Program(in: folder.path)("lint", "m.csv", "--config", "c.json")
        #expect(lint.status == 0, "\(lint)")
        #expect(
            lint.errors == """
                'profile' in c.json does nothing here: it is the version that the sandbox imitates, and the file has no \
                profile '7.0'.

                """)
        let version = try await Program(in: folder.path, environment: ["VISITOR_MERGE_PROFILE": "5.0"])("sandbox")
        version.expectRefusal(78, naming: ["VISITOR_MERGE_PROFILE is '5.0'"])
        // The profile is used by the sandbox: what stands in it is refused.
        let live = ["VISITOR_MERGE_PROFILE": "live", "VISITOR_MERGE_CONFIG": "c.json"]
        let profile = try await Program(in: folder.path, environment: live)("sandbox")
        profile.expectRefusal(78, naming: ["'port' in the profile 'live' of c.json is '70000'"])
    }

    @Test func `A seed is the number of a sample, or the file of a sandbox, and is told where it is neither`()
        async throws
    {
        try await Workspace.with(rooms: 40) { workspace in
            try workspace.folder.write(#"{"seed": 4711, "sample": 5}"#, as: "number.json")
            try workspace.folder.write(#"{"seed": "s.json", "sample": 5}"#, as: "file.json")
            try workspace.folder.write(#"{"seed": -1, "sample": 5}"#, as: "negative.json")
            let program = workspace.program()
            let audit = try await program("audit", "mapping.csv", "--config", "number.json", "--no-progress")
            #expect(audit.status == 0 && audit.output.contains("--seed 4711"), "\(audit)")
            let flag = try await program(
                "audit", "mapping.csv", "--config", "number.json", "--seed", "17", "--no-progress")
            #expect(flag.status == 0 && flag.output.contains("--seed 17"), "\(flag)")
            let variable = try await workspace.program(as: "mgr", ["VISITOR_MERGE_SEED": "23"])(
                "audit", "mapping.csv", "--sample", "5", "--no-progress")
            #expect(variable.status == 0 && variable.output.contains("--seed 23"), "\(variable)")
            let told = try await program("audit", "mapping.csv", "--config", "file.json", "--no-progress")
            #expect(told.status == 0, "\(told)")
            #expect(told.errors.contains("'seed' in file.json does nothing here: it names a file for the sandbox"))
            let negative = try await program("audit", "mapping.csv", "--config", "negative.json")
            negative.expectRefusal(78, naming: ["'seed' in negative.json is '-1'", "a number from 0"])
            let sandbox = try await program.run(["sandbox", "--config", "number.json"]) { process in
                _ = await eventually { process.heeds(15) }
                try process.terminate()
            }
            #expect(sandbox.errors.contains("'seed' in number.json does nothing here: it is the number of a sample"))
            let missing = try await program("sandbox", "--config", "file.json")
            #expect(missing.status == 66 && missing.errors.contains("s.json"), "\(missing)")
        }
    }

    @Test func `The next command names the profile that was given`() async throws {
        let folder = try TemporaryDirectory()
        try folder.write("old,new\na,b\n", as: "m.csv")
        try folder.write(#"{"profiles": {"live": {}}}"#, as: "c.json")
        let lint = try await Program(in: folder.path)("lint", "m.csv", "--config", "c.json", "--profile", "live")
        #expect(lint.output.contains("rehearse m.csv --config c.json --profile live"), "\(lint)")
        let help = try await Program(in: folder.path)("run", "--help")
        #expect(help.output.contains("--profile") && !help.output.contains("no-no-progress"), "\(help)")
        let completions = try await Program(in: folder.path)("--generate-completion-script", "bash")
        #expect(!completions.output.contains("no-no-progress"))
    }
}
