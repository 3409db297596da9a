import FoundationEssentials
import Logging
import Sandbox
import TestSupport

/// A sandbox for the length of a test, with the program beside it.
struct Workspace {
    let folder: TemporaryDirectory
    let sandbox: SandboxServer
    let address: SandboxAddress

    /// Serves `rooms` rooms, each with an old visitor of its own, and a mapping that merges all of them into one.
    static func with<Result: Sendable>(
        rooms: Int, rateLimit: RateLimit? = nil, faults: [Fault] = [], profile: Profile = .v6_9,
        open: Set<Int> = [], _ body: @Sendable (Workspace) async throws -> Result
    ) async throws -> Result {
        let seed = Seed(
            visitors: [Seed.Visitor(id: "new")] + (0..<rooms).map { Seed.Visitor(id: "old\($0)") },
            rooms: (0..<rooms).map { Seed.Room(id: "room\($0)", open: open.contains($0), visitorID: "old\($0)") })
        return try await with(seed: seed, rateLimit: rateLimit, faults: faults, profile: profile) { workspace in
            let lines = (0..<rooms).map { "room\($0),old\($0),new\n" }.joined()
            try workspace.folder.write("room_id,old_visitor_id,new_visitor_id\n" + lines, as: "mapping.csv")
            return try await body(workspace)
        }
    }

    /// Serves a seed.
    static func with<Result: Sendable>(
        seed: Seed, rateLimit: RateLimit? = nil, faults: [Fault] = [], profile: Profile = .v6_9,
        _ body: @Sendable (Workspace) async throws -> Result
    ) async throws -> Result {
        let folder = try TemporaryDirectory()
        let sandbox = SandboxServer(
            SandboxConfiguration(
                profile: profile, seed: seed, rateLimit: rateLimit, denialDelay: .zero, faults: faults,
                logger: Logger(label: "sandbox") { _ in SwiftLogNoOpLogHandler() }))
        return try await sandbox.serve { address in
            try await body(Workspace(folder: folder, sandbox: sandbox, address: address))
        }
    }

    /// The program with the credentials of a user of the sandbox.
    func program(as username: String = "mgr", _ extra: [String: String] = [:]) -> Program {
        Program(in: folder.path, environment: login(as: username).merging(extra) { $1 })
    }

    /// Where the sandbox is, and the credentials of one of its users, as the environment has them.
    func login(as username: String = "mgr") -> [String: String] {
        var environment = ["ROCKETCHAT_URL": address.url]
        if let user = address.users.first(where: { $0.username == username }) {
            environment["ROCKETCHAT_USER_ID"] = user.userID
            environment["ROCKETCHAT_AUTH_TOKEN"] = user.authToken
        }
        return environment
    }

    /// The header that opens the sandbox's control routes.
    var controlHeader: String { "X-Sandbox-Key: \(address.controlKey ?? "")" }

    /// PUTs for real rooms, in order of arrival; the preflight's probe is none.
    var puts: [String] {
        sandbox.requestLog.compactMap { record in
            record.method == "PUT" && record.rid?.hasPrefix("visitor-merge-probe") == false ? record.rid : nil
        }
    }

    /// Changes something in the sandbox while a program is going.
    func control(_ method: String, _ path: String, _ json: String) async throws {
        _ = try await answer(method, path, json)
    }

    /// What a control route answers.
    func answer(_ method: String, _ path: String, _ json: String) async throws -> String {
        try await answers([(method, path, json)]).first ?? ""
    }

    /// What control routes answer, each on one line.
    func answers(_ requests: [(method: String, path: String, json: String)]) async throws -> [String] {
        let ask = """
            import http.client, json, sys
            key, value = sys.argv[2].split(": ")
            connection = http.client.HTTPConnection(sys.argv[1].removeprefix("http://"))
            for method, path, body in json.load(open(sys.argv[3])):
                headers = {"Content-Type": "application/json", key: value}
                connection.request(method, "/sandbox/" + path, body.encode() or None, headers)
                answer = connection.getresponse()
                text = answer.read().decode()
                if answer.status >= 400: sys.exit(text)
                print(text)
            """
        let name = ".requests-\(UUID().uuidString)"
        try folder.write(
            String(decoding: try JSONEncoder().encode(requests.map { [$0.method, $0.path, $0.json] }), as: UTF8.self),
            as: name)
        defer { try? FileManager.default.removeItem(atPath: folder(name)) }
        let ended = try await Program("/usr/bin/env", in: folder.path)(
            "python3", "-c", ask, address.url, controlHeader, name)
        guard ended.status == 0 else { throw ControlFailure(errors: ended.errors) }
        return ended.lines
    }

    struct ControlFailure: Error {
        var errors: String
    }

    /// The rows of a CSV file without quoted fields, by column name.
    func table(_ name: String) throws -> [[String: String]] {
        let text = try String(decoding: Data(contentsOf: URL(filePath: folder(name))), as: UTF8.self)
        let rows = text.split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        guard let header = rows.first else { return [] }
        return rows.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(header, $0)) }
    }

    /// What SQLite says of the journal when it checks every page and index.
    func integrity(of journal: String = "mapping.csv.journal.db") async throws -> String {
        let check =
            "import sqlite3, sys; print(*sqlite3.connect(sys.argv[1]).execute('PRAGMA integrity_check').fetchone())"
        return try await Program("/usr/bin/env", in: folder.path)("python3", "-c", check, journal).output
    }

    /// The report as JSON.
    func report(_ name: String = "mapping.csv.report/report.json") throws -> ReportedJob {
        try JSONDecoder().decode(ReportedJob.self, from: Data(contentsOf: URL(filePath: folder(name))))
    }
}

/// What the tests read of `report.json`.
struct ReportedJob: Decodable {
    struct Balance: Decodable {
        var lines_in: Int
        var lines_accounted: Int
        var operations: Int
        var operations_accounted: Int
        var balanced: Bool
    }

    struct Requests: Decodable {
        var put: Int
        var read: Int
        var rate_limited: Int
    }

    struct Run: Decodable {
        struct Steered: Decodable {
            var by: String
            var command: String
            var followed: String?
        }

        var steered: [Steered]
    }

    var schema: String
    var mode: String
    var stopped_because: String?
    var lines: [String: Int]
    var operations: [String: Int]
    var balance: Balance
    var requests: Requests
    var reasons: [String: Int]
    var runs: [Run]
}
