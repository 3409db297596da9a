import InMemoryLogging
import Logging
import Model
import TestSupport
import Testing

@testable import HTTPClient
@testable import RocketChat

/// Requests as they arrive, answers that never do, and what is said about both.
@Suite(.timeLimit(.minutes(1)))
struct TransportTests {
    @Test func `A move is one PUT with the headers and the body of the contract`() async throws {
        try await HostileServer.with({ _ in [.send(answer("200 OK", movedBody))] }) { server in
            try await withClient(server.url + "/chat/") { client in
                let reply = await client.move(room, from: oldVisitor, to: newVisitor)
                #expect(reply.meaning == .success(Room(id: room, visitor: newVisitor)))
            }
            let request = try #require(server.requests.first)
            let parts = request.split(separator: "\r\n\r\n")
            let lines = parts[0].split(separator: "\r\n").map(String.init)
            #expect(server.requests.count == 1)
            #expect(lines[0] == "PUT /chat/api/v1/livechat/room.visitor HTTP/1.1")
            let body = #"{"rid":"\#(room)","oldVisitorId":"\#(oldVisitor)","newVisitorId":"\#(newVisitor)"}"#
            #expect(
                Set(lines.dropFirst().map { $0.lowercased() }) == [
                    "x-auth-token: \(secret.lowercased())", "x-user-id: uq7mzp2lktn4vbxc9", "accept: application/json",
                    "user-agent: visitor-merge/1.2.3", "content-type: application/json",
                    "host: 127.0.0.1:\(server.port)", "content-length: \(body.utf8.count)",
                ]
            )
            #expect(parts[1] == body)
        }
    }

    @Test func `Reads are GETs with encoded ids`() async throws {
        let odd = "a/b?c=d&e%20ü"
        try await HostileServer.with({ _ in [.send(answer("502 Bad Gateway", "", type: "text/html"))] }) { server in
            try await withClient(server.url) { client in
                _ = await client.room(RoomID(odd))
                _ = await client.reader.history(of: VisitorID(odd), anchor: RoomID(odd), offset: 0, count: 100)
                _ = await client.reader.visitors(in: .byID, offset: 0, count: 1)
                _ = await client.reader.visitor(VisitorID(odd))
                _ = await client.reader.rooms(offset: 100, count: 100)
                _ = await client.reader.me()
                _ = await client.reader.serverInfo()
            }
            let encoded = "a%2Fb%3Fc%3Dd%26e%2520%C3%BC"
            #expect(
                server.requests.map { String($0.prefix { $0 != "\r\n" }) } == [
                    "GET /api/v1/rooms.info?roomId=\(encoded) HTTP/1.1",
                    "GET /api/v1/livechat/visitors.chatHistory/room/\(encoded)/visitor/\(encoded)"
                        + "?offset=0&count=100&sort=%7B%22ts%22%3A1%7D HTTP/1.1",
                    "GET /api/v1/livechat/visitors.search?term=&offset=0&count=1&sort=%7B%22_id%22%3A1%7D HTTP/1.1",
                    "GET /api/v1/livechat/visitors.info?visitorId=\(encoded) HTTP/1.1",
                    "GET /api/v1/livechat/rooms?offset=100&count=100&sort=%7B%22ts%22%3A1%7D HTTP/1.1",
                    "GET /api/v1/me HTTP/1.1",
                    "GET /api/info HTTP/1.1",
                ]
            )
        }
    }

    @Test func `Window, clock and instance of the server are passed on`() async throws {
        let headers =
            "X-RateLimit-Limit: 10\r\nX-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: 784111787500\r\n"
            + "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nX-Instance-Id: node-1\r\nRetry-After: 7\r\n"
        let reply = try await moveReply { _ in
            [.send(answer("429 Too Many Requests", #"{"success":false,"error":"wait 47 seconds"}"#, headers: headers))]
        }
        #expect(reply.meaning == .rateLimited(RateLimitHint(wait: .seconds(7))))
        #expect(reply.status == 429)
        #expect(reply.window == RateWindow(limit: 10, remaining: 0, reset: Timestamp(milliseconds: 784_111_787_500)))
        #expect(reply.serverDate == Timestamp(milliseconds: 784_111_777_000))
        #expect(reply.instance == "node-1")
        #expect(reply.duration > .zero)
    }

    @Test func `The probe asks for a move that cannot happen`() async throws {
        let refusal = answer("400 Bad Request", #"{"success":false,"error":"visitor-not-found"}"#)
        try await HostileServer.with({ _ in [.send(refusal)] }) { server in
            let reply = try await withClient(server.url) { await $0.probe() }
            #expect(reply.meaning == .success(ProbeResult()))
            #expect(reply.status == 400)
            #expect(server.requests.first?.contains("visitor-merge-probe-visitor") == true)
        }
    }

    @Test func `A refused port means not sent`() async throws {
        let port = try await HostileServer.with({ _ in [] }) { $0.port }
        try await withClient("http://127.0.0.1:\(port)") { client in
            let reply = await client.move(room, from: oldVisitor, to: newVisitor)
            #expect(reply.meaning.outline == "not-sent connection-failed")
            #expect(reply.status == nil)
        }
    }

    @Test func `A name that does not resolve means not sent`() async throws {
        try await withClient("https://no-such-host.invalid") { client in
            #expect(await client.move(room, from: oldVisitor, to: newVisitor).meaning.word == "not-sent")
        }
    }

    @Test func `A cancelled request is unknown`() async throws {
        try await HostileServer.with({ _ in [] }) { server in
            try await withClient(server.url) { client in
                let reply = await withTaskGroup(of: Reply<Room>.self) { group in
                    group.addTask { await client.move(room, from: oldVisitor, to: newVisitor) }
                    while server.requests.isEmpty {
                        await Task.yield()
                    }
                    group.cancelAll()
                    return await group.next()
                }
                #expect(reply?.meaning.outline == "unknown connection-lost")
            }
        }
    }

    @Test(arguments: ["tok\r\nX-Evil: 1", "tok\u{0}en", "tok\nen"])
    func `A token that is no header value ends the run and is not shown`(token: String) async throws {
        try await HostileServer.with({ _ in [.send(answer("200 OK", movedBody))] }) { server in
            let reply = try await RocketChatClient.with(
                address: ServerAddress(parsing: server.url, allowInsecureHTTP: false),
                credentials: Credentials(userID: "u", authToken: AuthToken(token)),
                logger: Logger(label: "silent") { _ in SwiftLogNoOpLogHandler() }
            ) { await $0.move(room, from: oldVisitor, to: newVisitor) }
            #expect(reply.meaning.outline == "stop credentials-rejected")
            #expect(reply.meaning.detail?.contains(token) == false)
            #expect(server.requests.isEmpty)
        }
    }

    @Test func `Logs hold route, status and duration and no secret`() async throws {
        let handler = InMemoryLogHandler()
        var logger = Logger(label: "test") { _ in handler }
        logger.logLevel = .trace
        try await HostileServer.with({ _ in [.send(answer("200 OK", movedBody))] }) { server in
            try await withClient(server.url, logger: logger) { client in
                _ = await client.move(room, from: oldVisitor, to: newVisitor)
            }
        }
        let entry = try #require(handler.entries.first)
        #expect(handler.entries.count == 1)
        #expect(entry.level == .debug)
        #expect(entry.metadata["http.status"] == "200")
        #expect(entry.metadata["http.route"] == "livechat/room.visitor")
        let text = handler.entries.map { "\($0.message) \($0.metadata)" }.joined()
        #expect(!text.contains(secret))
        #expect(!text.contains("tok-new"))
        #expect(!text.contains(newVisitor.rawValue))
    }

    @Test func `An error in the closure still closes the client`() async throws {
        struct Problem: Error {}
        var leaked: RocketChatClient?
        try await HostileServer.with({ _ in [.send(answer("200 OK", movedBody))] }) { server in
            await #expect(throws: Problem.self) {
                try await withClient(server.url) { client in
                    leaked = client
                    throw Problem()
                }
            }
            let client = try #require(leaked)
            #expect(await client.room(room).meaning.outline == "not-sent connection-failed")
        }
    }

    @Test func `A reply tells how long its connection took to make`() async throws {
        let pause = Duration.milliseconds(100)
        let script: HostileServer.Script = { number in
            [.wait(pause), .send(number == 0 ? "HTTP/1.1 200 OK\r\n\r\n" : answer("200 OK", movedBody))]
        }
        try await HostileServer.with(script) { proxy in
            try await withClient("http://127.0.0.1:1", proxy: "http://127.0.0.1:\(proxy.port)") { client in
                let first = await client.move(room, from: oldVisitor, to: newVisitor)
                #expect(first.delay >= pause && first.duration >= first.delay + pause)
                let second = await client.move(room, from: oldVisitor, to: newVisitor)
                #expect(second.delay > .zero && second.duration >= second.delay + pause)
            }
        }
        let none = try await withClient("http://127.0.0.1:1") {
            await $0.move(room, from: oldVisitor, to: newVisitor)
        }
        #expect(none.delay == .zero)
    }

    @Test(arguments: [
        (
            HTTPFailure.noneFree, "not-sent timeout",
            "No connection to SERVER was free in time: all of them wait for answers"
        ),
        (
            .proxyCannotConnect, "not-sent connection-failed",
            "The proxy PROXY does not connect to SERVER: it refuses to, or cannot reach it"
        ),
        (.proxyTimeout, "not-sent connection-failed", "The proxy PROXY did not connect to SERVER in time"),
        (
            .proxyRefused, "stop proxy-refused",
            "The proxy PROXY does not accept the user and the password that it was named with (status 407)"
        ),
        (.handshakeTimeout, "not-sent tls-failed", "SERVER did not finish the TLS handshake in time"),
        (.connectTimeout, "not-sent connection-failed", "The proxy PROXY did not accept a connection in time"),
        (
            .unreachable("connection refused"), "not-sent connection-failed",
            "The proxy PROXY cannot be reached: connection refused"
        ),
        (.closed, "not-sent connection-failed", "SERVER cannot be reached: the connection was closed"),
        (
            .tls(.otherName), "not-sent tls-failed",
            "No trusted TLS connection to SERVER: its certificate is for another name"
        ),
        (.cancelled, "unknown connection-lost", "The request was cancelled before its answer came"),
    ])
    func `A request that was not sent is told with its reason, and once it was sent it is unknown`(
        failure: HTTPFailure, outline: String, sentence: String
    ) throws {
        let address = try ServerAddress(parsing: "https://chat.example.org/team", allowInsecureHTTP: false)
        let proxy = try ProxyAddress(parsing: "http://ann:hunter2@proxy.example.org:3128")
        let unsent: ReplyOutcome<Room> =
            TransportFailure(failure: failure, mayHaveLeft: false, address: address, proxy: proxy).meaning()
        #expect(unsent.outline == outline)
        let words = sentence.replacing("SERVER", with: "\(address)").replacing("PROXY", with: "\(proxy)")
        #expect(unsent.detail == words)
        let sent: ReplyOutcome<Room> =
            TransportFailure(failure: failure, mayHaveLeft: true, address: address, proxy: proxy).meaning()
        #expect(sent.outline == "unknown connection-lost")
    }
}
