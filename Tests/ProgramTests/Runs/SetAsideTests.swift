import FoundationEssentials
import Sandbox
import TestSupport
import Testing

/// A proxy that refuses single requests, and lets all others through.
@Suite(.enabled(if: Nginx.isPossible, "needs nginx and openssl: scripts/prepare tests"))
struct SetAsideTests {
    private func withNginx(
        _ workspace: Workspace, rules: String, _ body: @Sendable (Program) async throws -> Void
    ) async throws {
        let authority = try await CertificateAuthority()
        let nginx = Nginx(
            certificate: try await authority.issue(for: "DNS:localhost"), upstreams: [workspace.port], path: "/chat/",
            rules: rules)
        try await nginx.serve {
            try await body(
                workspace.program(
                    as: "mgr",
                    [
                        "ROCKETCHAT_URL": "https://localhost:\(nginx.port)/chat", "SSL_CERT_FILE": authority.file,
                        "VISITOR_MERGE_RATE": "unlimited",
                    ]))
        }
    }

    @Test func `A PUT that a firewall refuses every time is one refused line of twelve`() async throws {
        let long = String(repeating: "x", count: 120)
        let rooms = (0..<11).map { "room\($0)" } + [long]
        let seed = Seed(
            visitors: ["old", "new"].map { Seed.Visitor(id: $0) },
            rooms: rooms.map { Seed.Room(id: $0, visitorID: "old") })
        try await Workspace.with(seed: seed) { workspace in
            // The refused line stands first, so that every run begins with it.
            let lines = rooms.reversed().map { "\($0),old,new\n" }.joined()
            try workspace.folder.write("rid,old,new\n" + lines, as: "mapping.csv")
            try await withNginx(workspace, rules: "client_max_body_size 170;") { program in
                for _ in 0..<2 {
                    let ended = try await program("run", "mapping.csv", "--no-progress")
                    #expect(ended.status == 1, "\(ended)")
                    #expect(ended.output.contains("refused-on-the-way"), "\(ended)")
                }
                let reported = try workspace.table("mapping.csv.report/operations.csv")
                #expect(reported.first?["state"] == "refused" && reported.first?["http_status"] == "413")
            }
            #expect(workspace.sandbox.moves.count == 11)
        }
    }

    @Test func `A line is named with the whole address that was refused`() async throws {
        try await Workspace.with(rooms: 3) { workspace in
            let rules = "if ($arg_roomId = room1) { return 403; }"
            try await withNginx(workspace, rules: rules) { program in
                let ended = try await program("run", "mapping.csv", "--no-progress")
                #expect(ended.status == 1, "\(ended)")
                #expect(ended.errors.contains("/chat/api/v1/rooms.info?roomId=room1"), "\(ended)")
                #expect(ended.errors.contains("room1") && ended.errors.contains("line"), "\(ended)")
            }
            #expect(workspace.sandbox.moves.count == 2)
        }
    }

    @Test func `A history that a proxy takes for another address keeps no other visitor from being merged`()
        async throws
    {
        let seed = Seed(
            visitors: ["a", "blocked", "c", "new", "other"].map { Seed.Visitor(id: $0) },
            rooms: ["a", "c"].map { (id: String) in Seed.Room(id: "of-\(id)", visitorID: id) }
                + (0..<400).map { Seed.Room(id: "other\($0)", visitorID: "other") })
        try await Workspace.with(seed: seed) { workspace in
            try workspace.folder.write("old,new\na,new\nblocked,new\nc,new\n", as: "mapping.csv")
            let rules = #"if ($uri ~ "/visitor/blocked") { return 404; }"#
            try await withNginx(workspace, rules: rules) { program in
                for _ in 0..<2 {
                    let ended = try await program("run", "mapping.csv", "--no-progress")
                    #expect(ended.status == 1, "\(ended)")
                    #expect(ended.errors.contains("line=3") && ended.errors.contains("/visitor/blocked"), "\(ended)")
                    let lines = try workspace.table("mapping.csv.report/lines.csv")
                    #expect(lines.map { $0["outcome"] } == ["merged", "refused", "merged"])
                    #expect(lines[1]["reason"] == "refused-on-the-way")
                }
            }
            #expect(workspace.sandbox.moves.count == 2)
        }
    }
}
