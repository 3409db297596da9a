import FoundationEssentials
import Sandbox
import TestSupport
import Testing

/// Through tinyproxy, as out of a company's network.
@Suite(.enabled(if: Tinyproxy.isPossible, "needs tinyproxy: scripts/prepare tests"))
struct ProxyTests {
    private static let arguments = ["run", "mapping.csv", "--no-progress", "--max-attempts", "2"]

    /// How the proxy is named to the program, and whether that leads through it.
    struct Way: Sendable, CustomTestStringConvertible {
        var testDescription: String { "\(variables) \(flag ?? "")" }
        /// `PROXY` stands for its host and port.
        var variables: [String: String] = [:]
        var flag: String?
        var leadsThrough = true
    }

    @Test(
        .enabled(if: Nginx.isPossible, "needs nginx and openssl: scripts/prepare tests"),
        arguments: [
            Way(flag: "http://PROXY"), Way(variables: ["VISITOR_MERGE_PROXY": "http://PROXY"]),
            Way(variables: ["HTTPS_PROXY": "http://PROXY"]), Way(variables: ["https_proxy": "PROXY"]),
            Way(variables: ["ALL_PROXY": "http://PROXY/"]),
            Way(variables: ["HTTPS_PROXY": "http://127.0.0.1:1"], flag: "http://PROXY"),
            Way(variables: ["HTTPS_PROXY": "http://PROXY", "NO_PROXY": "localhost.example.org,127.0.0.1"]),
            Way(variables: ["HTTPS_PROXY": "http://PROXY", "NO_PROXY": "example.org, localhost"], leadsThrough: false),
            Way(variables: ["HTTPS_PROXY": "http://PROXY", "no_proxy": "*"], leadsThrough: false),
            Way(variables: ["NO_PROXY": "localhost"], flag: "http://PROXY", leadsThrough: false),
            Way(variables: ["HTTPS_PROXY": "http://PROXY"], flag: "", leadsThrough: false),
            Way(variables: ["http_proxy": "http://PROXY", "HTTP_PROXY": "http://PROXY"], leadsThrough: false),
        ])
    func `A server with TLS is reached through the proxy that is named for it, and through no other`(
        _ way: Way
    ) async throws {
        try await Workspace.with(rooms: 2) { workspace in
            let authority = try await CertificateAuthority()
            let nginx = Nginx(
                certificate: try await authority.issue(for: "DNS:localhost"), upstreams: [workspace.port])
            let proxy = try Tinyproxy(allowedPort: nginx.port)
            var environment = way.variables.mapValues { $0.replacing("PROXY", with: "127.0.0.1:\(proxy.port)") }
            environment["ROCKETCHAT_URL"] = "https://localhost:\(nginx.port)"
            let flag = way.flag.map { ["--proxy", $0.replacing("PROXY", with: "127.0.0.1:\(proxy.port)")] } ?? []
            let program = workspace.program(as: "mgr", environment)
            try await nginx.serve {
                try await proxy.serve {
                    let ended = try await program.run(Self.arguments + ["--ca-file", authority.file] + flag) { _ in }
                    #expect(ended.status == 0 && workspace.sandbox.moves.count == 2, "\(ended)")
                }
            }
            let connections = try Set(proxy.connections)
            #expect(connections == (way.leadsThrough ? ["localhost:\(nginx.port)"] : []))
        }
    }

    @Test(arguments: [
        Way(flag: "http://PROXY"),
        Way(
            variables: ["http_proxy": "http://PROXY", "HTTPS_PROXY": "http://PROXY", "ALL_PROXY": "http://PROXY"],
            leadsThrough: false),
    ])
    func `Plain http on this machine takes only the way that is named for this tool`(_ way: Way) async throws {
        try await Workspace.with(rooms: 2) { workspace in
            let proxy = try Tinyproxy(allowedPort: workspace.port)
            let environment = way.variables.mapValues { $0.replacing("PROXY", with: "127.0.0.1:\(proxy.port)") }
            let flag = way.flag.map { ["--proxy", $0.replacing("PROXY", with: "127.0.0.1:\(proxy.port)")] } ?? []
            try await proxy.serve {
                let ended = try await workspace.program(as: "mgr", environment).run(Self.arguments + flag) { _ in }
                #expect(ended.status == 0 && workspace.sandbox.moves.count == 2, "\(ended)")
            }
            #expect(try Set(proxy.connections) == (way.leadsThrough ? ["127.0.0.1:\(workspace.port)"] : []))
        }
    }

    @Test func `A proxy that refuses to connect makes the server unreachable`() async throws {
        try await Workspace.with(rooms: 2) { workspace in
            let proxy = try Tinyproxy(allowedPort: 443)
            let ended = try await proxy.serve {
                try await workspace.program().run(
                    Self.arguments + ["--proxy", "http://127.0.0.1:\(proxy.port)"]
                ) { _ in }
            }
            #expect(ended.status == 69, "\(ended)")
            let sentence = "The proxy 127.0.0.1:\(proxy.port) does not connect to \(workspace.address.url)"
            #expect(ended.errors.contains(sentence) && ended.output.contains(sentence), "\(ended)")
            #expect(workspace.sandbox.requestLog.isEmpty)
        }
    }

