import FoundationEssentials
import Sandbox
import TestSupport
import Testing

@testable import CLI

/// How a token, an id and an address come from people's hands to the server.
struct TokenTests {
    @Test(arguments: [
        "abc", "abc\n", "\n\nabc\r\nsomething else\n", " \tabc ", "\"abc\"", "'abc'\n", "“abc”", "Bearer abc",
        "bearer  abc",
        "\"Bearer abc\"", "Bearer 'abc'", "\u{FEFF}abc\n", "\u{FEFF}\"abc\"", "\u{A0}abc\u{A0}", "a b c",
    ])
    func `A token is what is left without quotes, marks and the word of a header`(text: String) {
        #expect(PastedValue(token: text).text == "abc")
    }

    @Test(arguments: [
        ("a\"b", "a\"b"), ("\"abc", "\"abc"), ("abc'", "abc'"), ("\"abc'", "\"abc'"), ("bearerabc", "bearerabc"),
        ("", ""),
        ("\n \n", ""), ("\"\"", ""), ("\"", "\""),
    ])
    func `Half of a pair is left where it is`(text: String, token: String) {
        #expect(PastedValue(token: text).text == token)
    }

    @Test(arguments: [
        "ROCKETCHAT_AUTH_TOKEN=abc", "VISITOR_MERGE_AUTH_TOKEN=ROCKETCHAT_AUTH_TOKEN=abc",
        "rocketchat_auth_token = abc",
        "export ROCKETCHAT_AUTH_TOKEN='abc'", "\"ROCKETCHAT_AUTH_TOKEN=abc\"", "$env:ROCKETCHAT_AUTH_TOKEN = \"abc\"",
        "set ROCKETCHAT_AUTH_TOKEN=abc", "-e ROCKETCHAT_AUTH_TOKEN=abc", "X-Auth-Token: abc", "x-auth-token:abc",
        "-H \"X-Auth-Token: abc\"", "Authorization: Bearer abc", "\"authToken\": \"abc\",", "\"authToken\":\"abc\"",
        "authToken: abc", "{\"authToken\":\"abc\"}", "ROCKETCHAT_AUTH_TOKEN=\n", "Bearer", "ROCKETCHAT_AUTH_TOKEN=\"\"",
    ])
    func `A token is used without the name that was copied with it`(text: String) {
        #expect(PastedValue(token: text).text == (text.contains("abc") ? "abc" : ""))
    }

    @Test(arguments: [
        ("ROCKETCHAT_URL=https://chat.example.org", PastedValue.Purpose.address, "https://chat.example.org"),
        ("https://chat.example.org", .address, "https://chat.example.org"), ("X-User-Id: abc", .user, "abc"),
        ("export ROCKETCHAT_USER_ID=abc", .user, "abc"), ("\"userId\": \"abc\",", .user, "abc"),
        ("ROCKETCHAT_AUTH_TOKEN=abc", .user, "ROCKETCHAT_AUTH_TOKEN=abc"),
    ])
    func `So are an address and an id`(text: String, purpose: PastedValue.Purpose, value: String) {
        #expect(PastedValue(text, for: purpose).text == value)
    }

    @Test(arguments: ["ROCKETCHAT_AUTH_TOKENabc", "authTokenabc", "token=abc", "abc=", "a:b"])
    func `What is no name in front of a token stays`(text: String) {
        #expect(PastedValue(token: text).text == text)
    }

