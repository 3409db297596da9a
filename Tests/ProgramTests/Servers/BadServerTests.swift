import FoundationEssentials
import Sandbox
import TestSupport
import Testing

struct BadServerTests {
    /// Something about the server or its caller that ends a run before the first move.
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var status: Int32
        var words: [String]
        var user = "mgr"
        var environment: [String: String] = [:]
        var profile = Profile.v6_9
        var fault: Fault.Name?
    }

    private static let cases = [
        Case(
            testDescription: "nobody listens", status: 69, words: ["http://127.0.0.1:1", "cannot be reached"],
            environment: ["ROCKETCHAT_URL": "http://127.0.0.1:1"]),
        Case(
            testDescription: "another token", status: 77, words: ["user id", "auth token", "401"],
            environment: ["ROCKETCHAT_AUTH_TOKEN": "another-token-of-nobody"]),
        Case(
            testDescription: "another user", status: 77, words: ["user id", "auth token", "401"],
            environment: ["ROCKETCHAT_USER_ID": "nobody"]),
        Case(testDescription: "a monitor", status: 77, words: ["change-livechat-room-visitor"], user: "mon"),
        Case(
            testDescription: "a user without a role", status: 77, words: ["change-livechat-room-visitor"], user: "usr"),
        Case(
            testDescription: "Rocket.Chat 7.0", status: 76, words: ["Rocket.Chat 7.0", "removed in 7.0"],
            profile: .v7_0),
        Case(
            testDescription: "a sign-in page", status: 76, words: ["text/html", "instead of JSON", "address"],
            fault: .html200),
        Case(testDescription: "deprecations refused", status: 76, words: ["deprecat"], fault: .deprecationThrows),
    ]

    @Test(arguments: cases) func `A run that cannot begin says why, moves nothing and goes on once that is mended`(
        _ example: Case
    ) async throws {
        let faults = try example.fault.map { [try Fault($0)] } ?? []
        try await Workspace.with(rooms: 2, faults: faults, profile: example.profile) { workspace in
            let arguments = ["run", "mapping.csv", "--no-progress", "--max-attempts", "2"]
            let program = workspace.program(as: example.user, example.environment)
            let ended = try await program.run(arguments) { _ in }
            #expect(ended.status == example.status, "\(ended)")
            for word in example.words {
                #expect(ended.errors.contains(word), "\(word) is missing in: \(ended.errors)")
                #expect(ended.output.contains(word), "the summary says why it stopped")
            }
            #expect(ended.counts == ["pending": 2])
            #expect(workspace.sandbox.moves.isEmpty)
            let report = try workspace.report()
            #expect(report.balance.balanced && report.lines["pending"] == 2)

            let status = try await program("status", "mapping.csv.journal.db")
            #expect(status.status == 2, "\(status)")
        }
    }

    @Test func `The same command goes on once the credentials are right`() async throws {
        try await Workspace.with(rooms: 3) { workspace in
            let refused = try await workspace.program(as: "mon")("run", "mapping.csv", "--no-progress")
            #expect(refused.status == 77, "\(refused)")
            let ended = try await workspace.program()("run", "mapping.csv", "--no-progress")
            #expect(ended.status == 0 && ended.counts == ["merged": 3], "\(ended)")
        }
    }

    @Test(arguments: ["adm", "mgr"]) func `Administrators and managers may move rooms`(user: String) async throws {
        try await Workspace.with(rooms: 2) { workspace in
            let ended = try await workspace.program(as: user)("run", "mapping.csv", "--no-progress")
            #expect(ended.status == 0, "\(ended)")
        }
    }

    @Test func `A server of the older era is served as well`() async throws {
        try await Workspace.with(rooms: 2, profile: .v6_4) { workspace in
            let ended = try await workspace.program()("run", "mapping.csv", "--no-progress")
            #expect(ended.status == 0, "\(ended)")
        }
    }
}
