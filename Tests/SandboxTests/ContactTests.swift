import Testing

@testable import Sandbox

/// The routes that read and write visitors' records, row by row as the server has them (TheContacts).
@Suite struct ContactTests {
    private static let path = "/api/v1/omnichannel/contact"

    private static let seed = Seed(
        visitors: [
            Seed.Visitor(
                id: "ann", token: "t-ann", name: "Ann", emails: ["ann@x.org", "a@x.org"], phones: ["1", "2"],
                livechatData: ["crm": "7"], contactManager: "agt"),
            Seed.Visitor(id: "bob", token: "t-bob", name: "Bob", emails: ["bob@x.org"]),
            Seed.Visitor(id: "gone", token: "t-gone", disabled: true),
        ],
        rooms: [
            Seed.Room(id: "r1", visitorID: "ann", fname: "A"),
            Seed.Room(id: "r2", open: true, visitorID: "ann", fname: "A"),
            Seed.Room(id: "r3", visitorID: "bob", fname: "B"),
        ],
        customFields: [
            Seed.CustomField(id: "crm", regexp: "^[0-9]+$"), Seed.CustomField(id: "topic", scope: "room"),
        ])

    private static func with<Value: Sendable>(
        _ profile: Profile = .v6_9, fields: [Seed.CustomField]? = nil,
        _ body: @Sendable (Client) async throws -> Value
    ) async throws -> Value {
        var seed = seed
        if let fields { seed.customFields = fields }
        return try await SandboxServer.forTests(profile: profile, seed: seed).withClient(body)
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        var body: String
        var user: String? = "mgr"
        var status = 400
        var answer: String

        var testDescription: String { body }
    }

