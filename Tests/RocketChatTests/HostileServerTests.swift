import Model
import TestSupport
import Testing

@testable import RocketChat

/// What the client makes of servers that break the rules, on real sockets.
@Suite(.timeLimit(.minutes(1)))
struct HostileServerTests {
    /// Enough for a request to leave on a busy machine, and short for an answer that never comes.
    private static let short = Duration.seconds(2)

    private static let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"

    @Test(arguments: [
        ("nothing", [HostileServer.Step.close]),
        ("half a status line", [.send("HTTP/1.1 20"), .close]),
        ("half a head", [.send(head), .close]),
        ("a head alone", [.send(head + "Content-Length: 500\r\n\r\n"), .close]),
        ("half a body", [.send(head + "Content-Length: 500\r\n\r\n" + movedBody), .close]),
        ("half a chunk", [.send(head + "Transfer-Encoding: chunked\r\n\r\nFF\r\n{"), .close]),
    ])
    func `A connection that closes after`(_ what: String, steps: [HostileServer.Step]) async throws {
        let reply = try await moveReply { _ in steps }
        #expect(reply.meaning.outline == "unknown connection-lost")
    }

    @Test func `A connection that closes at once never counts as an answer`() async throws {
        let reply = try await HostileServer.with(closesAtOnce: true) { server in
            try await withClient(server.url) { await $0.move(room, from: oldVisitor, to: newVisitor) }
        }
        #expect(["unknown connection-lost", "not-sent connection-failed"].contains(reply.meaning.outline))
        #expect(reply.status == nil)
    }

    @Test(arguments: [
        ("silence", [HostileServer.Step]()),
        (
            "an endless body, byte by byte",
            [.send(head + "Content-Length: 9000\r\n\r\n"), .drip(" ", every: .milliseconds(20))]
        ),
        ("an endless head, byte by byte", [.send(head + "X-Slow: "), .drip("x", every: .milliseconds(20))]),
        ("interim answers for ever", [.drip("HTTP/1.1 102 Processing\r\n\r\n", every: .milliseconds(20))]),
    ])
    func `The deadline holds against`(_ what: String, steps: [HostileServer.Step]) async throws {
        let reply = try await moveReply(timeout: Self.short) { _ in steps }
        #expect(reply.meaning.outline == "unknown timeout")
        #expect(reply.duration >= Self.short)
    }

    @Test func `An endless head is cut off`() async throws {
        let reply = try await moveReply { _ in
            [.send(Self.head), .flood("X-More: \(String(repeating: "x", count: 1000))\r\n")]
        }
        #expect(reply.meaning.outline == "unknown unreadable-reply")
    }

    @Test(
        arguments: [
            ("without a length", "\r\n", nil), ("of 100 MB", "Content-Length: 104857600\r\n\r\n", 100),
        ] as [(String, String, Int?)])
    func `No more than a megabyte is read of a body`(_ what: String, headers: String, megabytes: Int?) async throws {
        let megabyte = String(repeating: " ", count: 1 << 20)
        let reply = try await moveReply { _ in [.send(Self.head + headers), .flood(megabyte, times: megabytes)] }
        #expect(reply.meaning.outline == "unknown unreadable-reply")
        #expect(reply.status == 200)
    }

    @Test func `An endless page is judged by its head`() async throws {
        let reply = try await moveReply { _ in
            [
                .send("HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\n\r\n"),
                .flood(String(repeating: "x", count: 65536)),
            ]
        }
        #expect(reply.meaning.outline == "unknown gateway-error")
    }

    @Test(arguments: [
        ("shorter than the body", movedBody.utf8.count - 10), ("zero", 0),
    ])
    func `A content length that is`(_ what: String, length: Int) async throws {
        let reply = try await moveReply { _ in [.send(Self.head + "Content-Length: \(length)\r\n\r\n" + movedBody)] }
        #expect(reply.meaning.outline == "unknown unreadable-reply")
    }

