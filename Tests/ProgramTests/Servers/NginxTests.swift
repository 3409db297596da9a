import FoundationEssentials
import Sandbox
import TestSupport
import Testing

/// TLS for real: nginx with certificates of a private authority, in front of the sandbox.
@Suite(.enabled(if: Nginx.isPossible, "needs nginx and openssl: scripts/prepare tests"))
struct NginxTests {
    private static let arguments = ["run", "mapping.csv", "--no-progress", "--max-attempts", "2"]

    /// How the program is told whom to trust.
    enum Trust: CaseIterable {
        case flag
        case variable
        case ownVariable
        /// The flag comes before a variable that names something else.
        case flagBeforeVariable

        fileprivate func told(_ file: String) -> (arguments: [String], environment: [String: String]) {
            switch self {
            case .flag: (["--ca-file", file], [:])
            case .variable: ([], ["SSL_CERT_FILE": file])
            case .ownVariable: ([], ["VISITOR_MERGE_CA_FILE": file])
            case .flagBeforeVariable: (["--ca-file", file], ["SSL_CERT_FILE": "/nowhere.pem"])
            }
        }
    }

    @Test(arguments: Trust.allCases)
    func `A server with a certificate of a private authority is reached when that is named`(trust: Trust) async throws {
        try await Workspace.with(rooms: 3) { workspace in
            let authority = try await CertificateAuthority()
            let nginx = Nginx(
                certificate: try await authority.issue(for: "DNS:localhost"), upstreams: [workspace.port],
                path: "/chat/")
            try await nginx.serve {
                let told = trust.told(authority.file)
                let url = "https://localhost:\(nginx.port)/chat"
                let program = workspace.program(
                    as: "mgr", told.environment.merging(["ROCKETCHAT_URL": url]) { $1 })
                let ended = try await program.run(Self.arguments + told.arguments) { _ in }
                #expect(ended.status == 0 && ended.counts == ["merged": 3], "\(ended)")
            }
            #expect(workspace.sandbox.moves.count == 3)
        }
    }