    @Test(arguments: ["", " ", "''", "Bearer ", "ROCKETCHAT_AUTH_TOKEN="])
    func `A token of nothing is no token, wherever it comes from`(text: String) async throws {
        let folder = try TemporaryDirectory()
        try folder.write(text, as: "token")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: folder("token"))
        let login = ["ROCKETCHAT_URL": "http://127.0.0.1:1", "ROCKETCHAT_USER_ID": "abc"]
        let variable = login.merging(["ROCKETCHAT_AUTH_TOKEN": text]) { $1 }
        try await Program(in: folder.path, environment: variable)("doctor").expectRefusal(78, naming: ["uth"])
        try await Program(in: folder.path, environment: login)("doctor", "--auth-token-file", "token")
            .expectRefusal(78, naming: ["The token file token is empty."])
        try await Program(in: folder.path, environment: variable.merging(["ROCKETCHAT_USER_ID": "''"]) { $1 })("doctor")
            .expectRefusal(78, naming: ["ROCKETCHAT_USER_ID is empty"])
    }

    @Test func `A token in the place of its file is not repeated`() async throws {
        let folder = try TemporaryDirectory()
        let token = String(repeating: "seKret7_", count: 5) + "x-y"
        let login = ["ROCKETCHAT_URL": "http://127.0.0.1:1", "ROCKETCHAT_USER_ID": "abc"]
        for (variables, option) in [
            (["VISITOR_MERGE_AUTH_TOKEN_FILE": token], []),
            (["VISITOR_MERGE_AUTH_TOKEN_FILE": "X-Auth-Token: \(token)"], []),
            ([:], ["--auth-token-file", token]),
        ] as [([String: String], [String])] {
            let program = Program(in: folder.path, environment: login.merging(variables) { $1 })
            let ended = try await program.run(["doctor"] + option) { _ in }
            ended.expectRefusal(78, naming: ["looks like the token itself"])
            #expect(!ended.errors.contains("seKret"), "\(ended)")
            let shown = try await program.run(["doctor", "--show-config"] + option) { _ in }
            #expect(!(shown.output + shown.errors).contains("seKret"), "\(shown)")
        }
        let named = try await Program(
            in: folder.path, environment: login.merging(["VISITOR_MERGE_AUTH_TOKEN": token]) { $1 })(
                "doctor")
        named.expectRefusal(78, naming: ["meant=ROCKETCHAT_AUTH_TOKEN "])
        #expect(!named.errors.contains("seKret"), "\(named)")
    }

    @Test func `A line break inside a token and the name of a user are called what they are`() async throws {
        try await Workspace.with(rooms: 1) { workspace in
            let token = workspace.login()["ROCKETCHAT_AUTH_TOKEN"] ?? ""
            let broken = try await workspace.program(
                as: "mgr", ["ROCKETCHAT_AUTH_TOKEN": token.prefix(9) + "\n" + token.dropFirst(9)])(
                    "run", "mapping.csv", "--no-progress")
            #expect(broken.status == 77, "\(broken)")
            #expect(
                broken.errors.contains(
                    "ROCKETCHAT_AUTH_TOKEN has a line break inside, and only the line before it is used."), "\(broken)")
            #expect(!broken.errors.contains("does not look like"), "the id may be right: \(broken)")
            let exchanged = try await workspace.program(as: "mgr", ["ROCKETCHAT_USER_ID": token])(
                "run", "mapping.csv", "--no-progress")
            #expect(exchanged.errors.contains("has \(token.count) characters, and an id has 17."), "\(exchanged)")
            #expect(!(exchanged.errors + exchanged.output).contains(token))
            for command in [
                ["run", "mapping.csv", "--no-progress"], ["audit", "mapping.csv", "--no-progress"], ["doctor"],
            ] {
                let named = try await workspace.program().run(command + ["--user-id", "mgr"]) { _ in }
                #expect(named.status == 77, "\(named)")
                let text = named.output + named.errors
                #expect(text.contains("“mgr” does not look like the id of a user"), "\(named)")
                #expect(text.contains("shows the id with each new personal access token"), "\(named)")
            }
        }
    }

    @Test func `What stands around values in the environment and in files does no harm, and quotes are mentioned`()
        async throws
    {
        try await Workspace.with(rooms: 1) { workspace in
            let login = workspace.login()
            let (url, user) = (workspace.address.url, login["ROCKETCHAT_USER_ID"] ?? "")
            let token = login["ROCKETCHAT_AUTH_TOKEN"] ?? ""
            try workspace.folder.write("\u{FEFF}\(token)\r\n", as: "token")
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: workspace.folder("token"))
            for (extra, words, remark) in [
                (
                    [
                        "ROCKETCHAT_AUTH_TOKEN": token + "\n", "ROCKETCHAT_USER_ID": user + "\n",
                        "ROCKETCHAT_URL": url + "\r\n",
                    ], [], ""
                ),
                (
                    ["ROCKETCHAT_AUTH_TOKEN": "\"\(token)\""], [],
                    "ROCKETCHAT_AUTH_TOKEN is used without the quotes around it."
                ),
                (
                    ["ROCKETCHAT_USER_ID": "'\(user)'"], ["--auth-token-file", "token"],
                    "ROCKETCHAT_USER_ID is used without the quotes"
                ),
                (
                    ["ROCKETCHAT_AUTH_TOKEN": "Bearer \(token)", "ROCKETCHAT_URL": "\"\(url)\""], [],
                    "“Bearer” in front of it"
                ),
                (
                    ["ROCKETCHAT_URL": url + "/api/v1/"], [],
                    "ROCKETCHAT_URL ends in /api/v1, which belongs to the API: the server is \(url)."
                ),
            ] as [([String: String], [String], String)] {
                let ended = try await workspace.program(as: "mgr", extra).run(["doctor"] + words) { _ in }
                #expect(ended.status == 0 && ended.errors.contains(remark), "\(ended)")
                #expect(!remark.isEmpty || ended.errors == "", "\(ended)")
                #expect(!ended.errors.contains(token))
            }
            let page = try await workspace.program(as: "mgr", ["ROCKETCHAT_URL": url + "/home"])("run", "mapping.csv")
            #expect(
                page.status == 76 && page.errors.contains("\(url)/home/api/info answered with text/html"), "\(page)")
            #expect(page.errors.contains("The path of a page is no part of it"), "\(page)")
        }
    }

    @Test(.enabled("needs a user whom permissions bind") { try await Unprivileged.canRun() })
    func `A token comes through a pipe or a socket of another user, and is not mistaken for a mapping`()
        async throws
    {
        try await Workspace.with(rooms: 1) { workspace in
            Unprivileged.own(workspace.folder.path)
            var environment = workspace.login()
            let token = environment.removeValue(forKey: "ROCKETCHAT_AUTH_TOKEN") ?? ""
            let script = """
                import os, socket, subprocess, sys
                become = [] if os.geteuid() else ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
                reader, writer = os.pipe()
                os.write(writer, sys.argv[2].encode() + b"\\n")
                os.close(writer)
                near, far = socket.socketpair()
                near.setblocking(False)
                command = become + [sys.argv[1], "doctor", "--auth-token-file"]
                print(subprocess.run(command + ["-"], stdin=reader, stdout=subprocess.DEVNULL).returncode)
                going = subprocess.Popen(command + ["/dev/stdin"], stdin=near, stdout=subprocess.DEVNULL)
                far.send(sys.argv[2].encode() + b"\\n")
                print(going.wait())
                """
            let ended = try await Program("/usr/bin/env", in: workspace.folder.path, environment: environment)(
                "python3", "-c", script, Program.path, token)
            #expect(ended.output == "0\n0\n", "\(ended)")
        }
    }

    @Test(arguments: ["typed", "interrupted"])
    func `On a terminal the token is asked for, not shown, and the terminal is left as it was`(how: String) async throws
    {
        try await Workspace.with(rooms: 1) { workspace in
            var environment = workspace.login()
            let token = environment.removeValue(forKey: "ROCKETCHAT_AUTH_TOKEN") ?? ""
            let script = """
                import os, pty, signal, subprocess, sys, termios
                terminal, device = pty.openpty()
                def echoes(): return bool(termios.tcgetattr(device)[3] & termios.ECHO)
                assert echoes()
                def lead():
                    os.setsid()
                    signal.signal(signal.SIGINT, signal.SIG_DFL)
                    import fcntl
                    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
                going = subprocess.Popen(
                    [sys.argv[1], "doctor", "--auth-token-file", "-"], stdin=device, stderr=device,
                    stdout=subprocess.DEVNULL, preexec_fn=lead)
                seen = b""
                while b"not shown" not in seen:
                    seen += os.read(terminal, 1024)
                while echoes():
                    pass
                os.write(terminal, sys.argv[2].encode() + b"\\n" if sys.argv[3] == "typed" else b"\\x03")
                print(going.wait(), echoes())
                os.set_blocking(terminal, False)
                try:
                    seen += os.read(terminal, 65536)
                except BlockingIOError:
                    pass
                print(sys.argv[2].encode() in seen)
                """
            let ended = try await Program("/usr/bin/env", in: workspace.folder.path, environment: environment)(
                "python3", "-c", script, Program.path, token, how)
            #expect(ended.output == (how == "typed" ? "0 True\nFalse\n" : "130 True\nFalse\n"), "\(ended)")
        }
    }
}
