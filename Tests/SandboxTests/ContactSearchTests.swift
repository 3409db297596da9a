import Testing

@testable import Sandbox

private let search = "/api/v1/omnichannel/contact.search"

/// What the route answers to a question, by the source of the server.
@Suite struct ContactSearchTests {
    private static let seed = Seed(
        visitors: [
            Seed.Visitor(id: "z", disabled: true, emails: ["ann@x.org"]),
            Seed.Visitor(id: "b", emails: ["ann@x.org", "b@x.org"], phones: ["+4930"]),
            Seed.Visitor(id: "a", emails: ["ann@x.org"], livechatData: ["crm": "Seven"]),
            Seed.Visitor(id: "c", phones: ["+4930"]),
        ], rooms: [])

    @Test(arguments: [
        ReadCase(
            path: search, status: 400,
            answer: #"{"success":false,"error":"[error-invalid-params]","errorType":"error-invalid-params"}"#),
        ReadCase(
            path: search + "?email=&phone=", status: 400,
            answer: #"{"success":false,"error":"[error-invalid-params]",…"#),
        ReadCase(
            path: search + "?custom=x", status: 400,
            answer:
                #"{"success":false,"error":"[error-invalid-params-custom]","errorType":"error-invalid-params-custom"}"#),
        ReadCase(
            path: search + "?email=a&x=1", status: 400,
            answer: #"{"success":false,"error":"Match error: Unknown key in field x"}"#),
        ReadCase(path: search + "?email=ann@x.org", user: "usr", status: 403, answer: MoveCase.forbidden),
        ReadCase(path: search, user: "usr", status: 403, answer: MoveCase.forbidden),
        ReadCase(path: search, user: nil, status: 401, answer: MoveCase.unauthenticated),
        ReadCase(path: search + "?email=ann@x.org", user: "agt", status: 200, answer: #"{"contact":{"_id":"b",…"#),
        ReadCase(path: search + "?email=ann@x.org", profile: .v6_4, status: 200, answer: #"{"contact":{"_id":"z",…"#),
        ReadCase(path: search + "?email=Ann@x.org", status: 200, answer: #"{"contact":null,"success":true}"#),
        ReadCase(path: search + "?phone=%2B4930", status: 200, answer: #"{"contact":{"_id":"b",…"#),
        ReadCase(
            path: search + "?email=ann@x.org&phone=%2B49", status: 200, answer: #"{"contact":null,"success":true}"#),
        ReadCase(path: search + "?custom=%7B%22crm%22:%22sev%22%7D", status: 200, answer: #"{"contact":{"_id":"a",…"#),
    ])
    func `A search finds the first record in the order of the database, or says why not`(_ read: ReadCase) async throws
    {
        let reply = try await SandboxServer.forTests(profile: read.profile, seed: Self.seed).withClient {
            try await $0.send(.GET, read.path, as: read.user)
        }
        #expect(reply.status == read.status)
        #expect(read.matches(reply.body), "\(reply.body)")
    }
}