    private static func plain(_ text: String) -> String { #"{"success":false,"error":"\#(text)"}"# }

    static let refusals: [Refusal] = [
        Refusal(body: #"{"name":"Ann"}"#, answer: plain("Match error: Missing key 'token'")),
        Refusal(body: #"{"token":"t-ann"}"#, answer: plain("Match error: Missing key 'name'")),
        Refusal(
            body: #"{"token":1,"name":"Ann"}"#, answer: plain("Match error: Expected string, got number in field token")
        ),
        Refusal(
            body: #"{"token":"t-ann","name":"Ann","tag":"x"}"#, answer: plain("Match error: Unknown key in field tag")),
        Refusal(
            body: #"{"token":"t-ann","name":"Ann","contactManager":{"username":"nobody"}}"#,
            answer: plain("error-contact-manager-not-found")),
        Refusal(
            body: #"{"token":"t-ann","name":"Ann","contactManager":{"username":"usr"}}"#,
            answer: plain("error-invalid-contact-manager")),
        Refusal(
            body: #"{"token":"t-ann","name":"Ann","customFields":{"crm":"seven"}}"#,
            answer: plain("error-invalid-custom-field-value")),
        Refusal(
            body: #"{"token":"t-ann","name":"Ann"}"#, user: "usr", status: 403,
            answer: plain("User does not have the permissions required for this action [error-unauthorized]")),
        Refusal(
            body: #"{"token":"t-ann","name":"Ann"}"#, user: nil, status: 401,
            answer: #"{"status":"error","message":"You must be logged in to do this."}"#),
    ]

    @Test(arguments: refusals) func `A contact that cannot be written is refused in the server's words`(
        _ refusal: Refusal
    ) async throws {
        let (reply, record) = try await Self.with { (client: Client) async throws -> (Reply, String) in
            (
                try await client.send(.POST, Self.path, refusal.body, as: refusal.user),
                try await client.send(.GET, "/sandbox/visitors/ann").body
            )
        }
        #expect(reply.status == refusal.status && reply.body == refusal.answer)
        #expect(record.contains("a@x.org") && record.contains(#""crm":"7""#))
    }

    @Test(arguments: [Profile.v6_4, .v6_9, .v6_13])
    func `A contact is replaced as a whole, and all its rooms are renamed`(_ profile: Profile) async throws {
        let (reply, record, rooms) = try await Self.with(profile) {
            (client: Client) async throws -> (Reply, JSON, [JSON]) in
            (
                try await client.send(
                    .POST, Self.path,
                    #"{"token":"t-ann","name":"Ann Example","email":" New@X.org ","phone":"","customFields":{"gone":"1"}}"#
                ),
                try await client.send(.GET, "/sandbox/visitors/ann").json,
                [
                    try await client.send(.GET, "/sandbox/rooms/r1").json,
                    try await client.send(.GET, "/sandbox/rooms/r2").json,
                    try await client.send(.GET, "/sandbox/rooms/r3").json,
                ]
            )
        }
        #expect(reply.body == #"{"contact":"ann","success":true}"#)
        #expect(record["name"] == "Ann Example")
        // Lowered and trimmed; of two one is left, and what is left out goes.
        #expect(record["visitorEmails"] == [["address": "new@x.org"]])
        #expect(record["phone"] == nil && record["livechatData"] == nil && record["contactManager"] == nil)
        #expect(rooms.map { $0["room"]?["fname"]?.string } == ["Ann Example", "Ann Example", "B"])
    }

    @Test func `An unknown token with a known address takes the record of that address over, token and all`()
        async throws
    {
        let (reply, token, made) = try await Self.with { (client: Client) async throws -> (Reply, JSON, Reply) in
            (
                try await client.send(.POST, Self.path, #"{"token":"t-new","name":"Bob","email":"bob@x.org"}"#),
                try await client.send(.GET, "/api/v1/livechat/visitors.info?visitorId=bob").json,
                try await client.send(.POST, Self.path, #"{"token":"t-else","name":"Cy"}"#)
            )
        }
        #expect(try reply.json["contact"] == "bob")
        #expect(token["visitor"]?["token"] == "t-new")
        #expect(made.status == 200)
        #expect(try made.json["contact"]?.string?.count == 17)
    }

    @Test func `A required field that is missing is refused`() async throws {
        let reply = try await Self.with(fields: [Seed.CustomField(id: "crm", required: true)]) { client in
            try await client.send(.POST, Self.path, #"{"token":"t-bob","name":"Bob"}"#)
        }
        #expect(reply.body == Self.plain("error-invalid-custom-field-value"))
    }

    @Test func `A contact is read by id, and one that is disabled since 6.5 is null`() async throws {
        for (profile, answer) in [(Profile.v6_9, JSON.null), (.v6_4, .string("gone"))] {
            let (ann, gone, none, bad) = try await Self.with(profile) {
                (client: Client) async throws -> (JSON, JSON, Reply, Reply) in
                (
                    try await client.send(.GET, Self.path + "?contactId=ann").json,
                    try await client.send(.GET, Self.path + "?contactId=gone").json,
                    try await client.send(.GET, Self.path + "?contactId=nobody"),
                    try await client.send(.GET, Self.path)
                )
            }
            #expect(ann["contact"]?["token"] == "t-ann")
            #expect(ann["contact"]?["contactManager"]?["username"] == "agt")
            #expect((gone["contact"]?["_id"] ?? gone["contact"]) == answer)
            #expect(none.body == #"{"contact":null,"success":true}"#)
            #expect(bad.body == Self.plain("Match error: Missing key 'contactId'"))
        }
    }

    @Test func `Reading and writing a contact have limits of their own`() async throws {
        let server = SandboxServer.forTests(seed: Self.seed, rateLimit: RateLimit(calls: 1, window: .seconds(60)))
        let statuses = try await server.withClient { (client: Client) async throws -> [Int] in
            [
                try await client.send(.GET, Self.path + "?contactId=ann").status,
                try await client.send(.POST, Self.path, #"{"token":"t-bob","name":"Bob"}"#).status,
                try await client.send(.GET, Self.path + "?contactId=ann").status,
                try await client.send(.POST, Self.path, #"{"token":"t-bob","name":"Bob"}"#).status,
            ]
        }
        #expect(statuses == [200, 200, 429, 429])
    }

    @Test func `Custom fields are listed with their scope, and set by token`() async throws {
        let one = "/api/v1/livechat/custom.field"
        let replies = try await Self.with { (client: Client) async throws -> [String] in
            [
                try await client.send(.GET, "/api/v1/livechat/custom-fields").body,
                try await client.send(.GET, "/api/v1/livechat/custom-fields", as: "usr").body,
                try await client.send(
                    .POST, one, #"{"token":"t-bob","key":"crm","value":"9","overwrite":false}"#, as: nil
                ).body,
                try await client.send(
                    .POST, one, #"{"token":"t-bob","key":"crm","value":"8","overwrite":false}"#, as: nil
                ).body,
                try await client.send(
                    .POST, one, #"{"token":"t-bob","key":"crm","value":"x","overwrite":true}"#, as: nil
                ).body,
                try await client.send(
                    .POST, one, #"{"token":"none","key":"crm","value":"8","overwrite":true}"#, as: nil
                ).body,
                try await client.send(
                    .POST, one, #"{"token":"t-bob","key":"no","value":"8","overwrite":true}"#, as: nil
                ).body,
                try await client.send(
                    .POST, one + "s", #"{"token":"t-bob","customFields":[{"key":"crm","value":"8","overwrite":true}]}"#,
                    as: nil
                ).body,
                try await client.send(.GET, "/sandbox/visitors/bob").body,
            ]
        }
        #expect(
            replies[0].contains(#""_id":"crm","label":"crm","scope":"visitor""#) && replies[0].contains(#""total":2"#))
        #expect(replies[1] == Self.refusals[7].answer)
        #expect(replies[2] == #"{"field":{"key":"crm","value":"9","overwrite":false},"success":true}"#)
        #expect(replies[3] == #"{"success":false}"#)
        #expect(replies[4] == Self.plain("error-invalid-custom-field-value"))
        #expect(replies[5] == Self.plain("invalid-token"))
        #expect(replies[6] == Self.plain("invalid-custom-field"))
        #expect(replies[7] == #"{"fields":[{"Key":"crm","value":"8","overwrite":true}],"success":true}"#)
        #expect(replies[8].contains(#""crm":"8""#))
    }

    @Test func `A customer who writes again arrives at the first record that has the address`() async throws {
        let seed = Seed(
            visitors: [
                Seed.Visitor(id: "z-first", emails: ["a@x.org"], phones: ["1"]),
                Seed.Visitor(id: "a-second", token: "t", emails: ["a@x.org"], phones: ["1"]),
                Seed.Visitor(id: "capital", emails: ["Bob@x.org"]),
            ], rooms: [])
        let found = try await SandboxServer.forTests(seed: seed).withClient { (client: Client) async throws -> [JSON] in
            var found: [JSON] = []
            for body in [#"{"phone":"1"}"#, #"{"email":"A@x.org"}"#, #"{"token":"t"}"#, #"{"email":"Bob@x.org"}"#] {
                found.append(try await client.send(.POST, "/sandbox/messages", body).json)
            }
            found.append(try await client.send(.POST, "/sandbox/messages", #"{"phone":"1","email":"a@x.org"}"#).json)
            return found
        }
        #expect(found[0]["visitorId"] == "z-first" && found[0]["isNew"] == false)
        #expect(found[1]["visitorId"] == "z-first")
        #expect(found[2]["visitorId"] == "a-second")
        // What an agent typed in capital letters is never found again.
        #expect(found[3]["isNew"] == true)
        #expect(found[4]["success"] == false)
    }

    @Test func `6.13 lists rooms that wait for an agent apart`() async throws {
        let seed = Seed(
            visitors: [Seed.Visitor(id: "v")],
            rooms: [
                Seed.Room(id: "served", open: true, visitorID: "v", servedBy: "agt"),
                Seed.Room(id: "waiting", open: true, visitorID: "v"), Seed.Room(id: "closed", visitorID: "v"),
            ])
        func ids(_ query: String, _ profile: Profile) async throws -> [String?] {
            let reply = try await SandboxServer.forTests(profile: profile, seed: seed).withClient {
                try await $0.send(.GET, "/api/v1/livechat/rooms?sort=%7B%22_id%22:1%7D" + query).json
            }
            guard case .array(let rows)? = reply["rooms"] else { return [reply["error"]?.string] }
            return rows.map { $0["_id"]?.string }
        }
        #expect(try await ids("&open=true", .v6_9) == ["served", "waiting"])
        #expect(try await ids("&open=true", .v6_13) == ["served"])
        #expect(try await ids("&queued=true", .v6_13) == ["waiting"])
        #expect(try await ids("&open=true&queued=true", .v6_13) == ["served", "waiting"])
        #expect(try await ids("&queued=true", .v6_9) == ["must NOT have additional properties [invalid-params]"])
        #expect(try await ids("", .v6_13) == ["closed", "served", "waiting"])
        let me = try await SandboxServer.forTests(profile: .v6_13).withClient {
            try await $0.send(.GET, "/api/v1/me").json
        }
        #expect(me["isOAuthUser"] == false)
    }
}
