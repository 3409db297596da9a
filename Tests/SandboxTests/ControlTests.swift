import FoundationEssentials
import Testing

@testable import Sandbox

@Suite struct ControlTests {
    @Test func `The state names the visitor of every room`() async throws {
        let server = SandboxServer.forTests()
        let json = try await server.withClient { try await $0.send(.GET, "/sandbox/state", as: nil) }.json
        #expect(json["rooms"]?["closed"] == "old")
        #expect(json["rooms"]?["channel"] == .null)
        #expect(json["rooms"]?.members.count == server.roomOwners.count)
    }

    @Test func `The log has every API request in order and no token`() async throws {
        let server = SandboxServer.forTests()
        let (log, manager) = try await server.withClient { client async throws in
            _ = try await client.move("closed", "old", "new")
            _ = try await client.send(.GET, "/api/v1/rooms.info?roomId=open&token=tok-old")
            _ = try await client.send(.GET, "/api/v1/livechat/visitor/tok-old/room", as: nil)
            _ = try await client.send(.GET, "/health")
            return (try await client.send(.GET, "/sandbox/log"), try client.user("mgr"))
        }
        guard case .array(let rows) = try log.json else {
            Issue.record("no array: \(log.body)")
            return
        }
        #expect(rows.map { $0["status"]?.int } == [200, 200, 200])
        #expect(rows.map { $0["route"]?.string } == ["/api/v1/livechat/room.visitor", "/api/v1/rooms.info", nil])
        #expect(rows.map { $0["userId"]?.string } == [manager.userID, manager.userID, nil])
        #expect(rows.map { $0["rid"]?.string } == ["closed", "open", nil])
        #expect(rows[0]["oldVisitorId"] == "old")
        #expect(rows[0]["newVisitorId"] == "new")
        #expect(rows[2]["path"] == "/api/v1/livechat/visitor/redacted")
        #expect(try Date(iso8601: rows[0]["at"]?.string ?? "").timeIntervalSinceNow < 60)
        let instants = rows.compactMap { $0["monotonicNanoseconds"]?.int }
        #expect(instants == instants.sorted() && instants.count == 3)
        #expect(!log.body.contains("tok-") && !log.body.contains(manager.authToken))
    }

