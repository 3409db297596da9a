import Sandbox
import TestSupport
import Testing

/// Through microsocks, as over a tunnel that ssh makes.
@Suite(.enabled(if: Microsocks.isPossible, "needs microsocks: scripts/prepare tests"))
struct SOCKSProxyTests {
    private static let arguments = ["run", "mapping.csv", "--no-progress", "--max-attempts", "2", "--concurrency", "1"]

    @Test(.enabled(if: Nginx.isPossible, "needs nginx and openssl: scripts/prepare tests"))
    func `A server with TLS is reached by its name, which the proxy looks up`() async throws {
        try await Workspace.with(rooms: 3) { workspace in
            let authority = try await CertificateAuthority()
            let nginx = Nginx(
                certificate: try await authority.issue(for: "DNS:localhost"), upstreams: [workspace.port])
            let proxy = try Microsocks()
            let program = workspace.program(
                as: "mgr",
                ["ROCKETCHAT_URL": "https://localhost:\(nginx.port)", "ALL_PROXY": "socks5://127.0.0.1:\(proxy.port)"])
            try await nginx.serve {
                try await proxy.serve {
                    let ended = try await program.run(Self.arguments + ["--ca-file", authority.file]) { _ in }
                    #expect(ended.status == 0 && workspace.sandbox.moves.count == 3, "\(ended)")
                }
            }
            let connections = try Set(proxy.connections)
            #expect(connections == ["localhost:\(nginx.port)"])
        }
    }

    @Test func `Plain http on this machine goes through the proxy that is named for it`() async throws {
        try await Workspace.with(rooms: 2) { workspace in
            let proxy = try Microsocks()
            try await proxy.serve {
                let ended = try await workspace.program(as: "mgr").run(
                    Self.arguments + ["--proxy", "socks5://127.0.0.1:\(proxy.port)"]
                ) { _ in }
                #expect(ended.status == 0 && workspace.sandbox.moves.count == 2, "\(ended)")
            }
            let connections = try Set(proxy.connections)
            #expect(connections == ["127.0.0.1:\(workspace.port)"])
        }
    }

    @Test(arguments: [nil, "ann hunter2"])
    func `A proxy that does not connect is named, and nothing is sent`(login: String?) async throws {
        try await Workspace.with(rooms: 1) { workspace in
            let proxy = try Microsocks(login: login)
            // Without a login it would connect, but nobody listens there.
            let url = login == nil ? "http://127.0.0.1:\(Port.free())" : workspace.address.url
            let ended = try await proxy.serve {
                try await workspace.program(as: "mgr", ["ROCKETCHAT_URL": url]).run(
                    Self.arguments + ["--proxy", "socks5://127.0.0.1:\(proxy.port)"]
                ) { _ in }
            }
            #expect(ended.status == 69, "\(ended)")
            #expect(ended.errors.contains("The proxy 127.0.0.1:\(proxy.port) does not connect to \(url)"), "\(ended)")
            #expect(workspace.sandbox.requestLog.isEmpty)
        }
    }
}