    @Test func `A proxy that is not there is named`() async throws {
        try await Workspace.with(rooms: 2) { workspace in
            let port = Port.free()
            let program = workspace.program(
                as: "mgr", ["ROCKETCHAT_URL": "https://chat.example.org", "HTTPS_PROXY": "http://127.0.0.1:\(port)"])
            let ended = try await program.run(Self.arguments) { _ in }
            #expect(ended.status == 69, "\(ended)")
            #expect(ended.errors.contains("The proxy 127.0.0.1:\(port) cannot be reached: connection refused"))
        }
    }

    @Test func `A server with TLS that is named by its address goes through no proxy`() async throws {
        try await Workspace.with(rooms: 1) { workspace in
            let program = workspace.program(
                as: "mgr", ["ROCKETCHAT_URL": "https://192.0.2.7", "HTTPS_PROXY": "http://127.0.0.1:1"])
            let ended = try await program.run(Self.arguments) { _ in }
            ended.expectRefusal(78, naming: ["certificate", "by its name", "--proxy ''"])
        }
    }

    @Test func `Plain http goes through no proxy elsewhere`() async throws {
        try await Workspace.with(rooms: 1) { workspace in
            let program = workspace.program(
                as: "mgr", ["VISITOR_MERGE_PROXY": "http://ann:hunter2@proxy.example.org:3128"])
            let ended = try await program.run(Self.arguments) { _ in }
            ended.expectRefusal(78, naming: ["proxy.example.org:3128", "auth token", "--allow-insecure-http"])
            #expect(!ended.errors.contains("hunter2"))
        }
    }

    @Test(
        arguments: [
            // tinyproxy answers 407 where nothing is given, and 401 to what is wrong.
            (nil, 76, ["wants a user and a password", "407"]), ("ann:wrong", 69, ["does not connect to", "refuses"]),
        ] as [(String?, Int32, [String])])
    func `A proxy that wants other credentials says so`(login: String?, status: Int32, words: [String]) async throws {
        try await Workspace.with(rooms: 2) { workspace in
            let proxy = try Tinyproxy(login: "ann hunter2")
            let url = "http://\(login.map { $0 + "@" } ?? "")127.0.0.1:\(proxy.port)"
            let ended = try await proxy.serve {
                try await workspace.program(as: "mgr", ["VISITOR_MERGE_PROXY": url]).run(Self.arguments) { _ in }
            }
            #expect(ended.status == status, "\(ended)")
            for word in words + ["The proxy 127.0.0.1:\(proxy.port) "] {
                #expect(ended.errors.contains(word), "\(word): \(ended)")
            }
            #expect(!(ended.errors + ended.output).contains("wrong"))
            #expect(workspace.sandbox.requestLog.isEmpty)
        }
    }

    @Test(arguments: [true, false])
    func `The credentials of a proxy are used and shown nowhere`(isInFile: Bool) async throws {
        try await Workspace.with(rooms: 3, open: [1]) { workspace in
            let proxy = try Tinyproxy(login: "ann hunter2")
            let url = "http://ann:hunter2@127.0.0.1:\(proxy.port)"
            let other = try TemporaryDirectory()
            let settings = try other.write(#"{"proxy": "\#(url)"}"#, as: "settings.json")
            let program = workspace.program(as: "mgr", isInFile ? [:] : ["VISITOR_MERGE_PROXY": url])
            let flag = isInFile ? ["--config", settings] : []
            let (ended, doctor) = try await proxy.serve {
                (
                    try await program.run(Self.arguments + flag + ["--log-level", "trace"]) { _ in },
                    try await program.run(["doctor", "--log-level", "trace"] + flag) { _ in }
                )
            }
            // A live conversation is left for the next run, so the command that goes on is printed.
            #expect(ended.status == 2 && ended.counts == ["merged": 2, "deferred": 1], "\(ended)")
            #expect(ended.output.contains("Next: visitor-merge run mapping.csv"))
            #expect(doctor.status == 0 || doctor.status == 1, "\(doctor)")
            let said = [ended.output, ended.errors, doctor.output, doctor.errors]
            #expect(said.allSatisfy { !$0.contains("hunter2") && !$0.contains("YW5uOmh1bnRlcjI") })
            let kept = try await Program("/bin/grep", in: workspace.folder.path)(
                "-rlE", "hunter2|YW5uOmh1bnRlcjI", ".")
            #expect(kept.status == 1 && kept.output == "", "\(kept)")
            #expect(try !proxy.connections.isEmpty)
        }
    }
}
