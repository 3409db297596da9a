import FoundationEssentials
import Sandbox
import TestSupport
import Testing

/// `--config`: what a file says holds where neither the command line nor the environment says something.
struct ConfigFileTests {
    /// What `doctor --show-config --json` prints.
    private struct Shown: Decodable {
        struct Setting: Decodable, Equatable {
            var name: String
            var value: String?
            var source: String
        }

        var schema: String
        var config: String?
        var settings: [Setting]

        subscript(name: String) -> Setting? { settings.first { $0.name == name } }

        init(_ ended: Program.Ended) throws {
            self = try JSONDecoder().decode(Shown.self, from: Data(ended.output.utf8))
        }
    }

    @Test func `A job can be described by a file alone`() async throws {
        try await Workspace.with(rooms: 2) { workspace in
            let manager = try #require(workspace.address.users.first { $0.username == "mgr" })
            try workspace.folder.write(manager.authToken, as: "token")
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: workspace.folder("token"))
            try workspace.folder.write(
                """
                {
                  "url": "\(workspace.address.url)", "user-id": "\(manager.userID)", "auth-token-file": "token",
                  "rate": "50/s", "concurrency": 3, "open-rooms": "move", "max-failures": 5, "quiet": true,
                  "journal": "j.db", "report": "proof"
                }
                """, as: "settings.json")
            let program = Program(in: workspace.folder.path, environment: ["VISITOR_MERGE_CONFIG": "settings.json"])
            let ended = try await program("run", "mapping.csv")
            #expect(ended.status == 0 && ended.output.isEmpty && ended.errors.isEmpty, "\(ended)")
            #expect(try workspace.folder.names == ["j.db", "mapping.csv", "proof", "settings.json", "token"])
            let run = try #require(try Settled(workspace.folder("proof/report.json")).runs.last)
            #expect(run.rate == "50/s" && run.concurrency == 3 && run.open_rooms == "move")
        }
    }

    private struct Settled: Decodable {
        struct Run: Decodable {
            var rate: String
            var concurrency: Int
            var open_rooms: String
        }

        var runs: [Run]

        init(_ path: String) throws {
            self = try JSONDecoder().decode(Settled.self, from: Data(contentsOf: URL(filePath: path)))
        }
    }

    @Test func `An option is stronger than the environment, that is stronger than the file, and that than the default`()
        async throws
    {
        let folder = try TemporaryDirectory()
        try folder.write(
            #"{"rate": "1/s", "timeout": 11, "max-attempts": 3, "metrics-file": "m.prom"}"#, as: "settings.json")
        let program = Program(
            in: folder.path, environment: ["VISITOR_MERGE_RATE": "2/s", "VISITOR_MERGE_TIMEOUT": "12"])
        let shown = try Shown(
            try await program("doctor", "--show-config", "--json", "--config", "settings.json", "--rate=3/s"))
        #expect(shown.schema == "visitor-merge/settings/1" && shown.config == "settings.json")
        for (name, value, source) in [
            ("rate", "3/s", "--rate"), ("timeout", "12", "VISITOR_MERGE_TIMEOUT"),
            ("max-attempts", "3", "settings.json"), ("concurrency", "8", "default"), ("url", nil, "default"),
            ("json", "true", "--json"),
        ] as [(String, String?, String)] {
            #expect(shown[name] == Shown.Setting(name: name, value: value, source: source))
        }
        let text = try await program("doctor", "--show-config", "--config", "settings.json", "--rate", "3/s")
        #expect(text.status == 0, "\(text)")
        for row in [
            #/rate +3/s +--rate/#, #/timeout +12 +VISITOR_MERGE_TIMEOUT/#, #/max-attempts +3 +settings\.json/#,
            #/url +- +default/#,
        ] {
            #expect(text.lines.contains { $0.wholeMatch(of: row) != nil }, "\(text.output)")
        }
    }

    @Test func `Names that others gave to variables are told apart from ours`() async throws {
        let folder = try TemporaryDirectory()
        for (environment, name, value, source) in [
            (["ROCKETCHAT_URL": "https://a"], "url", "https://a", "ROCKETCHAT_URL"),
            (
                ["ROCKETCHAT_URL": "https://a", "VISITOR_MERGE_URL": "https://b"], "url", "https://b",
                "VISITOR_MERGE_URL"
            ),
            (["https_proxy": "http://p:1"], "proxy", "http://p:1", "https_proxy"),
            (["SSL_CERT_FILE": "ca.pem"], "ca-file", "ca.pem", "SSL_CERT_FILE"),
            (["ROCKETCHAT_URL": ""], "url", nil, "default"),
        ] as [([String: String], String, String?, String)] {
            let ended = try await Program(in: folder.path, environment: environment)(
                "doctor", "--show-config", "--json")
            #expect(try Shown(ended)[name] == Shown.Setting(name: name, value: value, source: source))
        }
    }

    @Test func `Showing settings asks nobody and shows no secret`() async throws {
        try await Workspace.with(rooms: 1) { workspace in
            try workspace.folder.write(#"{"proxy": "http://me:seKret@proxy:3128"}"#, as: "settings.json")
            for arguments in [[], ["--json"]] {
                let ended = try await workspace.program(
                    as: "mgr", ["ROCKETCHAT_AUTH_TOKEN": "seKret", "VISITOR_MERGE_CONFIG": "settings.json"]
                ).run(["doctor", "--show-config"] + arguments) { _ in }
                #expect(ended.status == 0 && ended.output.contains("(secret)"), "\(ended)")
                #expect(ended.output.contains("proxy:3128"))
                #expect(!(ended.output + ended.errors).contains("seKret"))
            }
            for proxy in ["me:seKret@proxy:3128", "http://me:se/seKret?@proxy:3128", "http://me:a@seKret@proxy:3128"] {
                let shown = try await workspace.program(as: "mgr", ["HTTPS_PROXY": proxy])("doctor", "--show-config")
                #expect(
                    shown.output.contains("USER:PASSWORD@proxy:3128") && !shown.output.contains("seKret"), "\(shown)")
                for words in [["--proxy", proxy], ["--proxy=\(proxy)"]] {
                    let shown = try await workspace.program()
                        .run(["run", "mapping.csv", "--max-duration", "0s"] + words) { _ in }
                    #expect(shown.status == 64, "\(shown)")
                    #expect(!(shown.output + shown.errors).contains("seKret"), "\(shown)")
                }
            }
            #expect(workspace.sandbox.requestLog.isEmpty)
        }
    }

    @Test func `The pods of a job are told apart by their environment, whatever the file says`() async throws {
        let folder = try TemporaryDirectory()
        try folder.write(#"{"shard": "1/2"}"#, as: "s.json")
        try folder.write("room,old,new\nr1,a,b\nr2,a,b\n", as: "m.csv")
        for (environment, journal) in [
            (["VISITOR_MERGE_SHARDS": "2", "JOB_COMPLETION_INDEX": "1"], "m.csv.2-of-2.journal.db"),
            (["VISITOR_MERGE_SHARD": "2/3"], "m.csv.2-of-3.journal.db"), ([:], "m.csv.1-of-2.journal.db"),
        ] as [([String: String], String)] {
            let login = [
                "ROCKETCHAT_URL": "http://127.0.0.1:1", "ROCKETCHAT_USER_ID": "u", "ROCKETCHAT_AUTH_TOKEN": "t",
                "VISITOR_MERGE_CONFIG": "s.json",
            ]
            let ended = try await Program(in: folder.path, environment: login.merging(environment) { $1 })(
                "run", "m.csv", "--max-duration", "0s", "--no-progress")
            #expect(ended.status == 2, "\(ended)")
            #expect(try folder.names.contains(journal))
        }
    }

    @Test func `Every option of every command is among the settings, and nothing else is`() async throws {
        let folder = try TemporaryDirectory()
        let options = try await HelpDump.commands(in: folder).flatMap(\.options)
        let shown = try Shown(try await Program(in: folder.path)("doctor", "--show-config", "--json"))
        #expect(Set(options).subtracting(["config", "show-config"]) == Set(shown.settings.map(\.name)))
    }

    @Test func `Every setting is heeded under its name in a file`() async throws {
        let folder = try TemporaryDirectory()
        try folder.write("room,old,new\nr1,a,b\n", as: "mapping.csv")
        // An undo looks at its journal first.
        let others = try TemporaryDirectory()
        try others.write("room,old,new\nr1,a,b\n", as: "mapping.csv")
        #expect(try await Program(in: others.path)("rehearse", "mapping.csv", "--no-progress").status == 0)
        let free: Set<String> = ["journal", "report", "user-id", "proxy", "config", "plan", "metrics-file", "ca-file"]
        for (command, arguments) in [
            ("run", ["mapping.csv"]), ("rehearse", ["mapping.csv"]), ("sandbox", []), ("suggest", []),
            ("undo", [others("mapping.csv.rehearsal.db")]), ("doctor", []),
        ] {
            let options = try await HelpDump.commands(in: folder).first { $0.name == command }?.options ?? []
            #expect(options.count > 5, "\(command): \(options)")
            for option in options where !free.contains(option) && !Self.places.contains(option) {
                try folder.write("{\"\(option)\": \"no such value\"}", as: "settings.json")
                let program = Program(
                    in: folder.path,
                    environment: [
                        "ROCKETCHAT_URL": option == "url" ? "" : "http://127.0.0.1:1", "ROCKETCHAT_USER_ID": "user",
                        "ROCKETCHAT_AUTH_TOKEN": option == "auth-token-file" ? "" : "token",
                    ])
                let ended = try await program.run([command, "--config", "settings.json"] + arguments) { _ in }
                ended.expectRefusal(78, naming: [option == "url" || option == "auth-token-file" ? "" : option])
                #expect(ended.errors.contains("no such value"), "\(command) \(option): \(ended.errors)")
            }
        }
        #expect(try folder.names == ["mapping.csv", "settings.json"])
    }

    /// Settings that are any file, or that the command itself is about.
    private static let places: Set<String> = [
        "undo-journal", "output", "from", "mapping", "seed", "show-config", "decisions", "done", "room", "visitor",
        "only",
    ]

    @Test(arguments: [
        (#"{"rates": "10/min"}"#, ["'rates'", "'rate'"]), (#"{"concurency": 4}"#, ["'concurency'", "'concurrency'"]),
        (#"{"Rate": "10/min"}"#, ["'Rate'", "'rate'"]),
        (#"{"max_attempts": 3}"#, ["'max_attempts'", "'max-attempts'"]),
        (#"{"colour": "red"}"#, ["'colour'", "long names of the options"]),
        (#"{"auth-token": "seKret"}"#, ["'auth-token'", "auth-token-file"]),
        (#"{"authToken": "seKret"}"#, ["'authToken'", "auth-token-file"]),
        (#"{"password": "seKret"}"#, ["'password'", "auth-token-file"]),
        (#"{"concurrency": "4"}"#, ["'concurrency'", "a number without quotes"]),
        (#"{"rate": 10}"#, ["'rate' is 10", "a text in quotes"]),
        (#"{"dry-run": "yes"}"#, ["'dry-run'", "true or false"]),
        (#"{"quiet": 1}"#, ["'quiet' is 1", "true or false"]),
        (#"{"max-failures": true}"#, ["'max-failures' is true", "a number or a text"]),
        (#"{"url": null}"#, ["'url' is null"]), (#"{"columns": {"old": "a"}}"#, ["'columns'", "a list or an object"]),
        (#"{"url": ""}"#, ["'url'"]), (#"{"concurrency": 2.5}"#, ["'concurrency'", "2.5", "1 to 256"]),
        (#"{"concurrency": 1e99}"#, ["'concurrency'", "1 to 256"]),
        (#"{"rate": "fast"}"#, ["'rate' in settings.json is 'fast'", "10/min"]),
        (#"{"rate": "1/s", "timeout": "9", "retries": 2}"#, ["'timeout'", "'retries'"]),
        ("[]", ["settings.json", "one JSON object"]), ("3", ["settings.json", "one JSON object"]),
        ("", ["settings.json", "not valid JSON"]), (#"{"rate": "1/s""#, ["settings.json", "not valid JSON"]),
        ("{\"rate\": \"\u{1}\"}", ["settings.json"]),
        (String(repeating: " ", count: 2 << 20) + "{}", ["settings.json", "too long"]),
    ])
    func `A file that is not right is refused with all that is wrong, and nobody is asked`(
        text: String, words: [String]
    ) async throws {
        try await Workspace.with(rooms: 1) { workspace in
            try workspace.folder.write(text, as: "settings.json")
            let ended = try await workspace.program()("run", "mapping.csv", "--config", "settings.json")
            ended.expectRefusal(78, naming: words)
            #expect(!ended.errors.contains("seKret"))
            #expect(try workspace.folder.names == ["mapping.csv", "settings.json"])
            #expect(workspace.sandbox.requestLog.isEmpty)
        }
    }

    @Test(arguments: ["none.json", "."])
    func `A file that cannot be read is named`(path: String) async throws {
        let folder = try TemporaryDirectory()
        for (arguments, environment) in [
            (["--config", path], [:]), ([], ["VISITOR_MERGE_CONFIG": path]),
        ] as [([String], [String: String])] {
            let ended = try await Program(in: folder.path, environment: environment)
                .run(["doctor", "--show-config"] + arguments) { _ in }
            ended.expectRefusal(78, naming: [path])
        }
    }

    @Test func `A setting for a run does not redirect an audit or a rehearsal`() async throws {
        try await Workspace.with(rooms: 1) { workspace in
            try workspace.folder.write(
                #"{"journal": "j.db", "report": "proof", "metrics-file": "m.prom"}"#, as: "s.json")
            let program = workspace.program(as: "mgr", ["VISITOR_MERGE_CONFIG": "s.json"])
            let audit = try await program("audit", "mapping.csv", "--no-progress")
            let rehearsal = try await program("rehearse", "mapping.csv", "--no-progress")
            #expect(audit.status == 0 && rehearsal.status == 0, "\(audit) \(rehearsal)")
            #expect(Set(try workspace.folder.names).isDisjoint(with: ["j.db", "proof", "m.prom"]))
            let run = try await program("run", "mapping.csv", "--no-progress")
            #expect(run.status == 0, "\(run)")
            #expect(Set(try workspace.folder.names).isSuperset(of: ["j.db", "proof", "m.prom"]))
        }
    }

    @Test func `A dry run that the file asks for cannot be missed`() async throws {
        try await Workspace.with(rooms: 1) { workspace in
            try workspace.folder.write(#"{"dry-run": true}"#, as: "s.json")
            let run = try await workspace.program()("run", "mapping.csv", "--config", "s.json", "--no-progress")
            #expect(run.status == 0 && workspace.puts.isEmpty, "\(run)")
            let undo = try await workspace.program()("undo", "mapping.csv.audit.db", "--config", "s.json")
            #expect(undo.status == 65, "\(undo)")
        }
    }
}
