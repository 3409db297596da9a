import Testing

@testable import Sandbox

@Suite struct HTTPLayerTests {
    @Test(arguments: [
        (Verb.GET, "/api/v1/nothing"), (.GET, "/api/v1/info"), (.GET, "/somewhere"), (.GET, "/"),
    ])
    func `An unknown path that is read is the web application`(_ verb: Verb, _ path: String) async throws {
        let reply = try await SandboxServer.forTests().withClient { try await $0.send(verb, path) }
        #expect(reply.status == 200)
        #expect(reply.header("Content-Type")?.hasPrefix("text/html") == true)
        #expect(reply.body.contains("<!DOCTYPE html>"))
    }

    @Test(arguments: [Verb.PUT, .POST, .DELETE])
    func `An unknown path that is written is 405 without a body`(_ verb: Verb) async throws {
        let reply = try await SandboxServer.forTests().withClient { try await $0.send(verb, "/api/v1/nothing") }
        #expect(reply.status == 405)
        #expect(reply.body.isEmpty)
        #expect(reply.header("Content-Length") == "0")
        #expect(reply.header("Allow") == "OPTIONS, GET, HEAD")
    }

    @Test(arguments: [
        (Verb.GET, "/api/v1/livechat/room.visitor", "PUT"), (.POST, "/api/v1/livechat/room.visitor", "PUT"),
        (.PUT, "/api/v1/me", "GET"), (.DELETE, "/api/v1/livechat/rooms", "GET"), (.GET, "/api/v1/login", "POST"),
    ])
    func `A known path with another method is 405 with JSON`(_ verb: Verb, _ path: String, _ allow: String) async throws
    {
        let reply = try await SandboxServer.forTests().withClient { try await $0.send(verb, path, as: nil) }
        #expect(reply.status == 405)
        #expect(reply.body == #"{"status":"error","message":"API endpoint does not exist"}"#)
        #expect(reply.header("Allow") == allow)
    }

