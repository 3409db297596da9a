import FoundationEssentials
import Logging
import Sandbox
import TestSupport
import Testing

@Suite(.serialized) struct DoctorTests {
    private static let removed = "the endpoint that moves rooms was removed in 7.0"

    @Test(arguments: [
        (Profile.v6_9, "adm", Int32(0), "admin bypasses it by default"),
        (.v6_9, "mgr", 0, "the server allows 10 calls per minute, and the caller does not bypass the limit"),
        (.v6_9, "agt", 0, "Without it visitor lines need a room line as anchor"),
        (.v6_9, "mon", 77, "Give a role of the caller change-livechat-room-visitor"),
        (.v6_9, "usr", 77, "Give a role of the caller change-livechat-room-visitor"),
        (.v6_4, "adm", 0, "Rocket.Chat 6.4.8, which has room.visitor"),
        (.v6_4, "mgr", 0, "cannot be tested without moving a room, but livechat-manager has it by default"),
        (.v6_4, "agt", 0, "cannot be tested without moving a room, but livechat-agent has it by default"),
        (.v6_4, "mon", 0, "cannot be tested without moving a room, and no role of the caller has it by default"),
        (.v6_4, "usr", 77, "Give a role of the caller change-livechat-room-visitor (up to 6.4 view-l-room as well)"),
        (.v7_0, "adm", 76, removed), (.v7_0, "mgr", 76, removed), (.v7_0, "agt", 76, removed),
        (.v7_0, "mon", 76, removed), (.v7_0, "usr", 76, removed),
    ])
    func `Each version and each user has a status and a decisive sentence, and nothing is moved`(
        profile: Profile, user: String, status: Int32, sentence: String
    ) async throws {
        try await Self.serving(profile) { workspace in
            let before = workspace.sandbox.roomOwners
            let ended = try await workspace.program(as: user)("doctor")
            #expect(ended.status == status, "\(ended)")
            #expect(ended.output.contains(sentence), "\(ended)")
            #expect(ended.errors == "")
            #expect(workspace.sandbox.roomOwners == before && workspace.sandbox.moves.isEmpty)
            let writes = workspace.sandbox.requestLog.filter { $0.method != "GET" }
            #expect(writes.count == (profile == .v7_0 ? 0 : 1) && workspace.puts.isEmpty)
            let token = try #require(workspace.address.users.first { $0.username == user }?.authToken)
            #expect(!ended.output.contains(token))
        }
    }

    @Test func `A manager is told everything, and how long the moves take in his own time`() async throws {
        try await Self.serving() { workspace in
            let ended = try await workspace.program(as: "mgr", ["TZ": "XST-5:30"])("doctor", "--moves", "1")
            #expect(ended.lines.first == "\(workspace.address.url): moves can succeed")
            for finding in [
                "accepted for mgr, roles: livechat-manager", "the caller has change-livechat-room-visitor",
                "the server lets deprecated endpoints be called", "may list Omnichannel rooms: 3 rooms",
                "may read a room", "may find the rooms of a visitor", "agrees with this machine's",
                "the median of 7 requests; 1 move in flight keeps up with 10 calls per minute",
                "every answer came from one server process", "1 move takes about 6 s at 10 calls per minute, until ",
            ] {
                #expect(ended.output.contains(finding), "\(finding) in \(ended.output)")
            }
            #expect(ended.output.contains(" +0530 if begun now"))
            #expect(!ended.output.contains("not-checked"))
        }
    }

    @Test func `On 7 what can be read is checked, and the clean-up is said to belong before it`() async throws {
        try await Self.serving(.v7_0) { workspace in
            let ended = try await workspace.program(as: "mgr")("doctor")
            #expect(ended.status == 76)
            #expect(ended.output.contains("the clean-up belongs before the upgrade to 7.0"))
            #expect(ended.output.contains("may find the rooms of a visitor"))
            #expect(ended.output.contains("not checked: endpoint, deprecation-switch, rate-limit, estimate"))
        }
    }

    @Test(arguments: [(300, "5 min ahead of"), (-300, "5 min behind")])
    func `A clock that is wrong by five minutes is a warning that leaves the waiting rules alone`(
        seconds: Int, sentence: String
    ) async throws {
        try await Self.serving(clockSkew: .seconds(seconds)) { workspace in
            let ended = try await workspace.program(as: "mgr")("doctor", "--quiet")
            #expect(ended.status == 0, "\(ended)")
            #expect(ended.output.contains("the server's clock is \(sentence) this machine's"), "\(ended)")
            #expect(ended.output.contains("is not affected"))
            #expect(ended.output.contains("allows 10 calls per minute"), "the limit is read by the server's clock")
        }
    }

