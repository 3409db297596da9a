import Model
import TestSupport
import Testing

@testable import RocketChat

/// Answers that are not what they say, or that nobody asked for in this form.
@Suite(.timeLimit(.minutes(1)))
struct HostileAnswerTests {
    private static let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"

    @Test(arguments: [301, 302, 303, 307, 308], ["http://127.0.0.1:PORT/steal?session=abc", "/api/v1/elsewhere", ""])
    func `A redirect is followed by no request at all, neither a PUT nor a GET`(
        _ status: Int, _ location: String
    ) async throws {
        try await HostileServer.with({ _ in [.send(answer("200 OK", movedBody))] }) { target in
            let location = location.replacing("PORT", with: "\(target.port)")
            let header = location.isEmpty ? "" : "Location: \(location)\r\n"
            let script: HostileServer.Script = { _ in [.send(answer("\(status) Moved", "", headers: header))] }
            try await HostileServer.with(script) { origin in
                let reply = try await withClient(origin.url) { client in
                    let reply = await client.move(room, from: oldVisitor, to: newVisitor)
                    #expect(await client.room(room).meaning.outline == "stop proxy-refused")
                    return reply
                }
                #expect(reply.meaning.outline == "stop proxy-refused")
                #expect(reply.meaning.detail?.contains("status \(status)") == true)
                #expect(reply.meaning.detail?.contains("session") == false)
                #expect(origin.requests.map { $0.prefix(3) } == ["PUT", "GET"])
            }
            #expect(target.connections == 0, "the token goes nowhere else")
        }
    }

    @Test(arguments: [
        ("200 OK", "unknown unreadable-reply"), ("400 Bad Request", "unknown unreadable-reply"),
        ("401 Unauthorized", "stop credentials-rejected"), ("429 Too Many Requests", "rate-limited"),
        ("502 Bad Gateway", "unknown gateway-error"),
    ])
    func `A compressed answer that was not asked for is judged by its status alone`(
        status: String, means: String
    ) async throws {
        // The magic number of gzip; nothing looks further.
        let body: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255, 1, 2, 3]
        let head = "HTTP/1.1 \(status)\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n"
        let reply = try await moveReply { _ in
            [.send(head + "Content-Length: \(body.count)\r\n\r\n"), .sendBytes(body)]
        }
        #expect(reply.meaning.outline == means)
    }

    @Test(arguments: [
        (
            "with its length",
            "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(movedBody.utf8.count)", movedBody,
            "success"
        ),
        (
            "cut off without a length", "HTTP/1.0 200 OK\r\nContent-Type: application/json",
            String(movedBody.dropLast(9)), "unknown unreadable-reply"
        ),
        (
            "cut off before its length", "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900",
            movedBody, "unknown connection-lost"
        ),
    ])
    func `An answer in HTTP 1 0`(_ how: String, head: String, body: String, means: String) async throws {
        let reply = try await moveReply { _ in [.send(head + "\r\n\r\n" + body), .close] }
        #expect(reply.meaning.outline == means)
    }

    @Test(arguments: [
        ("a length and chunks at once", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        ("a chunk of no size", "Transfer-Encoding: chunked\r\n\r\nxyz\r\n{}\r\n0\r\n\r\n"),
        ("a chunk too large to count", "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFF\r\n"),
        ("a length too large to count", "Content-Length: 99999999999999999999999\r\n\r\n"),
        ("a header without a colon", "No colon\r\n\r\n"), ("a zero byte in a header", "X-A: a\u{0}b\r\n\r\n"),
    ])
    func `No answer is made of`(_ what: String, rest: String) async throws {
        let reply = try await moveReply { _ in [.send(Self.head + rest), .close] }
        #expect(reply.meaning.outline == "unknown unreadable-reply")
    }

    @Test func `A refusal whose reason is no UTF 8 is none that can be believed`() async throws {
        let body = Array(#"{"success":false,"error":"invalid-ro"#.utf8) + [0xC3, 0x28] + Array(#"om"}"#.utf8)
        let head = "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\n"
        let reply = try await moveReply { _ in
            [.send(head + "Content-Length: \(body.count)\r\n\r\n"), .sendBytes(body)]
        }
        #expect(reply.meaning.outline == "unknown empty-refusal")
    }

    @Test func `A name that is no UTF 8 does not keep a room from being read`() async throws {
        let body =
            Array(#"{"room":{"_id":"\#(room)","fname":"A"#.utf8) + [0xC3, 0x28]
            + Array(#"","v":{"_id":"\#(newVisitor)"}}}"#.utf8)
        let reply = try await moveReply { _ in
            [.send(Self.head + "Content-Length: \(body.count)\r\n\r\n"), .sendBytes(body)]
        }
        #expect(reply.meaning == .success(Room(id: room, visitor: newVisitor, type: "")))
    }

    @Test(arguments: [
        String(repeating: "[", count: 500_000), String(repeating: #"{"room":"#, count: 100_000),
        #"{"room":{"_id":"\#(room)","v":\#(String(repeating: "[", count: 300_000))"#,
    ])
    func `A body nested without end is no answer`(body: String) async throws {
        let reply = try await moveReply { _ in [.send(answer("200 OK", body))] }
        #expect(reply.meaning.outline == "unknown unreadable-reply")
    }

    @Test func `A switch of protocols that nobody asked for is no answer`() async throws {
        let reply = try await moveReply { _ in
            [
                .send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n" + movedBody),
                .close,
            ]
        }
        #expect(reply.meaning.word == "unknown")
    }

    @Test(arguments: [Endpoint.roomVisitor, .chatHistory])
    func `Of a hundred megabytes no more is taken than the limit and what lies in sockets`(
        _ route: Endpoint
    ) async throws {
        let megabyte = String(repeating: " ", count: 1 << 20)
        try await HostileServer.with({ _ in [.send(Self.head + "\r\n"), .flood(megabyte, times: 100)] }) { server in
            try await withClient(server.url) { client in
                let outline =
                    route == .roomVisitor
                    ? await client.move(room, from: oldVisitor, to: newVisitor).meaning.outline
                    : await client.reader.history(of: oldVisitor, anchor: room, offset: 0, count: 100).meaning.outline
                #expect(outline == "unknown unreadable-reply")
            }
            #expect(await eventually { server.closed == 1 })
            #expect(server.taken <= route.bodyLimit >> 20 + 32)
        }
    }

    @Test(arguments: [
        "\u{1B}[2J\u{1B}]0;owned\u{7}", "text/\u{1B}[31mhtml", "application/json\u{1B}[0m",
    ])
    func `A content type cannot steer a terminal`(type: String) async throws {
        let reply = try await moveReply { _ in [.send(answer("200 OK", movedBody, type: type)), .close] }
        #expect(reply.meaning.word != "success")
        #expect(reply.meaning.detail?.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F } == true)
    }
}
