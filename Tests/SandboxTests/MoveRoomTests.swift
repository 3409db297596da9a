import Testing

@testable import Sandbox

/// One request to `room.visitor` and the answer to it.
struct MoveCase: Sendable, CustomTestStringConvertible {
    let title: String
    var profile: Profile = .v6_9
    var user: String? = "mgr"
    var body = #"{"rid":"closed","oldVisitorId":"old","newVisitorId":"new"}"#
    var type = "application/json"
    let status: Int
    let answer: String

    var testDescription: String { title }

    static func ids(_ rid: String, _ old: String, _ new: String) -> String {
        #"{"rid":"\#(rid)","oldVisitorId":"\#(old)","newVisitorId":"\#(new)"}"#
    }

    static func plain(_ error: String) -> String { #"{"success":false,"error":"\#(error)"}"# }

    static func invalid(_ message: String) -> String {
        #"{"success":false,"error":"\#(message) [invalid-params]","errorType":"invalid-params"}"#
    }

    static let forbidden = plain("User does not have the permissions required for this action [error-unauthorized]")
    static let unauthenticated = #"{"status":"error","message":"You must be logged in to do this."}"#
}

/// The order of checks (TheMove, "Order of checks").
let orderOfChecks: [MoveCase] = [
    MoveCase(
        title: "no credentials before the schema", user: nil, body: "{}", status: 401, answer: MoveCase.unauthenticated),
    MoveCase(
        title: "schema before permission", user: "usr", body: "{}", status: 400,
        answer: MoveCase.invalid("must have required property 'rid'")
    ),
    MoveCase(
        title: "permission before visitor", user: "usr", body: MoveCase.ids("none", "x", "none"), status: 403,
        answer: MoveCase.forbidden
    ),
    MoveCase(title: "monitors cannot move", user: "mon", status: 403, answer: MoveCase.forbidden),
    MoveCase(
        title: "visitor before room", body: MoveCase.ids("none", "x", "none"), status: 400,
        answer: MoveCase.plain("visitor-not-found")
    ),
    MoveCase(
        title: "disabled visitor", body: MoveCase.ids("closed", "old", "gone"), status: 400,
        answer: MoveCase.plain("visitor-not-found")
    ),
    MoveCase(
        title: "room before comparison", body: MoveCase.ids("none", "x", "new"), status: 400,
        answer: MoveCase.plain("invalid-room")
    ),
    MoveCase(
        title: "comparison before access", user: "agt", body: MoveCase.ids("closed", "other", "new"), status: 400,
        answer: MoveCase.plain("invalid-room-visitor")
    ),
    MoveCase(
        title: "a channel never matches", body: MoveCase.ids("channel", "", "new"), status: 400,
        answer: MoveCase.plain("invalid-room-visitor")
    ),
    MoveCase(title: "access", user: "agt", status: 400, answer: MoveCase.plain("error-not-allowed")),
    MoveCase(
        title: "6.4: first permission", profile: .v6_4, user: "usr", body: MoveCase.ids("none", "x", "none"),
        status: 403,
        answer: MoveCase.forbidden
    ),
    MoveCase(
        title: "6.4: monitors pass the first permission and fail the second", profile: .v6_4, user: "mon", status: 400,
        answer: MoveCase.plain("error-not-authorized")
    ),
    MoveCase(
        title: "6.4: comparison before the second permission", profile: .v6_4, user: "mon",
        body: MoveCase.ids("closed", "other", "new"), status: 400, answer: MoveCase.plain("invalid-room-visitor")
    ),
    MoveCase(
        title: "6.4: access last", profile: .v6_4, user: "agt", status: 400, answer: MoveCase.plain("error-not-allowed")
    ),
    MoveCase(title: "7.0: the endpoint is gone", profile: .v7_0, status: 405, answer: ""),
]

/// The schema (TheMove, "Schema").
let schemaCases: [MoveCase] = [
    MoveCase(title: "no body", body: "", status: 400, answer: MoveCase.invalid("must have required property 'rid'")),
    MoveCase(title: "{}", body: "{}", status: 400, answer: MoveCase.invalid("must have required property 'rid'")),
    MoveCase(
        title: "rid only", body: #"{"rid":"x"}"#, status: 400,
        answer: MoveCase.invalid("must have required property 'oldVisitorId'")
    ),
    MoveCase(
        title: "rid and old", body: #"{"rid":"x","oldVisitorId":"y"}"#, status: 400,
        answer: MoveCase.invalid("must have required property 'newVisitorId'")
    ),
    MoveCase(
        title: "one key more", body: #"{"rid":"x","oldVisitorId":"y","newVisitorId":"z","x":1}"#, status: 400,
        answer: MoveCase.invalid("must NOT have additional properties")
    ),
    MoveCase(
        title: "misspelt key", body: #"{"rid":"x","oldVisitorId":"y","newvisitorId":"z"}"#, status: 400,
        answer: MoveCase.invalid("must have required property 'newVisitorId'")
    ),
    MoveCase(
        title: "object", body: #"{"rid":{},"oldVisitorId":"y","newVisitorId":"z"}"#, status: 400,
        answer: MoveCase.invalid("must be string")
    ),
    MoveCase(
        title: "array value", body: #"{"rid":"x","oldVisitorId":["y"],"newVisitorId":"z"}"#, status: 400,
        answer: MoveCase.invalid("must be string")
    ),
    MoveCase(title: "array", body: "[]", status: 400, answer: MoveCase.invalid("must be object")),
    MoveCase(
        title: "number", body: #"{"rid":12,"oldVisitorId":true,"newVisitorId":"new"}"#, status: 400,
        answer: MoveCase.plain("invalid-room")
    ),
    MoveCase(
        title: "null", body: #"{"rid":"closed","oldVisitorId":"old","newVisitorId":null}"#, status: 400,
        answer: MoveCase.plain("visitor-not-found")
    ),
    MoveCase(
        title: "empty new", body: MoveCase.ids("x", "y", ""), status: 400, answer: MoveCase.plain("visitor-not-found")),
    MoveCase(
        title: "empty rid", body: MoveCase.ids("", "y", "new"), status: 400, answer: MoveCase.plain("invalid-room")),
    MoveCase(
        title: "no trimming", body: MoveCase.ids(" closed", "old", "new"), status: 400,
        answer: MoveCase.plain("invalid-room")),
    MoveCase(
        title: "another content type is no body", type: "text/plain", status: 400,
        answer: MoveCase.invalid("must have required property 'rid'")
    ),
    MoveCase(
        title: "form fields", body: "rid=none&oldVisitorId=old&newVisitorId=new",
        type: "application/x-www-form-urlencoded", status: 400, answer: MoveCase.plain("invalid-room")
    ),
]

@Suite struct MoveRoomTests {
    @Test(arguments: orderOfChecks + schemaCases)
    func `A refused move has the exact body of the contract and writes nothing`(_ move: MoveCase) async throws {
        let server = SandboxServer.forTests(profile: move.profile)
        let reply = try await server.withClient {
            try await $0.send(.PUT, "/api/v1/livechat/room.visitor", move.body, as: move.user, type: move.type)
        }
        #expect(reply.status == move.status)
        #expect(reply.body == move.answer)
        #expect(server.moves.isEmpty)
    }

