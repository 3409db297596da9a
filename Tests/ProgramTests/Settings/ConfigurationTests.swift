import FoundationEssentials
import Sandbox
import TestSupport
import Testing

struct ConfigurationTests {
    /// What is said about the server, and what the sentence about it has to name.
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var arguments: [String] = []
        var environment: [String: String] = [:]
        var words: [String]
    }

    @Test(arguments: [
        Case(testDescription: "no server", environment: ["ROCKETCHAT_URL": ""], words: ["--url", "ROCKETCHAT_URL"]),
        Case(
            testDescription: "no user", environment: ["ROCKETCHAT_USER_ID": ""],
            words: ["--user-id", "ROCKETCHAT_USER_ID"]),
        Case(
            testDescription: "no token", environment: ["ROCKETCHAT_AUTH_TOKEN": ""],
            words: ["--auth-token-file", "ROCKETCHAT_AUTH_TOKEN"]),
        Case(
            testDescription: "plain http", arguments: ["--url", "http://chat.example.org"],
            words: ["http to chat.example.org", "https", "--allow-insecure-http"]),
        Case(
            testDescription: "a name that only begins like loopback", arguments: ["--url", "http://127.0.0.1.nip.io"],
            words: ["127.0.0.1.nip.io"]),
        Case(testDescription: "no URL", arguments: ["--url", "chat.example.org"], words: ["https://"]),
        Case(
            testDescription: "a password in the URL",
            environment: ["ROCKETCHAT_URL": "https://me:seKret@chat.example.org"],
            words: ["password"]),
        Case(
            testDescription: "no such token file", arguments: ["--auth-token-file", "none"],
            words: ["none", "No such file"]),
        Case(
            testDescription: "an open token file", arguments: ["--auth-token-file", "open"],
            words: ["open", "chmod 600"]),
        Case(testDescription: "an empty token file", arguments: ["--auth-token-file", "empty"], words: ["empty"]),
        Case(testDescription: "a folder", arguments: ["--auth-token-file", "."], words: ["not a file"]),
        Case(
            testDescription: "a large token file", arguments: ["--auth-token-file", "large"], words: ["large", "token"]),
        Case(
            testDescription: "an open file in the credentials folder",
            environment: ["ROCKETCHAT_AUTH_TOKEN": "", "CREDENTIALS_DIRECTORY": "credentials"],
            words: ["credentials/rocketchat-auth-token", "chmod 600"]),
    ])
    func `A server that is not fully named is a matter of configuration, and nothing is left behind`(_ example: Case)
        async throws
    {
        try await Workspace.with(rooms: 1) { workspace in
            try FileManager.default.createDirectory(
                atPath: workspace.folder("credentials"), withIntermediateDirectories: false)
            for name in ["open", "credentials/rocketchat-auth-token"] {
                try workspace.folder.write("seKret\n", as: name)
                try protect(workspace.folder(name), 0o644)
            }
            for (name, text) in [("empty", "\n"), ("large", "seKret\n" + String(repeating: "seKret", count: 1000))] {
                try workspace.folder.write(text, as: name)
                try protect(workspace.folder(name), 0o600)
            }
            let names = try workspace.folder.names
            let ended = try await workspace.program(as: "mgr", example.environment).run(
                ["run", "mapping.csv"] + example.arguments
            ) { _ in }
            ended.expectRefusal(78, naming: example.words)
            #expect(!ended.errors.contains("seKret"))
            #expect(try workspace.folder.names == names)
            #expect(workspace.sandbox.requestLog.isEmpty)
        }
    }

    @Test(arguments: [
        "https://chat.example.org/?token=seKret", "https://chat.example.org/#seKret", "chat.example.org?seKret",
        "https://chat.example.org/?\u{301}seKret", "https://me:a?seKret@chat.example.org", "http://me:a/seKret@x",
        "https://chat.example.org/x#seKret@x", "//me:seKret@\u{301}x", "https://seKret@x?y#z",
    ])
    func `What may be a secret in an address is not repeated`(address: String) async throws {
        let folder = try TemporaryDirectory()
        let login = ["ROCKETCHAT_USER_ID": "u", "ROCKETCHAT_AUTH_TOKEN": "t"]
        let program = Program(in: folder.path, environment: login)
        let other = Program(in: folder.path, environment: login.merging(["ROCKETCHAT_URL": address]) { $1 })
        try folder.write(#"{"url": "\#(address)"}"#, as: "settings.json")
        for ended in [
            try await program("doctor", "--url", address), try await program("doctor", "--url=\(address)"),
            try await other("doctor"), try await other("doctor", "--show-config"),
            try await other("doctor", "--show-config", "--json"),
            try await program("doctor", "--config", "settings.json"),
            try await program("doctor", "--config", "settings.json", "--show-config"),
            try await program("verify", "missing.db", "--url", address),
        ] {
            #expect(!(ended.output + ended.errors).contains("seKret"), "\(ended)")
        }
        guard address.contains("://") else { return }
        let astray = try await program("doctor", address)
        #expect(astray.status == 64 && !astray.errors.contains("seKret"), "\(astray)")
    }

    @Test func `An address with more than it may have is shown without that`() async throws {
        let folder = try TemporaryDirectory()
        let ended = try await Program(in: folder.path)("doctor", "--url", "https://chat.example.org/chat?x=y#z")
        ended.expectRefusal(78, naming: ["'https://chat.example.org/chat?…'", "must not hold a '?' or '#'"])
    }

    @Test(arguments: [("--ca-file", "none.pem"), ("--ca-file", "mapping.csv"), ("--proxy", "::")])
    func `A way to the server that makes no sense is a matter of configuration, and nobody is asked`(
        option: String, value: String
    ) async throws {
        try await Workspace.with(rooms: 1) { workspace in
            let ended = try await workspace.program()("run", "mapping.csv", option, value)
            ended.expectRefusal(78, naming: [option == "--proxy" ? "proxy" : value])
            #expect(workspace.sandbox.requestLog.isEmpty)
        }
    }

    @Test func `The token comes from the flag's file, the environment or the credentials folder, in this order`()
        async throws
    {
        try await Workspace.with(rooms: 1) { workspace in
            let token = try #require(workspace.address.users.first { $0.username == "mgr" }).authToken
            let folder = workspace.folder
            try FileManager.default.createDirectory(atPath: folder("credentials"), withIntermediateDirectories: false)
            for (name, text) in [
                ("right", token + "\n"), ("wrong", "wrong"), ("credentials/rocketchat-auth-token", token),
            ] {
                try folder.write(text, as: name)
                try protect(folder(name), 0o600)
            }
            for (flags, environment, status) in [
                ([], ["ROCKETCHAT_AUTH_TOKEN": "", "CREDENTIALS_DIRECTORY": "credentials"], 0),
                ([], ["ROCKETCHAT_AUTH_TOKEN": "wrong", "CREDENTIALS_DIRECTORY": "credentials"], 77),
                (["--auth-token-file", "wrong"], [:], 77),
                (["--auth-token-file", "right"], ["ROCKETCHAT_AUTH_TOKEN": "wrong"], 0),
            ] as [([String], [String: String], Int32)] {
                let journal = "journal-\(UUID().uuidString).db"
                let ended = try await workspace.program(as: "mgr", environment).run(
                    ["run", "mapping.csv", "--journal", journal, "--no-progress"] + flags
                ) { _ in }
                #expect(ended.status == status, "\(flags) \(environment): \(ended)")
            }
        }
    }

    @Test func `A password manager can hand the token over without a file`() async throws {
        try await Workspace.with(rooms: 1) { workspace in
            let token = try #require(workspace.address.users.first { $0.username == "mgr" }).authToken
            let login = workspace.login().merging(["ROCKETCHAT_AUTH_TOKEN": ""]) { $1 }
            let piped = try await Program(in: workspace.folder.path, environment: login)(
                "run", "mapping.csv", "--auth-token-file", "-", "--no-progress", input: token + "\nsomething else\n")
            #expect(piped.status == 0, "\(piped)")
            let shell = Program(
                "/bin/bash", in: workspace.folder.path, environment: login.merging(["T": token]) { $1 })
            let handed = try await shell(
                "-c", "'\(Program.path)' verify mapping.csv.journal.db --auth-token-file <(sleep 0.1; echo \"$T\")")
            #expect(handed.status == 0, "\(handed)")

            try workspace.folder.write(token + "\n", as: "open")
            let exposed = try await shell("-c", "'\(Program.path)' doctor --auth-token-file - < open")
            exposed.expectRefusal(78, naming: ["chmod 600"])
            let nothing = try await Program(in: workspace.folder.path, environment: login)(
                "run", "mapping.csv", "--auth-token-file", "-")
            nothing.expectRefusal(78, naming: ["Standard input", "is empty"])
            let both = try await Program(in: workspace.folder.path, environment: login)(
                "run", "-", "--journal", "j.db", "--auth-token-file", "-", input: token)
            both.expectRefusal(78, naming: ["standard input", "mapping", "token"])
        }
    }

    @Test(arguments: [
        ["run"], ["lint"], ["status"], ["report"], ["rehearse"], ["run", "a", "b"], ["no-such-command"],
        ["run", "a.csv", "--no-such-option"], ["run", "a.csv", "--rate", "0"],
        ["run", "a.csv", "--rate", "fast"], ["run", "a.csv", "--rate", "-5/s"], ["run", "a.csv", "--concurrency", "0"],
        ["run", "a.csv", "--concurrency", "257"], ["run", "a.csv", "--concurrency", "many"],
        ["run", "a.csv", "--timeout", "0"], ["run", "a.csv", "--max-attempts", "0"],
        ["run", "a.csv", "--open-rooms", "close"], ["run", "a.csv", "--format", "xml"],
        ["run", "a.csv", "--delimiter", "space"], ["run", "a.csv", "--columns", "old"],
        ["run", "a.csv", "--log-level", "loud"], ["run", "-"], ["rehearse", "-"],
        ["rehearse", "-", "--journal", "j.db"],
        ["rehearse", "a.csv", "--open-share", "101"], ["rehearse", "a.csv", "--moved-share", "-1"],
        ["rehearse", "a.csv", "--rate-limit", "ten"], ["rehearse", "a.csv", "--rate-limit", "0/1"],
        ["sandbox", "--port", "65536"], ["sandbox", "--profile", "5.0"], ["sandbox", "--fault", "earthquake=1"],
        ["sandbox", "--fault", "html-200=2"], ["sandbox", "--denial-delay", "-1"], ["sandbox", "--clock-skew", "1e9"],
        ["sandbox", "--fault", "gzip=1,milliseconds=9223372036854775807"], ["sandbox", "--fault", "gzip=nan"],
        ["sandbox", "--clock-skew", "nan"], ["sandbox", "--denial-delay", "1e300"],
        ["sandbox", "--rate-limit", "10/1e300"], ["sandbox", "--port", "-9223372036854775809"],
    ])
    func `What makes no sense on the command line is refused with 64 and the option's name`(arguments: [String])
        async throws
    {
        let folder = try TemporaryDirectory()
        let ended = try await Program(in: folder.path).run(arguments) { _ in }
        let option = arguments.first { $0.hasPrefix("--") && $0 != "--journal" }
        ended.expectRefusal(64, naming: [option ?? "visitor-merge"])
        #expect(try folder.names == [])
    }

    @Test(arguments: [
        (["rnu"], "There is no command 'rnu'. Did you mean 'run'?"),
        (["rnu", "m.csv", "--plan", "x"], "There is no command 'rnu'. Did you mean 'run'?"),
        (["help", "rnu"], "There is no command 'rnu'. Did you mean 'run'?"),
        (["Stauts", "j.db"], "There is no command 'Stauts'. Did you mean 'status'?"),
        (["mapping.csv"], "There is no command 'mapping.csv'. The commands are suggest, run, audit, lint, doctor,"),
    ])
    func `A command that there is not is named, with the one that was meant`(arguments: [String], sentence: String)
        async throws
    {
        let folder = try TemporaryDirectory()
        let ended = try await Program(in: folder.path).run(arguments) { _ in }
        ended.expectRefusal(64, naming: [sentence])
        #expect(!ended.errors.contains("Unexpected"), "\(ended)")
    }

    @Test(arguments: [["help"], ["help", "run"], ["run", "--help"], ["--help"], ["help", "help"], ["--version"]])
    func `What asks for help gets it`(arguments: [String]) async throws {
        let folder = try TemporaryDirectory()
        let ended = try await Program(in: folder.path).run(arguments) { _ in }
        #expect(ended.status == 0 && ended.errors == "" && ended.output.count > 3, "\(ended)")
        if arguments.contains("run") { #expect(ended.output.contains("visitor-merge run mapping.csv"), "\(ended)") }
    }

    @Test(arguments: [
        ["run", "a.csv", "--auth-token", "seKret"], ["run", "a.csv", "--auth-token=seKret"],
        ["run", "a.csv", "--authToken=seKret"], ["doctor", "--token", "seKret"], ["--password=seKret", "run"],
        ["rnu", "--auth-token", "seKret"],
    ])
    func `A secret on the command line is refused with the way to give it, and not repeated`(arguments: [String])
        async throws
    {
        let folder = try TemporaryDirectory()
        let ended = try await Program(in: folder.path).run(arguments) { _ in }
        ended.expectRefusal(64, naming: ["--auth-token-file", "must not stand on a command line"])
        #expect(!ended.errors.contains("seKret"), "\(ended)")
    }

    @Test(arguments: [
        (["run", "a.csv", "--proxy", "http://me:seKret@proxy:3128"], "HTTPS_PROXY"),
        (["doctor", "--proxy=me:seKret@proxy"], "HTTPS_PROXY"), (["--proxy", "me:se/seKret@proxy"], "HTTPS_PROXY"),
        (["audit", "a.csv", "--proxy", "http://seKret@proxy:3128"], "HTTPS_PROXY"),
        (["run", "a.csv", "--proxy", "socks5://me:seKret@proxy"], "HTTPS_PROXY"),
        (["run", "a.csv", "--url", "https://me:seKret@chat.example.org"], "--user-id"),
        (["run", "a.csv", "--url=https://me:se/seKret@chat.example.org"], "--user-id"),
    ])
    func `A login in an address on the command line is refused with the way to give it, and not repeated`(
        arguments: [String], advice: String
    ) async throws {
        let folder = try TemporaryDirectory()
        let ended = try await Program(in: folder.path).run(arguments) { _ in }
        ended.expectRefusal(64, naming: ["everybody on this machine can read a command line", advice])
        #expect(!ended.errors.contains("seKret"), "\(ended)")
    }

    @Test(arguments: [
        (["run", "a.csv", "--max-duration", "1x"], "'1x' is no length of time: use one such as 90m or 8h."),
        (["run", "a.csv", "--plan-max-age", "x"], "'x' is no length of time: use one such as 90m or 8h."),
        (["run", "a.csv", "--concurrency", "many"], "it has to be a number from 1 to 256."),
        (["run", "a.csv", "--concurrency", "257"], "it has to be a number from 1 to 256."),
        (["run", "a.csv", "--timeout", "1s"], "it has to be a number from 1 to 3600."),
        (["run", "a.csv", "--max-attempts", "0"], "it has to be a number from 1 to 100."),
        (["doctor", "--moves", "0"], "it has to be a number from 1 to 1000000000."),
        (["rehearse", "a.csv", "--open-share", "101"], "it has to be a number from 0 to 100."),
        (["rehearse", "a.csv", "--moved-share", "5%"], "it has to be a number from 0 to 100."),
        (["sandbox", "--port", "http"], "it has to be a number from 0 to 65535."),
        (["sandbox", "--denial-delay", "61"], "it has to be seconds from 0 to 60."),
        (["sandbox", "--clock-skew", "1e9"], "it has to be seconds, at most a year."),
        (["suggest", "--largest-group", "1"], "it has to be a number from 2 to 1000."),
    ])
    func `A value that makes no sense is refused with what would`(arguments: [String], sentence: String) async throws {
        let folder = try TemporaryDirectory()
        let ended = try await Program(in: folder.path).run(arguments) { _ in }
        ended.expectRefusal(64, naming: ["The value '\(arguments.last ?? "")' is invalid for '", sentence])
    }

    private func protect(_ path: String, _ mode: Int) throws {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }
}
