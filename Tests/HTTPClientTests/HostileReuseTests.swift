import TestSupport
import Testing

@testable import HTTPClient

/// A connection that is used again must never carry the answer to one request over to the next.
@Suite(.timeLimit(.minutes(2)))
struct HostileReuseTests {
    private static let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
    private static let opened = answer("200 OK", "{}")
    private static let refused = answer("400 Bad Request", "{}")

    /// Two requests, one after the other, of which the first is given up after `timeout`; `between` comes in between.
    private func replies(
        _ script: @escaping HostileServer.Script, timeout: Duration = .seconds(60),
        between: (HostileServer) async -> Void = { _ in }
    ) async throws -> (first: String, second: String, connections: Int, requests: Int) {
        try await HostileServer.with(script) { server in
            let client = try OriginClient.pooled(server.url)
            let hasty = try OriginClient.pooled(server.url, timeout: timeout, over: client.pool)
            let first = await hasty.client.send(.put)
            await between(server)
            let second = await client.client.send(.put)
            await client.pool.close()
            return (first.outline, second.outline, server.connections, server.requests.count)
        }
    }

    @Test func `An answer that comes unasked closes the connection, and is not taken for the next one's`() async throws
    {
        let seen = try await replies({ number in
            number == 0 ? [.send(Self.opened), .wait(.milliseconds(20)), .send(Self.refused)] : [.send(Self.opened)]
        }) { server in
            #expect(await eventually { server.closed == 1 })
        }
        #expect(seen == ("status 200", "status 200", 2, 2))
    }

    @Test func `An answer that comes after its time is not taken for the next one's`() async throws {
        let seen = try await replies(
            { number in number == 0 ? [.wait(.seconds(4)), .send(Self.opened)] : [.send(Self.refused)] },
            timeout: .seconds(2))
        #expect(seen == ("sent, answerTimeout", "status 400", 2, 2))
    }

    @Test(arguments: [
        ("a body shorter than its length", head + "Content-Length: 5000\r\n\r\n" + "{}"),
        ("a chunk shorter than its size", head + "Transfer-Encoding: chunked\r\n\r\nFFF\r\n" + "{}"),
        ("a head without its end", head + "Content-Length: 5"),
        ("nothing but an interim answer", "HTTP/1.1 100 Continue\r\n\r\n"),
    ])
    func `What stays behind of`(_ what: String, text: String) async throws {
        let seen = try await replies(
            { number in [.send(number == 0 ? text : Self.refused)] }, timeout: .seconds(2))
        #expect(seen == ("sent, answerTimeout", "status 400", 2, 2))
    }

    @Test(arguments: ["", "Connection: Upgrade\r\nUpgrade: websocket\r\n"])
    func `After a switch of protocols that nobody asked for the connection is not used again`(
        headers: String
    ) async throws {
        let switching = "HTTP/1.1 101 Switching Protocols\r\n\(headers)\r\n"
        let seen = try await replies({ number in [.send(number == 0 ? switching + Self.refused : Self.opened)] })
        #expect(seen == ("status 101", "status 200", 2, 2))
    }

    @Test(arguments: ["\r\n", "HTTP/1.1 429 Too Many", "HTTP/1.1 400 Bad Request\r\nX-Junk: "])
    func `What comes unasked is not taken for the beginning of the next answer`(junk: String) async throws {
        let seen = try await replies({ number in
            // In the same segment as the answer it would be a part of what the parser has read.
            number == 0 ? [.send(Self.opened), .wait(.milliseconds(300)), .send(junk)] : [.send(Self.opened)]
        }) { server in
            #expect(await eventually { server.closed == 1 })
        }
        #expect(seen == ("status 200", "status 200", 2, 2))
    }

    @Test func `A body that was cut at its limit ends its connection`() async throws {
        let megabyte = String(repeating: " ", count: 1 << 20)
        let seen = try await replies({ number in
            number == 0 ? [.send(Self.head + "\r\n"), .flood(megabyte)] : [.send(Self.refused)]
        })
        #expect(seen == ("status 200", "status 400", 2, 2))
    }

    @Test(arguments: [
        ("HTTP/1.1", "Connection: close\r\n", 2), ("HTTP/1.0", "", 2), ("HTTP/1.0", "Connection: keep-alive\r\n", 1),
        ("HTTP/1.1", "Keep-Alive: timeout=5\r\n", 1),
    ])
    func `The server's word on the connection counts`(version: String, header: String, connections: Int) async throws {
        let text = answer("400 Bad Request", #"{"error":"error-not-allowed"}"#, headers: header)
            .replacing("HTTP/1.1", with: version)
        let seen = try await replies({ _ in [.send(text)] })
        #expect(seen.first == "status 400" && seen.second == seen.first)
        #expect(seen.connections == connections && seen.requests == 2)
    }
}