    @Test(arguments: ["{\"rid\":", "nonsense", "\"x\"", "1", "null", "{\"a\":1}}"], [nil, "mgr"])
    func `Malformed JSON is a page of HTML, even without credentials`(_ body: String, _ user: String?) async throws {
        let limit = RateLimit(calls: 1, window: .seconds(60))
        try await SandboxServer.forTests(rateLimit: limit).withClient { client async throws in
            for _ in 1...2 {
                let reply = try await client.send(.PUT, "/api/v1/livechat/room.visitor", body, as: user)
                #expect(reply.status == 400)
                #expect(reply.header("Content-Type")?.hasPrefix("text/html") == true)
                #expect(reply.body.contains("Bad Request"))
                #expect(reply.header("X-RateLimit-Limit") == nil)
            }
            #expect(try await client.move("closed", "old", "new").status == 200)
        }
    }

    @Test func `A move answers the whole room with a visitor of old and new parts`() async throws {
        let server = SandboxServer.forTests()
        try await server.withClient { client async throws in
            let before = try await client.send(.GET, "/api/v1/rooms.info?roomId=open").json
            let reply = try await client.move("open", "old", "new")
            #expect(reply.status == 200)
            #expect(reply.body.hasPrefix(#"{"room":{"_id":"open","#))
            #expect(reply.body.hasSuffix(#"},"success":true}"#))
            let (old, new) = (before["room"] ?? .null, try reply.json["room"] ?? .null)
            #expect(new["v"]?.members.map(\.key) == ["_id", "username", "token", "status", "lastMessageTs"])
            #expect(new["v"]?["_id"] == "new")
            #expect(new["v"]?["username"] == "guest-2")
            #expect(new["v"]?["token"] == "tok-new")
            #expect(new["v"]?["lastMessageTs"] == old["v"]?["lastMessageTs"])
            #expect(new["_updatedAt"] != old["_updatedAt"])
            for key in ["fname", "lm", "msgs", "ts", "servedBy", "open"] { #expect(new[key] == old[key], "\(key)") }
        }
        #expect(server.roomOwners["open"] == "new")
        #expect(server.moves.map(\.to) == ["new"])
    }

    @Test func `Inquiry, subscription and messages keep the old visitor`() async throws {
        try await SandboxServer.forTests().withClient { client async throws in
            _ = try await client.move("open", "old", "new")
            let room = try await client.send(.GET, "/sandbox/rooms/open").json
            #expect(room["room"]?["v"]?["_id"] == "new")
            #expect(room["inquiry"]?["v"]?["_id"] == "old")
            #expect(room["subscription"]?["v"]?["_id"] == "old")
            #expect(room["messages"]?["author"]?["_id"] == "old")
        }
    }

    @Test func `Repeating a move is refused, moving to the same visitor is not`() async throws {
        let server = SandboxServer.forTests()
        try await server.withClient { client async throws in
            #expect(try await client.move("closed", "old", "new").status == 200)
            #expect(try await client.move("closed", "old", "new").body == MoveCase.plain("invalid-room-visitor"))
            #expect(try await client.move("closed", "new", "new").status == 200)
            #expect(try await client.move("closed", "other", "other").body == MoveCase.plain("invalid-room-visitor"))
        }
        #expect(server.moves.map(\.from) == ["old", "new"])
    }

    @Test func `The old visitor need not exist`() async throws {
        let server = SandboxServer.forTests()
        #expect(
            try await server.withClient { try await $0.move("unknownVisitor", "never-stored", "new") }.status == 200)
        #expect(server.roomOwners["unknownVisitor"] == "new")
    }