    @Test func `The log keeps the newest requests that it has room for, and counts the others`() async throws {
        let server = SandboxServer.forTests()
        let (record, state) = try await server.withClient { client async throws in
            _ = try await client.send(.GET, "/api/v1/" + String(repeating: "x", count: 1000), as: nil)
            return (try #require(server.requestLog.first), try await client.send(.GET, "/sandbox/state").json)
        }
        #expect(state["requestsDropped"] == 0)
        var log = RequestLog(greatestSize: 10_000)
        for number in 0..<1000 {
            #expect(log.append(record) == number)
            log.change(number) { $0.status = number }
            // One that is gone cannot be completed any more.
            log.change(number - 900) { $0.userID = String(repeating: "x", count: 1000) }
        }
        #expect((5...10).contains(log.records.count) && log.dropped + log.records.count == 1000)
        #expect(log.records.map(\.status) == (log.dropped..<1000).map { $0 })
        log.change(999) { $0.userID = "u" }
        #expect(log.records.last?.userID == "u")
    }

    @Test func `The log keeps the order in which requests arrived`() async throws {
        let server = SandboxServer.forTests(faults: [try Fault(.dropBeforeWrite, route: "me", count: 1)])
        try await server.withClient { client async throws in
            await #expect(throws: (any Error).self) { try await client.send(.GET, "/api/v1/me") }
            _ = try await client.send(.GET, "/api/v1/rooms.info")
        }
        #expect(server.requestLog.map(\.route) == ["/api/v1/me", "/api/v1/rooms.info"])
        #expect(server.requestLog.map(\.status) == [nil, 400])
    }

    @Test func `Somebody else can move, delete, close, open and add rooms`() async throws {
        let server = SandboxServer.forTests()
        try await server.withClient { client async throws in
            let requests: [(Verb, String, String?)] = [
                (.POST, "/sandbox/move", #"{"rid":"closed","visitorId":"stranger"}"#),
                (.DELETE, "/sandbox/rooms/archived", nil),
                (.PUT, "/sandbox/rooms", #"{"rid":"open","open":false}"#),
                (.PUT, "/sandbox/rooms", #"{"rid":"closedByAgt","open":true}"#),
                (.POST, "/sandbox/rooms", #"{"_id":"added","visitorId":"old","open":true,"servedBy":"agt"}"#),
            ]
            for (verb, path, body) in requests {
                let reply = try await client.send(verb, path, body, as: nil)
                #expect(reply.status == 200, "\(path): \(reply.body)")
            }
            let closed = try await client.send(.GET, "/api/v1/rooms.info?roomId=open").json["room"]
            #expect(closed?["open"] == nil)
            #expect(closed?["closedAt"] != nil)
            let opened = try await client.send(.GET, "/api/v1/rooms.info?roomId=closedByAgt").json["room"]
            #expect(opened?["open"] == true)
            #expect(opened?["closedAt"] == nil)
            let moves = try await client.send(.GET, "/sandbox/moves").json
            guard case .array(let rows) = moves else {
                Issue.record("moves is no array: \(moves)")
                return
            }
            #expect(rows.map { $0["userId"] } == [.null])
        }
        #expect(server.roomOwners["closed"] == "stranger")
        #expect(server.roomOwners["archived"] == nil)
        #expect(server.roomOwners["added"] == "old")
    }

    @Test func `Visitors can come and go, and their rooms still name them`() async throws {
        let server = SandboxServer.forTests()
        let list = "/api/v1/livechat/visitors.search?term=&sort=%7B%22_id%22:1%7D"
        try await server.withClient { client async throws in
            #expect(try await client.send(.GET, list).ids == ["new", "old", "other"])
            let added = #"{"_id":"added","name":"Zoe","emails":["zoe@example.org"],"ts":"2024-01-01T12:00:00.000Z"}"#
            #expect(try await client.send(.POST, "/sandbox/visitors", added, as: nil).status == 200)
            #expect(try await client.send(.DELETE, "/sandbox/visitors/old", as: nil).status == 200)
            #expect(try await client.send(.GET, list).ids == ["added", "new", "other"])
            let newestFirst = try await client.send(.GET, "/api/v1/livechat/visitors.search?term=")
            #expect(try newestFirst.ids == ["other", "new", "added"])
        }
        #expect(server.roomOwners["closed"] == "old")
    }

    @Test(arguments: [
        (Verb.DELETE, "/sandbox/visitors/none", nil, 404), (.POST, "/sandbox/visitors", #"{"name":"x"}"#, 400),
        (.POST, "/sandbox/visitors", #"{"_id":"v","lastChat":"x"}"#, 400),
    ])
    func `A visitor that cannot be is refused`(_ verb: Verb, _ path: String, _ body: String?, _ status: Int)
        async throws
    {
        let reply = try await SandboxServer.forTests().withClient { try await $0.send(verb, path, body, as: nil) }
        #expect(reply.status == status, "\(reply.body)")
    }

    @Test func `A token can be revoked, roles changed and users deleted in mid-run`() async throws {
        try await SandboxServer.forTests().withClient { client async throws in
            func set(_ body: String) async throws { _ = try await client.send(.PUT, "/sandbox/users", body) }
            try await set(#"{"username":"mgr","roles":["livechat-monitor"]}"#)
            #expect(try await client.move("closed", "old", "new").status == 403)
            try await set(#"{"username":"mgr","tokenWorks":false}"#)
            #expect(try await client.move("closed", "old", "new").status == 401)
            try await set(#"{"username":"mgr","tokenWorks":true,"roles":["admin"]}"#)
            #expect(try await client.move("closed", "old", "new").status == 200)
            try await set(#"{"username":"mgr","deleted":true}"#)
            #expect(try await client.send(.GET, "/api/v1/me").status == 401)
        }
    }

    @Test(arguments: [
        (Profile.v6_9, "users", #"{"username":"mgr","deleted":true}"#, MoveCase.plain("error-user-not-found")),
        (.v6_9, "rooms", "", #"{"success":false}"#),
        (.v6_4, "rooms", "", #"{"success":false,"error":"[invalid-room]","errorType":"invalid-room"}"#),
    ])
    func `What happens between comparison and write shows in the answer`(
        _ profile: Profile, _ target: String, _ body: String, _ answer: String
    ) async throws {
        let entered = Gate(callers: 2)
        let released = Gate(callers: 2)
        var time = SandboxTime.system
        time.sleep = { _ in
            await entered.pass()
            await released.pass()
        }
        try await SandboxServer.forTests(profile: profile, time: time).withClient { client async throws in
            _ = try await client.send(.PUT, "/sandbox/pause", #"{"milliseconds":5}"#)
            async let reply = client.move("closed", "old", "new")
            await entered.pass()
            if target == "users" {
                _ = try await client.send(.PUT, "/sandbox/users", body)
            } else {
                _ = try await client.send(.DELETE, "/sandbox/rooms/closed")
            }
            await released.pass()
            #expect(try await reply.status == 400)
            #expect(try await reply.body == answer)
        }
    }

    @Test func `The server can be upgraded in mid-run`() async throws {
        try await SandboxServer.forTests().withClient { client async throws in
            #expect(try await client.move("closed", "old", "new").status == 200)
            _ = try await client.send(.PUT, "/sandbox/profile", #"{"profile":"7.0"}"#)
            #expect(try await client.move("closed", "new", "old").status == 405)
            #expect(try await client.send(.GET, "/api/info").json["version"] == "7.0")
        }
    }

    @Test func `A skewed clock shows in Date and reset, not in the wait`() async throws {
        var time = SandboxTime.system
        time.now = { Date(timeIntervalSince1970: 1_714_661_265) }
        time.elapsed = { .zero }
        let limit = RateLimit(calls: 0, window: .seconds(60))
        try await SandboxServer.forTests(rateLimit: limit, time: time).withClient { client async throws in
            let before = try await client.send(.GET, "/api/v1/me")
            #expect(before.header("Date") == "Thu, 02 May 2024 14:47:45 GMT")
            #expect(before.header("X-RateLimit-Reset") == "1714661325000")
            _ = try await client.send(.PUT, "/sandbox/clock", #"{"skewSeconds":-65}"#)
            let after = try await client.send(.GET, "/api/v1/me")
            #expect(after.header("Date") == "Thu, 02 May 2024 14:46:40 GMT")
            #expect(after.header("X-RateLimit-Reset") == "1714661260000")
            #expect(after.body == before.body)
        }
    }

    @Test(arguments: [
        (Verb.PUT, "/sandbox/faults", #"{"nothing":1}"#, "known faults: delay-before-write, "),
        (.PUT, "/sandbox/faults", #"{"gzip":{"shore":1}}"#, "gzip.shore is wrong"),
        (.PUT, "/sandbox/faults", #"{"gzip":{"route":"none"}}"#, "known routes: /api/info, "),
        (.PUT, "/sandbox/faults", #"{"gzip":7}"#, "from 0 to 1"),
        (.PUT, "/sandbox/faults", "[]", "faults are an object"),
        (.PUT, "/sandbox/faults", "{", "not a JSON object"),
        (.PUT, "/sandbox/clock", "{}", "skewSeconds"),
        (.PUT, "/sandbox/rate-limit", #"{"calls":10}"#, "rate-limit takes"),
        (.PUT, "/sandbox/profile", #"{"profile":"5.0"}"#, "6.9, 6.4, 6.13, 7.0"),
        (.PUT, "/sandbox/pause", #"{"milliseconds":-1}"#, "milliseconds"),
        (.PUT, "/sandbox/users", #"{"username":"nobody"}"#, "there is no user nobody"),
        (.PUT, "/sandbox/users", #"{"username":"mgr","roles":"admin"}"#, "roles must be an array"),
        (.POST, "/sandbox/move", #"{"rid":"none","visitorId":"new"}"#, "there is no room none"),
        (.POST, "/sandbox/move", #"{"rid":"channel","visitorId":"new"}"#, "no visitor that could be changed"),
        (.POST, "/sandbox/move", #"{"rid":"closed"}"#, "visitorId is missing"),
        (.POST, "/sandbox/rooms", #"{"visitorId":"x"}"#, "_id is missing"),
        (.POST, "/sandbox/rooms", #"{"_id":"x","t":"c","visitorId":"x"}"#, "a channel"),
        (.GET, "/sandbox/nothing", "", "GET /sandbox/"),
    ])
    func `A control request that makes no sense says what would`(
        _ verb: Verb, _ path: String, _ body: String, _ hint: String
    ) async throws {
        let reply = try await SandboxServer.forTests().withClient {
            try await $0.send(verb, path, body.isEmpty ? nil : body)
        }
        #expect([400, 404].contains(reply.status))
        #expect(try reply.json["error"]?.string?.contains(hint) == true, "\(reply.body)")
    }

    @Test func `Faults are shown as they were set, and an empty object clears them`() async throws {
        try await SandboxServer.forTests().withClient { client async throws in
            let text = #"{"gzip":{"share":0.5,"route":"me","after":3,"count":2,"milliseconds":7}}"#
            let shown = #"{"faults":{"gzip":{"share":0.5,"route":"/api/v1/me","after":3,"count":2,"milliseconds":7}}}"#
            #expect(try await client.send(.PUT, "/sandbox/faults", text).body == shown)
            #expect(try await client.send(.GET, "/sandbox/faults").body == shown)
            #expect(try await client.send(.PUT, "/sandbox/faults", "{}").body == #"{"faults":{}}"#)
        }
    }
}