    @Test func `A server that is down cannot be reached, and nothing else is claimed`() async throws {
        try await Workspace.with(rooms: 1) { workspace in
            let ended = try await workspace.program(as: "mgr", ["ROCKETCHAT_URL": "http://127.0.0.1:1"])("doctor")
            #expect(ended.status == 69, "\(ended)")
            #expect(ended.lines.first == "http://127.0.0.1:1: no move can succeed")
            #expect(ended.output.contains("problem  server"))
            #expect(ended.output.contains("not checked: version, credentials, endpoint,"))
            #expect(workspace.sandbox.requestLog.isEmpty)
        }
    }

    @Test func `A server that does not speak TLS is told from one that is down`() async throws {
        try await Workspace.with(rooms: 1) { workspace in
            let url = workspace.address.url.replacing("http://", with: "https://")
            let program = workspace.program(as: "mgr", ["ROCKETCHAT_URL": url])
            for ended in [try await program("doctor"), try await program("run", "mapping.csv", "--max-attempts", "1")] {
                #expect(ended.status == 69, "\(ended)")
                #expect(ended.output.contains("\(url) does not speak TLS: is it http:// instead?"), "\(ended)")
                #expect(!(ended.output + ended.errors).contains("/.build/"), "\(ended)")
            }
        }
    }

    @Test(arguments: [
        "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 405 Method Not Allowed\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
    ])
    func `An address that has no version to tell is no Rocket.Chat, and not a too new one`(answer: String) async throws
    {
        let folder = try TemporaryDirectory()
        try await HostileServer.with({ _ in [.send(answer)] }) { server in
            let ended = try await Program(
                in: folder.path,
                environment: [
                    "ROCKETCHAT_URL": server.url + "/chat", "ROCKETCHAT_USER_ID": "user", "ROCKETCHAT_AUTH_TOKEN": "t",
                ])("doctor")
            #expect(ended.status == 76, "\(ended)")
            for sentence in [
                "\(server.url)/chat has no /api/info (status 40",
                "): this is no Rocket.Chat, or its path prefix is missing",
                "Give the address of the workspace itself, with its path prefix if it has one",
            ] {
                #expect(ended.output.contains(sentence), "\(ended)")
            }
            #expect(!ended.output.contains("removed"), "\(ended)")
        }
    }

    @Test func `A wrong token ends the list at the credentials and is not shown`() async throws {
        try await Workspace.with(rooms: 1) { workspace in
            let token = "0123456789wrong0123456789"
            let ended = try await workspace.program(as: "mgr", ["ROCKETCHAT_AUTH_TOKEN": token])("doctor")
            #expect(ended.status == 77, "\(ended)")
            #expect(ended.output.contains("problem  credentials"))
            #expect(ended.output.contains("Make a personal access token"))
            #expect(!ended.output.contains(token) && !ended.errors.contains(token))
            #expect(workspace.sandbox.requestLog.allSatisfy { $0.method == "GET" })
        }
    }

    @Test(arguments: [
        (Fault.Name.html200, String?.none, "problem  server", "instead of JSON"),
        (.html200, "livechat/room.visitor", "problem  endpoint", "instead of JSON"),
        (.deprecationThrows, nil, "problem  deprecation-switch", "ROCKET_CHAT_DEPRECATION_THROW_ERRORS"),
    ])
    func `A page or a refusal of deprecated endpoints is no server to move rooms on`(
        name: Fault.Name, route: String?, problem: String, sentence: String
    ) async throws {
        try await Workspace.with(rooms: 1, faults: [try Fault(name, route: route)]) { workspace in
            let ended = try await workspace.program(as: "mgr")("doctor")
            #expect(ended.status == 76, "\(ended)")
            #expect(ended.output.contains(problem) && ended.output.contains(sentence), "\(ended)")
            #expect(workspace.sandbox.moves.isEmpty)
        }
    }

    @Test func `A hiccup is no outage`() async throws {
        let fault = try Fault(.badGatewayBeforeWrite, route: "me", count: 1)
        try await Workspace.with(rooms: 1, faults: [fault]) { workspace in
            let ended = try await workspace.program(as: "mgr")("doctor")
            #expect(ended.status == 0, "\(ended)")
            #expect(workspace.sandbox.requestLog.filter { $0.route == "/api/v1/me" }.map(\.status) == [502, 200])
        }
    }

