import Testing

@testable import Sandbox

/// One request and the beginning or whole of the answer to it.
struct ReadCase: Sendable, CustomTestStringConvertible {
    let path: String
    var user: String? = "mgr"
    var profile: Profile = .v6_9
    let status: Int
    /// The whole body, or its beginning when it ends in `…`.
    let answer: String

    var testDescription: String { "\(path) as \(user ?? "nobody") in \(profile.rawValue)" }

    func matches(_ body: String) -> Bool {
        answer.hasSuffix("…") ? body.hasPrefix(answer.dropLast()) : body == answer
    }
}

private let rooms = "/api/v1/livechat/rooms"
private let history = "/api/v1/livechat/visitors.chatHistory/room/"
private let noRoom = MoveCase.plain("invalid-room")

let readCases: [ReadCase] = [
    // 8.3
    ReadCase(
        path: "/api/v1/rooms.info", status: 400,
        answer: #"{"success":false,"error":"The parameter \"roomId\" or \"roomName\" is required "#
            + #"[error-roomid-param-not-provided]","errorType":"error-roomid-param-not-provided"}"#
    ),
    ReadCase(
        path: "/api/v1/rooms.info?roomId=none", status: 400,
        answer: #"{"success":false,"error":"The required \"roomId\" or \"roomName\" param provided does not match "#
            + #"any channel [error-room-not-found]","errorType":"error-room-not-found"}"#
    ),
    ReadCase(
        path: "/api/v1/rooms.info?roomId=closed", user: "agt", status: 400,
        answer: #"{"success":false,"error":"not-allowed","errorType":"Not Allowed"}"#
    ),
    ReadCase(
        path: "/api/v1/rooms.info?roomId=archived", status: 400,
        answer: #"{"success":false,"error":"The channel, Old stuff, is archived [error-room-archived]","#
            + #""errorType":"error-room-archived"}"#
    ),
    ReadCase(path: "/api/v1/rooms.info?roomId=open", status: 200, answer: #"{"room":{"_id":"open",…"#),
    ReadCase(
        path: "/api/v1/rooms.info?roomName=general", user: "usr", status: 200, answer: #"{"room":{"_id":"channel",…"#),
    // 8.4
    ReadCase(
        path: "/api/v1/livechat/visitors.info?visitorId=none", status: 400, answer: MoveCase.plain("visitor-not-found")),
    ReadCase(
        path: "/api/v1/livechat/visitors.info?visitorId=gone", status: 400, answer: MoveCase.plain("visitor-not-found")),
    ReadCase(
        path: "/api/v1/livechat/visitors.info?visitorId=gone", profile: .v6_4, status: 200, answer: #"{"visitor":{…"#
    ),
    ReadCase(
        path: "/api/v1/livechat/visitors.info", user: "usr", status: 400,
        answer: MoveCase.invalid("must have required property 'visitorId'")
    ),
    ReadCase(
        path: "/api/v1/livechat/visitors.info?visitorId=old&x=1", status: 400,
        answer: MoveCase.invalid("must NOT have additional properties")
    ),
    ReadCase(
        path: "/api/v1/livechat/visitors.info?visitorId=old", user: "usr", status: 403, answer: MoveCase.forbidden),
    ReadCase(
        path: "/api/v1/livechat/visitors.info?visitorId=old", user: nil, status: 401, answer: MoveCase.unauthenticated),
    ReadCase(
        path: "/api/v1/livechat/visitors.info?visitorId=old", user: "agt", status: 200,
        answer: #"{"visitor":{"_id":"old","username":"guest-1",…"#
    ),
    // 8.5
    ReadCase(path: history + "none/visitor/old", user: "usr", status: 403, answer: MoveCase.forbidden),
    ReadCase(path: history + "none/visitor/old", status: 400, answer: noRoom),
    ReadCase(
        path: history + "closed/visitor/old", user: "agt", status: 400, answer: MoveCase.plain("error-not-allowed")),
    ReadCase(
        path: history + "open/visitor/none", status: 200,
        answer: #"{"history":[],"count":0,"offset":0,"total":0,"success":true}"#
    ),
    ReadCase(
        path: history + "open/visitor/old?term=x", status: 400,
        answer: MoveCase.invalid("must NOT have additional properties")
    ),
    ReadCase(path: history + "open/visitor/old?count=ten", status: 400, answer: MoveCase.invalid("must be number")),
    // 8.6
    ReadCase(path: rooms, user: "usr", status: 403, answer: MoveCase.plain("unauthorized")),
    ReadCase(path: rooms, user: "agt", status: 403, answer: MoveCase.plain("unauthorized")),
    ReadCase(path: rooms + "?agents[]=AGT", user: "agt", status: 200, answer: #"{"rooms":[{…"#),
    ReadCase(
        path: rooms + "?visitorId=old", status: 400, answer: MoveCase.invalid("must NOT have additional properties")),
    ReadCase(path: rooms + "?agents=invalid", status: 400, answer: MoveCase.invalid("must be array")),
    ReadCase(path: rooms + "?tags=invalid", status: 400, answer: MoveCase.invalid("must be array")),
    ReadCase(path: rooms + "?roomName[]=x", status: 400, answer: MoveCase.invalid("must be string")),
    ReadCase(path: rooms + "?open[]=true", status: 400, answer: MoveCase.invalid("must be string")),
    ReadCase(
        path: rooms + "?queued=true", status: 400, answer: MoveCase.invalid("must NOT have additional properties")),
    ReadCase(path: rooms + "?queued=true", profile: .v7_0, status: 200, answer: #"{"rooms":[{…"#),
    ReadCase(
        path: rooms + "?createdAt=nope", status: 400, answer: MoveCase.plain("Unexpected token o in JSON at position 1")
    ),
    ReadCase(path: rooms + "?closedAt=%7B", status: 400, answer: MoveCase.plain("Unexpected end of JSON input")),
    ReadCase(
        path: rooms + "?customFields=nope", status: 400,
        answer: #"{"success":false,"error":"The \"customFields\" query parameter must be a valid JSON."}"#
    ),
    // 8.1
    ReadCase(
        path: rooms + "?sort=%7B%22ts%22:2%7D", status: 400,
        answer: #"{"success":false,"error":"Invalid sort parameter provided: \"{\"ts\":2}\" [error-invalid-sort]","#
            .replacing(#"\"{"ts":2}\""#, with: #"\"{\"ts\":2}\""#) + #""errorType":"error-invalid-sort"}"#
    ),
    ReadCase(
        path: rooms + "?sort=ts", status: 400,
        answer: #"{"success":false,"error":"Invalid sort parameter provided: \"ts\" [error-invalid-sort]","#
            + #""errorType":"error-invalid-sort"}"#
    ),
    // 8.8
    ReadCase(
        path: "/api/v1/livechat/visitors.search", status: 400,
        answer: MoveCase.invalid("must have required property 'term'")
    ),
    ReadCase(path: "/api/v1/livechat/visitors.search?term=", user: "usr", status: 403, answer: MoveCase.forbidden),
    // 5
    ReadCase(path: "/api/v1/me", user: nil, status: 401, answer: MoveCase.unauthenticated),
    ReadCase(path: "/api/v1/me", status: 200, answer: #"{"_id":"MGR",…"#),
]

@Suite struct ReadTests {
    @Test(arguments: readCases)
    func `A read answers as the contract says`(_ read: ReadCase) async throws {
        let (reply, manager) = try await SandboxServer.forTests(profile: read.profile).withClient {
            client async throws in
            let path = read.path.replacing("AGT", with: try client.user("agt").userID)
            return (try await client.send(.GET, path, as: read.user), try client.user("mgr").userID)
        }
        #expect(reply.status == read.status)
        #expect(read.matches(reply.body.replacing(manager, with: "MGR")), "\(reply.body)")
        #expect(reply.header("Content-Type") == "application/json")
    }

    @Test(arguments: [
        ("", ["queuedSupport", "queuedSales", "queued", "closedByAgt", "closed", "openByMgr", "open", "archived"]),
        ("?count=2", ["queuedSupport", "queuedSales"]),
        ("?count=2&offset=1", ["queuedSales", "queued"]),
        ("?offset=7", ["archived"]),
        ("?offset=99", []),
        (#"?sort={"ts":1}&count=3"#, ["archived", "open", "openByMgr"]),
        (#"?sort={"_id":-1}&count=2"#, ["queuedSupport", "queuedSales"]),
        (#"?sort={"fname":-1,"_id":1}&count=2"#, ["closed", "archived"]),
    ])
    func `A visitor's history comes in pages, newest first`(_ query: String, _ ids: [String]) async throws {
        let path =
            history + "channel/visitor/old"
            + query.replacing("{", with: "%7B").replacing("}", with: "%7D")
            .replacing("\"", with: "%22")
        let json = try await SandboxServer.forTests().withClient { try await $0.send(.GET, path) }.json
        #expect(json.members.map(\.key) == ["history", "count", "offset", "total", "success"])
        guard case .array(let rows) = json["history"] else {
            Issue.record("no history in \(json)")
            return
        }
        #expect(rows.map { $0["_id"]?.string } == ids)
        #expect(json["count"]?.int == ids.count)
        #expect(json["total"]?.int == 8)
    }

    @Test(arguments: [("", 50), ("?count=80", 80), ("?count=500", 100), ("?count=0", 130), ("?count=0&offset=30", 100)])
    func `Pages have 50 rows, at most 100, and all of them on request`(_ query: String, _ count: Int) async throws {
        let rooms = (1...130).map { Seed.Room(id: "room-\($0)", visitorID: "v") }
        let server = SandboxServer.forTests(seed: Seed(visitors: [], rooms: rooms))
        let json = try await server.withClient { try await $0.send(.GET, "/api/v1/livechat/rooms" + query) }.json
        #expect(json["count"]?.int == count)
        #expect(json["total"]?.int == 130)
    }

    @Test(arguments: [
        ("open=true", ["queuedSupport", "queuedSales", "queued", "openByMgr", "open"]),
        ("open=false", ["closedByAgt", "closed", "archived", "unknownVisitor"]),
        ("onhold=true", ["held"]),
        ("agents[]=agt", ["closedByAgt", "open"]),
        ("agents[]=AGT&open=true", ["open"]),
        ("departmentId=sales", ["queuedSales"]),
        ("tags[]=vip&tags[]=x", ["held"]),
        ("roomName=zOE%20(", ["closed"]),
        ("customFields=%7B%22k%22:%22v%22%7D", ["held"]),
        ("createdAt=%7B%22start%22:%222024-03-06T00:00:00Z%22%7D", ["queuedSupport", "queuedSales"]),
        ("closedAt=%7B%22start%22:%222024-03-03%22,%22end%22:%222024-03-04T00:00:00Z%22%7D", ["closed"]),
    ])
    func `Rooms can be filtered`(_ query: String, _ ids: [String]) async throws {
        let json = try await SandboxServer.forTests().withClient {
            let query = query.replacing("AGT", with: try $0.user("agt").userID)
            return try await $0.send(.GET, rooms + "?" + query)
        }.json
        guard case .array(let rows) = json["rooms"] else {
            Issue.record("no rooms in \(json)")
            return
        }
        #expect(rows.map { $0["_id"]?.string } == ids)
        #expect(json["total"]?.int == ids.count)
    }

    @Test(arguments: ["fields=%7B%7D", "query=%7B%7D"])
    func `Deprecated parameters are announced`(_ query: String) async throws {
        let reply = try await SandboxServer.forTests().withClient { try await $0.send(.GET, rooms + "?" + query) }
        #expect(reply.status == 200)
        #expect(reply.header("x-deprecation-type") == "parameter-deprecation")
    }

    @Test(arguments: [
        ("", ["other", "new", "old"]), ("Ann@example.org", ["old"]), ("ann@example.org", []), ("%2B155501", ["old"]),
        ("ANN", ["new", "old"]), ("guest-3", ["other"]), ("c-77", ["old"]), ("nobody", []),
    ])
    func `Visitors are found by contact data, name and custom field`(_ term: String, _ ids: [String]) async throws {
        let path = "/api/v1/livechat/visitors.search?term=" + term
        let json = try await SandboxServer.forTests().withClient { try await $0.send(.GET, path) }.json
        guard case .array(let rows) = json["visitors"] else {
            Issue.record("no visitors in \(json)")
            return
        }
        #expect(rows.map { $0["_id"]?.string } == ids)
        #expect(rows.allSatisfy { $0["token"] == nil })
    }

    @Test func `The history follows a move at once`() async throws {
        try await SandboxServer.forTests().withClient { client async throws in
            _ = try await client.move("closed", "old", "new")
            let json = try await client.send(.GET, history + "open/visitor/new").json
            #expect(json["total"] == 1)
            #expect(try await client.send(.GET, history + "open/visitor/old").json["total"] == 7)
        }
    }
}