    @Test func `Up to 6.4 a disabled visitor is like any other`() async throws {
        let server = SandboxServer.forTests(profile: .v6_4)
        #expect(try await server.withClient { try await $0.move("closed", "old", "gone") }.status == 200)
    }

    @Test func `A voice room answers 200 and stays where it is`() async throws {
        let server = SandboxServer.forTests()
        let reply = try await server.withClient { try await $0.move("voice", "old", "new") }
        #expect(reply.status == 200)
        #expect(try reply.json["room"]?["v"]?["_id"] == "old")
        #expect(server.moves.isEmpty)
    }

    @Test func `Form fields and scalars move a room like strings`() async throws {
        let seed = Seed(
            visitors: [Seed.Visitor(id: "7"), Seed.Visitor(id: "true")],
            rooms: [
                Seed.Room(id: "12", visitorID: "7"), Seed.Room(id: "a b+c", visitorID: "7"),
            ])
        let server = SandboxServer.forTests(seed: seed)
        try await server.withClient { client async throws in
            let path = "/api/v1/livechat/room.visitor"
            let scalars = try await client.send(.PUT, path, #"{"rid":12,"oldVisitorId":7.0,"newVisitorId":true}"#)
            #expect(scalars.status == 200)
            let form = try await client.send(
                .PUT, path, "rid=a+b%2Bc&oldVisitorId=7&newVisitorId=true", type: "application/x-www-form-urlencoded"
            )
            #expect(form.status == 200)
        }
        #expect(server.roomOwners == ["12": "true", "a b+c": "true"])
    }

    @Test(arguments: Profile.allCases, ["mgr", "usr", nil])
    func `Deprecation headers are on every authenticated answer`(_ profile: Profile, _ user: String?) async throws {
        let reply = try await SandboxServer.forTests(profile: profile).withClient {
            try await $0.move("none", "old", "none", as: user)
        }
        let isAnnounced = profile != .v7_0 && user != nil
        let message =
            "The endpoint \"/api/v1/livechat/room.visitor\" is deprecated and will be removed on version 7.0.0"
        #expect(reply.header("x-deprecation-type") == (isAnnounced ? "endpoint-deprecation" : nil))
        #expect(reply.header("x-deprecation-version") == (isAnnounced ? "7.0.0" : nil))
        #expect(reply.header("x-deprecation-message") == (isAnnounced ? message : nil))
    }

    @Test func `Comparison and write are two steps that another move can come between`() async throws {
        let gate = Gate(callers: 2)
        var time = SandboxTime.system
        time.sleep = { _ in await gate.pass() }
        let server = SandboxServer.forTests(time: time)
        try await server.withClient { client async throws in
            _ = try await client.send(.PUT, "/sandbox/pause", #"{"milliseconds":1}"#)
            async let first = client.move("closed", "old", "new")
            async let second = client.move("closed", "old", "other")
            #expect(try await [first.status, second.status] == [200, 200])
        }
        #expect(server.moves.count == 2)
        #expect(server.roomOwners["closed"] == server.moves.last?.to)
    }
}