    @Test func `The result as JSON says the same, and null for what is not known`() async throws {
        try await Self.serving() { workspace in
            let ended = try await workspace.program(as: "mgr")("doctor", "--json", "--moves", "20000")
            #expect(ended.status == 0, "\(ended)")
            let report = try JSONDecoder().decode(Reported.self, from: Data(ended.output.utf8))
            #expect(report.schema == "visitor-merge/doctor/1")
            #expect(report.server.url == workspace.address.url && report.server.version == "6.9")
            #expect(report.estimate?.moves == 20000 && report.estimate?.seconds == 120_000)
            #expect(report.rate_limit?.calls == 10 && report.rate_limit?.window_seconds == 60)
            #expect(report.reason == nil && report.instances == 1)
            #expect(report.findings.map(\.name).first == "server" && report.findings.count == 14)
            #expect(report.findings.allSatisfy { ["ok", "note"].contains($0.level) && !$0.found.isEmpty })
            let admin = try await workspace.program(as: "adm")("doctor", "--json")
            #expect(admin.output.contains("\"rate_limit\" : null"))
        }
        try await Workspace.with(rooms: 1, profile: .v7_0) { workspace in
            let ended = try await workspace.program(as: "mgr")("doctor", "--json")
            #expect(ended.status == 76)
            let report = try JSONDecoder().decode(Reported.self, from: Data(ended.output.utf8))
            #expect(report.reason == "version-too-new" && report.estimate == nil)
            #expect(report.findings.first { $0.level == "problem" }?.name == "version")
            #expect(ended.output.contains("\"estimate\" : null"))
        }
    }

    @Test func `With --quiet nothing is said when nothing has to be done`() async throws {
        try await Workspace.with(rooms: 1) { workspace in
            let well = try await workspace.program(as: "mgr")("doctor", "--quiet")
            #expect(well.status == 0 && well.output == "" && well.errors == "", "\(well)")
            let warned = try await workspace.program(as: "agt")("doctor", "--quiet")
            #expect(warned.status == 0 && warned.output.contains("warning  livechat/rooms"), "\(warned)")
        }
    }

    @Test func `What makes no sense is refused before anybody is asked`() async throws {
        try await Workspace.with(rooms: 1) { workspace in
            let usage = try await workspace.program(as: "mgr")("doctor", "--moves", "0")
            #expect(usage.status == 64 && usage.errors.contains("--moves"), "\(usage)")
            let nowhere = try await workspace.program(as: "mgr", ["ROCKETCHAT_URL": ""])("doctor")
            #expect(nowhere.status == 78, "\(nowhere)")
            #expect(workspace.sandbox.requestLog.isEmpty)
        }
    }

    /// Serves three rooms behind the default limit, with a window that never ends, however slow the machine is.
    private static func serving(
        _ profile: Profile = .v6_9, clockSkew: Duration = .zero, _ body: @Sendable (Workspace) async throws -> Void
    ) async throws {
        let time = SandboxTime(
            now: SandboxTime.system.now, elapsed: { .zero }, sleep: SandboxTime.system.sleep)
        let seed = Seed(
            visitors: [Seed.Visitor(id: "old"), Seed.Visitor(id: "new")],
            rooms: (0..<3).map { Seed.Room(id: "room\($0)", visitorID: "old") })
        let sandbox = SandboxServer(
            SandboxConfiguration(
                profile: profile, seed: seed, denialDelay: .zero, clockSkew: clockSkew, time: time,
                logger: Logger(label: "sandbox") { _ in SwiftLogNoOpLogHandler() }))
        try await sandbox.serve { address in
            try await body(Workspace(folder: try TemporaryDirectory(), sandbox: sandbox, address: address))
        }
    }

    /// What the tests read of the JSON.
    private struct Reported: Decodable {
        struct Server: Decodable {
            var url: String
            var version: String?
        }

        struct Finding: Decodable {
            var name: String
            var level: String
            var found: String
            var advice: String?
        }

        struct Estimate: Decodable {
            var moves: Int
            var seconds: Int
        }

        struct Limit: Decodable {
            var calls: Int
            var window_seconds: Double
        }

        var schema: String
        var server: Server
        var reason: String?
        var findings: [Finding]
        var estimate: Estimate?
        var rate_limit: Limit?
        var instances: Int
    }
}