    /// A certificate that must not be trusted, and the words that say why.
    struct Flaw: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var names = "DNS:localhost,IP:127.0.0.1"
        var days = 2
        var isAuthorityNamed = true
        var url = "https://localhost"
        var words: [String]
    }

    @Test(arguments: [
        Flaw(testDescription: "authority", isAuthorityNamed: false, words: ["not trusted", "authority", "--ca-file"]),
        Flaw(testDescription: "date", days: -1, words: ["not trusted", "out of date"]),
        Flaw(testDescription: "name", names: "DNS:chat.example.org", words: ["certificate is for another name"]),
        Flaw(
            testDescription: "address", names: "DNS:localhost,IP:127.0.0.2", url: "https://127.0.0.1",
            words: ["certificate is for another name"]),
    ])
    func `A certificate that proves nothing is refused before anything is sent`(_ flaw: Flaw) async throws {
        try await Workspace.with(rooms: 2) { workspace in
            let authority = try await CertificateAuthority()
            let certificate = try await authority.issue(for: flaw.names, days: flaw.days)
            let nginx = Nginx(certificate: certificate, upstreams: [workspace.port])
            let url = "\(flaw.url):\(nginx.port)"
            try await nginx.serve {
                let program = workspace.program(as: "mgr", ["ROCKETCHAT_URL": url])
                let trust = flaw.isAuthorityNamed ? ["--ca-file", authority.file] : []
                let ended = try await program.run(Self.arguments + trust) { _ in }
                #expect(ended.status == 69, "\(ended)")
                for word in flaw.words + [url] {
                    #expect(ended.errors.contains(word) && ended.output.contains(word), "\(word): \(ended)")
                }
            }
            #expect(workspace.sandbox.requestLog.isEmpty)
            #expect(try workspace.report().balance.balanced)
        }
    }

    @Test(arguments: [("30s", 502), ("1ms", 504)])
    func `A server that is down behind nginx is unreachable, and the same command goes on when it is up`(
        timeout: String, status: Int
    ) async throws {
        // What stands still for a while makes nginx lose its patience; where nobody listens it gives up at once.
        let faults = status == 504 ? [try Fault(.delayBeforeWrite, count: 2, milliseconds: 2000)] : []
        try await Workspace.with(rooms: 2, faults: faults) { workspace in
            let authority = try await CertificateAuthority()
            var nginx = Nginx(
                certificate: try await authority.issue(for: "DNS:localhost"),
                upstreams: [status == 504 ? workspace.port : Port.free()], timeout: timeout)
            let program = workspace.program(
                as: "mgr",
                ["ROCKETCHAT_URL": "https://localhost:\(nginx.port)", "VISITOR_MERGE_CA_FILE": authority.file])
            let ended = try await nginx.serve { try await program.run(Self.arguments) { _ in } }
            #expect(ended.status == 69, "\(ended)")
            #expect(ended.errors.contains("status \(status)") && !ended.errors.contains("<"), "\(ended)")
            #expect(workspace.sandbox.moves.isEmpty)

            nginx.upstreams = [workspace.port]
            nginx.timeout = "30s"
            let again = try await nginx.serve { try await program.run(Self.arguments) { _ in } }
            #expect(again.status == 0 && workspace.sandbox.moves.count == 2, "\(again)")
        }
    }

    /// Its pages say neither how long to wait nor what is allowed.
    @Test(arguments: [503, 429], ["auto", "10/s"])
    func `What nginx refuses because it comes too quickly is sent again more slowly, and nothing is given up`(
        status: Int, rate: String
    ) async throws {
        try await Workspace.with(rooms: 20) { workspace in
            let authority = try await CertificateAuthority()
            let nginx = Nginx(
                certificate: try await authority.issue(for: "DNS:localhost"), upstreams: [workspace.port],
                limit: (rate: "rate=5r/s", burst: 5, status: status))
            try await nginx.serve {
                let program = workspace.program(
                    as: "adm",
                    ["ROCKETCHAT_URL": "https://localhost:\(nginx.port)", "VISITOR_MERGE_CA_FILE": authority.file])
                let ended = try await program(
                    "run", "mapping.csv", "--no-progress", "--rate", rate, "--log-level", "notice")
                #expect(ended.status == 0 && ended.counts == ["merged": 20], "\(ended)")
                let advice = rate == "auto" ? "--rate " : "a lower --rate, or --rate auto"
                #expect(
                    ended.lines.contains { $0.hasPrefix("Limited by something in front of the server; try \(advice)") },
                    "\(ended)")
                #expect(ended.errors.contains("Slowed down: something in front") == (rate == "auto"), "\(ended.errors)")
            }
            #expect(workspace.sandbox.moves.count == 20)
        }
    }

    @Test func `A PUT that nginx sent to a second server when the first had no answer counts once`() async throws {
        let faults = [try Fault(.dropAfterWrite, share: 0.3, route: "livechat/room.visitor")]
        try await Workspace.with(rooms: 30, faults: faults) { workspace in
            let authority = try await CertificateAuthority()
            let certificate = try await authority.issue(for: "DNS:localhost")
            // Two processes of one workspace: what one has written the other one knows.
            let nginx = Nginx(certificate: certificate, upstreams: [workspace.port, workspace.port])
            try await nginx.serve {
                let program = workspace.program(
                    as: "mgr",
                    ["ROCKETCHAT_URL": "https://localhost:\(nginx.port)", "VISITOR_MERGE_CA_FILE": authority.file])
                let ended = try await program(
                    "run", "mapping.csv", "--no-progress", "--rate", "unlimited", "--open-rooms", "move")
                #expect(ended.status == 0, "\(ended)")
            }
            let moved = workspace.sandbox.moves.map(\.rid)
            #expect(moved.count == 30 && Set(moved).count == 30)
            #expect(workspace.puts.count > 30, "nginx sent some of them twice")
            let report = try workspace.report()
            #expect(report.balance.balanced && report.operations["conflict"] == 0)
        }
    }
}

extension Workspace {
    /// The port of the sandbox.
    var port: Int { address.url.split(separator: ":").last.flatMap { Int($0) } ?? 0 }
}