    @Test func `Bytes left over from one answer are not taken for the next`() async throws {
        let forged = answer("200 OK", movedBody)
        let replies = try await HostileServer.with({ number in
            number == 0 ? [.send(answer("400 Bad Request", #"{"error":"invalid-room"}"#) + forged)] : [.close]
        }) { server in
            try await withClient(server.url) { client in
                let first = await client.move(room, from: oldVisitor, to: newVisitor)
                return [first, await client.move(room, from: oldVisitor, to: newVisitor)]
            }
        }
        #expect(replies[0].meaning.word == "refused")
        #expect(replies[1].meaning.word != "success")
    }

    @Test(arguments: [
        ("no HTTP", "SSH-2.0-OpenSSH_9.6\r\n\r\n"), ("a negative length", head + "Content-Length: -5\r\n\r\n"),
        ("two lengths", head + "Content-Length: 5\r\nContent-Length: 6\r\n\r\n123456"),
        ("a status of letters", "HTTP/1.1 OK 200\r\n\r\n"),
    ])
    func `What is`(_ what: String, text: String) async throws {
        let reply = try await moveReply { _ in [.send(text), .close] }
        #expect(reply.meaning.outline == "unknown unreadable-reply")
    }

    @Test func `An id that is no UTF-8 is not the one that was asked for`() async throws {
        let body = Array(movedBody.utf8.prefix(70)) + [0xFF, 0xC0] + Array(movedBody.utf8.dropFirst(72))
        let reply = try await moveReply { _ in
            [.send(Self.head + "Content-Length: \(body.count)\r\n\r\n"), .sendBytes(body)]
        }
        #expect(reply.meaning.outline == "unknown unreadable-reply")
    }

    @Test func `A redirect is not followed and learns no token`() async throws {
        try await HostileServer.with({ _ in [.send(answer("200 OK", movedBody))] }) { target in
            let reply = try await moveReply { _ in
                [.send(answer("307 Temporary Redirect", "", headers: "Location: \(target.url)/api\r\n"))]
            }
            #expect(reply.meaning.outline == "stop proxy-refused")
            #expect(target.requests.isEmpty)
        }
    }

    @Test(arguments: [
        (
            "after interim answers",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + answer("200 OK", movedBody)
        ),
        ("in HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n" + movedBody),
        (
            "in chunks",
            head
                + "Transfer-Encoding: chunked\r\n\r\n\(String(movedBody.utf8.count, radix: 16))\r\n\(movedBody)\r\n0\r\n\r\n"
        ),
        ("with a charset", answer("200 OK", movedBody, type: "Application/JSON; charset=utf-8")),
    ])
    func `A good answer is understood`(_ how: String, text: String) async throws {
        let reply = try await moveReply { _ in [.send(text), .close] }
        #expect(reply.meaning == .success(Room(id: room, visitor: newVisitor)))
        #expect(reply.status == 200)
    }

    @Test(arguments: [("closes after every answer", true), ("keeps the connection", false)])
    func `200 moves one after another, on a server that`(_ what: String, closes: Bool) async throws {
        try await HostileServer.with({ _ in
            [.send(answer("200 OK", movedBody, headers: closes ? "Connection: close\r\n" : ""))]
                + (closes ? [.close] : [])
        }) { server in
            try await withClient(server.url) { client in
                for _ in 0..<200 {
                    let reply = await client.move(room, from: oldVisitor, to: newVisitor)
                    #expect(reply.meaning.word == "success")
                }
            }
            #expect(server.requests.count == 200)
            #expect(server.connections == (closes ? 200 : 1))
        }
    }

    @Test func `A kept connection that the server closes silently costs no more than an unknown`() async throws {
        try await HostileServer.with({ _ in [.send(answer("200 OK", movedBody)), .close] }) { server in
            var outlines: [String: Int] = [:]
            try await withClient(server.url) { client in
                for _ in 0..<50 {
                    let reply = await client.move(room, from: oldVisitor, to: newVisitor)
                    outlines[reply.meaning.outline, default: 0] += 1
                }
            }
            #expect(
                Set(outlines.keys).isSubset(of: ["success", "unknown connection-lost", "not-sent connection-failed"]))
            #expect(outlines["success"] ?? 0 > 0)
            // Whatever the server received is not called unsent.
            #expect(server.requests.count <= 50 - (outlines["not-sent connection-failed"] ?? 0))
        }
    }

    /// One that names the room cannot be told from an answer.
    @Test func `An answer that is there before its request is not believed when it names another room`() async throws {
        let foreign = movedBody.replacing(room.rawValue, with: "another-room")
        let reply = try await HostileServer.with(greeting: [.send(answer("200 OK", foreign))]) { server in
            try await withClient(server.url) { await $0.move(room, from: oldVisitor, to: newVisitor) }
        }
        #expect(["unknown", "not-sent"].contains(reply.meaning.word))
    }
}
