import Sandbox
import TestSupport
import Testing

@Suite struct ServerKindTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var profile: Profile
        var user: String
        var status: Int32
        var sentence: String

        var testDescription: String { "\(profile.rawValue) as \(user)" }
    }

    /// Who may move on which version, and what everybody else is told before the first move (TheServer, "Versions").
    static let cases: [Case] = [
        Case(profile: .v6_9, user: "adm", status: 0, sentence: "Every line is settled"),
        Case(profile: .v6_9, user: "mgr", status: 0, sentence: "Every line is settled"),
        Case(profile: .v6_9, user: "mon", status: 77, sentence: "change-livechat-room-visitor"),
        Case(profile: .v6_9, user: "usr", status: 77, sentence: "change-livechat-room-visitor"),
        Case(profile: .v6_4, user: "adm", status: 0, sentence: "Every line is settled"),
        Case(profile: .v6_4, user: "mgr", status: 0, sentence: "Every line is settled"),
        Case(profile: .v6_4, user: "mon", status: 77, sentence: "change-livechat-room-visitor"),
        Case(profile: .v6_4, user: "usr", status: 77, sentence: "view-l-room"),
        Case(profile: .v7_0, user: "adm", status: 76, sentence: "removed in 7.0"),
        Case(profile: .v7_0, user: "mgr", status: 76, sentence: "before the upgrade"),
        Case(profile: .v6_9, user: "nobody", status: 78, sentence: "--user-id"),
    ]

    @Test(arguments: cases)
    func `Every version and role gets the status and the sentence of the spec`(_ row: Case) async throws {
        try await Workspace.with(rooms: 2, profile: row.profile) { workspace in
            let ended = try await workspace.program(as: row.user)("run", "mapping.csv", "--no-progress")
            #expect(ended.status == row.status, "\(ended)")
            #expect((ended.output + ended.errors).contains(row.sentence), "\(ended)")
            #expect(workspace.sandbox.moves.count == (row.status == 0 ? 2 : 0))
        }
    }

    @Test func `An audit works where the endpoint is gone, and does not say that nothing is in the way`() async throws {
        try await Workspace.with(rooms: 2, profile: .v7_0) { workspace in
            let ended = try await workspace.program()("audit", "mapping.csv")
            #expect(ended.status == 76, "\(ended)")
            #expect(
                ended.lines.first?.hasPrefix("Nothing can be moved here: the server runs Rocket.Chat 7.0, ") == true)
            #expect(ended.lines.first?.hasSuffix(" Otherwise 2 rooms would be moved.") == true)
            #expect(ended.lines.last == "Next: visitor-merge doctor")
            let page = try workspace.folder.text("mapping.csv.audit-report/report.html")
            #expect(page.contains("Cannot be moved here") && !page.contains("Nothing in the way"))
        }
    }

    @Test func `Where nothing will go however often it is asked, the next command asks what is wrong`() async throws {
        try await Workspace.with(rooms: 1) { workspace in
            let ended = try await workspace.program(
                as: "mgr", ["ROCKETCHAT_URL": "", "ROCKETCHAT_AUTH_TOKEN": "wrong"])(
                    "run", "mapping.csv", "--url", workspace.address.url, "--rate", "5/s", "--no-progress")
            #expect(ended.status == 77, "\(ended)")
            #expect(ended.lines.last == "Next: visitor-merge doctor --url \(workspace.address.url)")
        }
    }
}
