import FoundationEssentials
import Testing

@testable import Sandbox

/// Everybody on the machine reaches the port of a sandbox, and every page in a browser there can make it send requests.
@Suite(.timeLimit(.minutes(1))) struct StrangerTests {
    private static let routes: [(Verb, String, String?)] = [
        (.GET, "/", nil), (.GET, "/health", nil), (.GET, "/api/info", nil), (.GET, "/api/v1/me", nil),
        (.PUT, "/api/v1/livechat/room.visitor", #"{"rid":"closed","oldVisitorId":"old","newVisitorId":"new"}"#),
        (.OPTIONS, "/api/v1/livechat/room.visitor", nil), (.GET, "/sandbox/state", nil),
        (.POST, "/sandbox/move", #"{"rid":"closed","visitorId":"thief"}"#), (.DELETE, "/sandbox/rooms/closed", nil),
        (.PUT, "/sandbox/users", #"{"username":"usr","roles":["admin"]}"#), (.OPTIONS, "/sandbox/move", nil),
    ]

    /// Sends every request with the headers, by somebody who knows all secrets, and expects them to do nothing.
    private func expectRefusal(_ status: Int, _ headers: [String: String]) async throws {
        let server = SandboxServer.forTests()
        try await server.withClient { client async throws in
            for (verb, path, body) in Self.routes {
                let headers = headers.mapValues { $0.replacing("PORT", with: client.port) }
                let reply = try await client.send(verb, path, body, headers: headers)
                #expect(reply.status == status, "\(verb) \(path): \(reply.status) \(reply.body)")
                #expect(reply.header("Access-Control-Allow-Origin") == nil, "\(verb) \(path)")
                #expect(!reply.body.contains("old") && reply.body.contains("This sandbox answers"), "\(reply.body)")
            }
        }
        #expect(server.moves.isEmpty && server.requestLog.isEmpty)
        #expect(server.roomOwners["closed"] == "old")
    }

    @Test(arguments: [
        "evil.example.org", "evil.example.org:PORT", "127.0.0.1", "127.0.0.1:1", "localhost", "localhost:1",
        "localhost.evil.example.org:PORT", "127.0.0.1.evil.example.org:PORT", "evil@127.0.0.1:PORT", "0.0.0.0:PORT",
        "127.0.0.2:PORT", "[::1]:PORT", "localhost.:PORT", "127.1:PORT", "127.0.0.1:PORT.evil.example.org",
        "127.0.0.1:PORT, evil.example.org",
    ])
    func `A name that leads to this machine does not lead to the sandbox`(host: String) async throws {
        try await expectRefusal(421, ["Host": host])
    }

    @Test(arguments: [
        ("Origin", "http://evil.example.org"), ("Origin", "https://127.0.0.1:PORT"), ("Origin", "http://127.0.0.1"),
        ("Origin", "http://127.0.0.1:1"), ("Origin", "http://localhost:1"), ("Origin", "null"), ("Origin", "file://"),
        ("Origin", "http://127.0.0.1:PORT.evil.example.org"), ("Origin", "http://127.0.0.1:PORT http://evil.org"),
        ("Origin", "http://evil.example.org:PORT"), ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site"),
        ("Sec-Fetch-Site", "anything"),
    ])
    func `A page of another site reads nothing and changes nothing`(name: String, value: String) async throws {
        try await expectRefusal(403, [name: value])
    }

    @Test(arguments: [
        ["Host": "localhost:PORT"], ["Host": "LOCALHOST:PORT"], ["Origin": "http://127.0.0.1:PORT"],
        ["Origin": "http://localhost:PORT", "Host": "localhost:PORT", "Sec-Fetch-Site": "same-origin"],
        ["Sec-Fetch-Site": "none"],
    ])
    func `A program and the sandbox's own pages are answered`(_ headers: [String: String]) async throws {
        try await SandboxServer.forTests().withClient { client async throws in
            let headers = headers.mapValues { $0.replacing("PORT", with: client.port) }
            #expect(try await client.send(.GET, "/sandbox/state", headers: headers).status == 200)
            #expect(try await client.send(.GET, "/api/v1/me", headers: headers).status == 200)
        }
    }

    private static let controls = [
        "GET state", "GET log", "GET moves", "GET faults", "GET rooms/closed", "DELETE rooms/closed",
        "DELETE visitors/old", "PUT faults", "PUT clock", "PUT rate-limit", "PUT profile", "PUT pause", "PUT users",
        "POST move", "POST rooms", "PUT rooms", "POST visitors", "GET nothing", "POST nothing", "GET ",
    ]

    @Test(arguments: ["", "wrong", "null", "undefined"])
    func `Nobody controls the sandbox without its key`(key: String) async throws {
        let server = SandboxServer.forTests()
        try await server.withClient { client async throws in
            for control in Self.controls {
                let words = control.split(separator: " ", omittingEmptySubsequences: false)
                let verb = try #require(Verb(rawValue: String(words[0])))
                // The body fits several of them.
                let body = verb == .GET ? nil : #"{"rid":"closed","visitorId":"thief","_id":"x","skewSeconds":9}"#
                let reply = try await client.send(
                    verb, "/sandbox/\(words[1])", body, as: "adm", headers: ["X-Sandbox-Key": key])
                #expect(reply.status == 403, "\(control): \(reply.status) \(reply.body)")
                #expect(try reply.json["error"]?.string?.contains("X-Sandbox-Key") == true)
                #expect(!reply.body.contains(try #require(client.address.controlKey)))
            }
        }
        #expect(server.roomOwners["closed"] == "old" && server.roomOwners["x"] == nil && server.moves.isEmpty)
    }

    @Test(arguments: [
        "application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x", "application/jsonx", "",
        "text/plain; application/json", "application/json, text/plain",
    ])
    func `A control route takes JSON only, even with the key`(type: String) async throws {
        let server = SandboxServer.forTests(faults: [try Fault(.gzip)])
        try await server.withClient { client async throws in
            for (verb, path, body) in [
                (Verb.POST, "move", "rid=closed&visitorId=thief"),
                (.POST, "move", #"{"rid":"closed","visitorId":"thief"}"#), (.PUT, "faults", "{}"),
            ] {
                let reply = try await client.send(
                    verb, "/sandbox/" + path, body, type: type, headers: type.isEmpty ? ["Content-Type": ""] : [:])
                #expect(reply.status == 415, "\(reply.body)")
            }
            #expect(try await client.send(.GET, "/sandbox/faults").body.contains("gzip"))
        }
        #expect(server.moves.isEmpty)
    }

    @Test func `No control route can be read by another site's page`() async throws {
        try await SandboxServer.forTests().withClient { client async throws in
            for control in Self.controls {
                let words = control.split(separator: " ", omittingEmptySubsequences: false)
                let verb = try #require(Verb(rawValue: String(words[0])))
                for verb in [verb, .OPTIONS] {
                    let reply = try await client.send(verb, "/sandbox/\(words[1])")
                    let shared = reply.headers.filter { $0.name.lowercased().hasPrefix("access-control") }
                    #expect(shared.isEmpty, "\(verb) \(words[1])")
                }
            }
        }
    }

    @Test func `Two sandboxes have no secret and no id in common`() async throws {
        func secrets() async throws -> [String] {
            try await SandboxServer.forTests().withClient { client async throws in
                client.address.users.flatMap { [$0.userID, $0.authToken, $0.password] }
                    + [try #require(client.address.controlKey)]
            }
        }
        let all = try await secrets() + secrets()
        #expect(all.count == 32 && Set(all).count == 32)
    }

    @Test func `Nobody logs in with what every sandbox once had`() async throws {
        try await SandboxServer.forTests().withClient { client async throws in
            for name in SandboxUser.usernames {
                for body in [
                    #"{"user":"\#(name)","password":"\#(name)"}"#, #"{"user":"\#(name)","password":""}"#,
                    #"{"user":"\#(name)"}"#, #"{"user":"\#(name)","password":null}"#,
                    #"{"user":"\#(name)","password":{"digest":""}}"#,
                ] {
                    let reply = try await client.send(.POST, "/api/v1/login", body, as: nil)
                    #expect(reply.status == 401, "\(body)")
                }
            }
            let old = [
                "X-User-Id": "aDmSandboxUser001", "X-Auth-Token": "aDm0Sandbox0Token0000000000000000000000000A",
            ]
            let visitor = "/api/v1/livechat/visitors.info?visitorId=old"
            let reply = try await client.send(.GET, visitor, as: nil, headers: old)
            #expect(reply.status == 401 && !reply.body.contains("tok-"))
        }
    }

    @Test func `A sandbox without control has no such route, whatever the key`() async throws {
        let server = SandboxServer.forTests(hasControl: false)
        try await server.withClient { client async throws in
            #expect(client.address.controlKey == nil)
            for key in ["", "wrong", "nil"] {
                for (verb, path, body) in [
                    (Verb.GET, "state", nil), (.PUT, "clock", #"{"skewSeconds":1e308}"#),
                    (.POST, "move", #"{"rid":"closed","visitorId":"thief"}"#),
                ] {
                    let reply = try await client.send(verb, "/sandbox/" + path, body, headers: ["X-Sandbox-Key": key])
                    #expect(reply.status == 404 && !reply.body.contains("old"), "\(path): \(reply.body)")
                }
            }
        }
        #expect(server.moves.isEmpty)
    }

    /// A parser whose work grows with the square of what it gets would be busy for hours.
    @Test(arguments: ["a=&", "a[]=&", "DIFFERENT"])
    func `A form of a million bytes is read at once`(pair: String) async throws {
        let count = 1_000_000 / (pair == "DIFFERENT" ? 8 : pair.utf8.count)
        let form = pair == "DIFFERENT" ? (0..<count).map { "\($0)=&" }.joined() : String(repeating: pair, count: count)
        try await SandboxServer.forTests().withClient { client async throws in
            let reply = try await client.send(
                .POST, "/api/v1/login", form, as: nil, type: "application/x-www-form-urlencoded")
            #expect(reply.status == 401)
        }
    }

    @Test(arguments: ["/api/v1/login", "/sandbox/visitors", "/nothing"])
    func `A larger body is not taken`(path: String) async throws {
        try await SandboxServer.forTests().withClient { client async throws in
            let body = #"{"user":""# + String(repeating: "x", count: 1_100_000) + #""}"#
            #expect(try await client.send(.POST, path, body, as: nil).status == 413)
            #expect(try await client.send(.GET, "/health").status == 200)
        }
    }

    @Test func `A form is an object of texts, and of arrays for what is repeated or in brackets`() {
        let form: JSON = ["a": ["1", "2"], "b": ["3"], "c": "4 5", "": "6", "d": ["", "7"]]
        #expect(FormParser.parse("a=1&b[]=3&c=4+%35&a=2&=6&d&d[]=7&") == form)
    }
}

extension Client {
    fileprivate var port: String { String(address.url.split(separator: ":").last ?? "") }
}