    @Test(arguments: ["mgr", nil])
    func `API answers carry the server's headers`(_ user: String?) async throws {
        let reply = try await SandboxServer.forTests().withClient { try await $0.send(.GET, "/api/v1/me", as: user) }
        let expected = [
            "Content-Type": "application/json", "Cache-Control": "no-store", "Pragma": "no-cache",
            "Access-Control-Allow-Origin": "*", "X-Content-Type-Options": "nosniff", "X-XSS-Protection": "1",
        ]
        for (name, value) in expected { #expect(reply.header(name) == value, "\(name)") }
        for name in ["X-Instance-ID", "Access-Control-Allow-Headers", "Date"] {
            #expect(reply.header(name)?.isEmpty == false, "\(name)")
        }
    }

    @Test func `Health is plain text`() async throws {
        let reply = try await SandboxServer.forTests().withClient { try await $0.send(.GET, "/health", as: nil) }
        #expect(reply.status == 200)
        #expect(reply.body == "ok")
        #expect(reply.header("Content-Type") == "text/plain")
    }

    @Test(
        arguments: [
            (Profile.v6_9, nil, "6.9", false, true), (.v6_9, "mgr", "6.9", false, true),
            (.v6_9, "adm", "6.9.2", true, true),
            (.v7_0, nil, "7.0", false, true), (.v7_0, "adm", "7.0.3", true, true),
            (.v6_4, nil, "6.4", false, false), (.v6_4, "adm", nil, true, false),
        ] as [(Profile, String?, String?, Bool, Bool)])
    func `The version has the shape of the release and the caller`(
        _ profile: Profile, _ user: String?, _ version: String?, _ hasInfo: Bool, _ hasMinimum: Bool
    ) async throws {
        let json = try await SandboxServer.forTests(profile: profile).withClient {
            try await $0.send(.GET, "/api/info", as: user)
        }.json
        #expect(json["version"]?.string == version)
        #expect(json["info"]?["version"]?.string == (hasInfo ? profile.fullVersion : nil))
        #expect((json["minimumClientVersions"] != nil) == hasMinimum)
        #expect(json.members.last?.key == "success")
    }

    @Test(arguments: [
        ("X-Auth-Token", "wrong"), ("X-User-Id", "wrong"), ("X-User-Id", "ADM"), ("X-Auth-Token", ""),
    ])
    func `Credentials must belong together`(_ header: String, _ value: String) async throws {
        let reply = try await SandboxServer.forTests().withClient {
            try await $0.send(
                .GET, "/api/v1/me", headers: [header: value == "ADM" ? try $0.user("adm").userID : value])
        }
        #expect(reply.status == 401)
        #expect(reply.body == MoveCase.unauthenticated)
    }

    @Test(arguments: [
        #"{"user":"mgr","password":"SECRET"}"#, #"{"username":"mgr","password":"SECRET"}"#,
        #"{"email":"mgr@example.org","password":"SECRET"}"#, #"{"user":{"username":"mgr"},"password":"SECRET"}"#,
        #"{"user":"mgr","password":{"digest":"DIGEST","algorithm":"sha-256"}}"#,
    ])
    func `A login answers id and token`(_ body: String) async throws {
        let (reply, manager) = try await SandboxServer.forTests().withClient { client async throws in
            let manager = try client.user("mgr")
            let body = body.replacing("DIGEST", with: manager.passwordDigest).replacing(
                "SECRET", with: manager.password)
            return (try await client.send(.POST, "/api/v1/login", body, as: nil), manager)
        }
        #expect(reply.status == 200)
        #expect(try reply.json["status"] == "success")
        #expect(try reply.json["data"]?["userId"] == .string(manager.userID))
        #expect(try reply.json["data"]?["authToken"] == .string(manager.authToken))
        #expect(try reply.json["data"]?["authToken"]?.string?.count == 43)
    }

    @Test(arguments: [
        #"{"user":"mgr","password":"x"}"#, #"{"user":"mgr","password":"mgr"}"#,
        #"{"user":"nobody","password":"nobody"}"#, "{}",
    ])
    func `A failed login is 401 with its own envelope`(_ body: String) async throws {
        let reply = try await SandboxServer.forTests().withClient {
            try await $0.send(.POST, "/api/v1/login", body, as: nil)
        }
        #expect(reply.status == 401)
        #expect(reply.body == #"{"status":"error","error":"Unauthorized","message":"Unauthorized"}"#)
    }

    @Test(arguments: [nil, Duration.milliseconds(1234)])
    func `401 and 403 come late, other answers do not`(_ delay: Duration?) async throws {
        let pauses = Recorder<Duration>()
        var time = SandboxTime.system
        time.sleep = { pauses.add($0) }
        let server = SandboxServer(SandboxConfiguration(seed: .tests, rateLimit: nil, denialDelay: delay, time: time))
        try await server.withClient { client async throws in
            #expect(try await client.move("none", "x", "y", as: nil).status == 401)
            #expect(try await client.move("none", "x", "y", as: "usr").status == 403)
            #expect(try await client.move("none", "x", "y").status == 400)
        }
        let expected = delay.map { $0...$0 } ?? .milliseconds(500)...(.milliseconds(1000))
        #expect(pauses.values.count == 2)
        #expect(pauses.values.allSatisfy(expected.contains))
    }

    @Test func `Large answers are compressed for clients that ask`() async throws {
        try await SandboxServer.forTests().withClient { client async throws in
            let path = "/api/v1/livechat/rooms"
            let unasked = ["Accept-Encoding": "identity"]
            #expect(try await client.send(.GET, path, headers: unasked).header("Content-Encoding") == nil)
            let asked = ["Accept-Encoding": "gzip"]
            #expect(try await client.send(.GET, path, headers: asked).header("Content-Encoding") == "gzip")
            #expect(try await client.send(.GET, "/api/v1/me", headers: asked).header("Content-Encoding") == nil)
        }
    }
}
