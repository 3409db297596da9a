import TestSupport
import Testing

@testable import HTTPClient

/// Connections that are kept, and those that never come about.
@Suite(.timeLimit(.minutes(2)))
struct ConnectionTests {
    private static let opened = answer("200 OK", "{}")

    @Test func `Every request of a kept connection has the whole time for its answer`() async throws {
        let timeout = Duration.seconds(2)
        try await HostileServer.with({ number in number < 3 ? [.send(Self.opened)] : [] }) { server in
            let client = try OriginClient.pooled(server.url)
            let hasty = try OriginClient.pooled(server.url, timeout: timeout, over: client.pool)
            for _ in 0..<3 {
                #expect(await client.client.send(.put).outline == "status 200")
            }
            let clock = ContinuousClock()
            let start = clock.now
            let last = await hasty.client.send(.put)
            #expect(last.outline == "sent, answerTimeout")
            #expect(clock.now - start >= timeout)
            #expect(await eventually { server.closed == 1 })
            #expect(server.connections == 1)
            await client.pool.close()
        }
    }

    /// By a server that keeps its connections, and by one that closes each after its answer.
    @Test(arguments: ["", "Connection: close\r\n"])
    func `No more connections are open at a time than are allowed, however many requests want one`(
        header: String
    ) async throws {
        let opened = answer("200 OK", "{}", headers: header)
        try await HostileServer.with({ _ in [.wait(.milliseconds(2)), .send(opened)] }) { server in
            let client = try OriginClient.pooled(server.url, limit: 5)
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<60 {
                    group.addTask { #expect(await client.client.send(.put).outline == "status 200") }
                }
            }
            #expect(server.requests.count == 60)
            #expect(header.isEmpty ? (1...5).contains(server.connections) : server.connections == 60)
            await client.pool.close()
            #expect(await eventually { server.closed == server.connections })
        }
    }

    @Test func `Who waits for a connection in vain has sent nothing, and the next ones wait on`() async throws {
        // Nobody answers the first request; the second is cancelled while it waits, and the third outlives both.
        try await HostileServer.with({ number in number == 0 ? [] : [.send(Self.opened)] }) { server in
            let client = try OriginClient.pooled(server.url, limit: 1)
            let first = Task { await client.client.send(.put) }
            #expect(await eventually { server.requests.count == 1 })
            let second = Task { await client.client.send(.get) }
            let third = Task { await client.client.send(.put) }
            second.cancel()
            #expect(await second.value.outline == "not sent, cancelled")
            first.cancel()
            #expect(await first.value.outline == "sent, cancelled")
            #expect(await third.value.outline == "status 200")
            #expect(server.requests.count == 2 && server.connections == 2)
            await client.pool.close()
        }
    }

    /// The server has done nothing wrong: it was never asked.
    @Test func `A request for which no connection was free in time ends at its deadline`() async throws {
        try await HostileServer.with({ number in number == 0 ? [] : [.send(Self.opened)] }) { server in
            let client = try OriginClient.pooled(server.url, limit: 1)
            let hasty = try OriginClient.pooled(
                server.url, limit: 1, timeout: .milliseconds(200), over: client.pool)
            let first = Task { await client.client.send(.put) }
            #expect(await eventually { server.requests.count == 1 })
            let third = Task { await client.client.send(.put) }
            let second = Task { await hasty.client.send(.put) }
            #expect(await eventually { client.pool.waitingRequests == 2 })
            // The first still has the only connection, and will have it for long.
            #expect(await second.value.outline == "not sent, noneFree")
            #expect(client.pool.waitingRequests == 1)
            first.cancel()
            _ = await first.value
            #expect(await third.value.outline == "status 200")
            #expect(server.requests.count == 2)
            await client.pool.close()
        }
    }

    /// What waits is served by its deadline, whenever it came.
    @Test func `A connection that is free serves the request with the earliest deadline`() async throws {
        try await HostileServer.with({ number in number == 0 ? [] : [.send(Self.opened)] }) { server in
            let client = try OriginClient.pooled(server.url, limit: 1)
            let hasty = try OriginClient.pooled(server.url, limit: 1, timeout: .seconds(20), over: client.pool)
            let first = Task { await client.client.send(.put) }
            #expect(await eventually { server.requests.count == 1 })
            let patient = Task { await client.client.send(.get) }
            #expect(await eventually { client.pool.waitingRequests == 1 })
            let urgent = Task { await hasty.client.send(.put) }
            #expect(await eventually { client.pool.waitingRequests == 2 })
            first.cancel()
            _ = await first.value
            _ = await patient.value
            _ = await urgent.value
            let methods = server.requests.map { String($0.prefix(3)) }
            #expect(methods == ["PUT", "PUT", "GET"])
            await client.pool.close()
        }
    }

    @Test func `A connection that was free for longer than its last request might take keeps the next deadline`()
        async throws
    {
        try await HostileServer.with({ number in number == 0 ? [.send(Self.opened)] : [] }) { server in
            let client = try OriginClient.pooled(server.url, limit: 1, timeout: .seconds(300))
            let hasty = try OriginClient.pooled(server.url, limit: 1, timeout: .seconds(1), over: client.pool)
            #expect(await client.client.send(.put).outline == "status 200")
            // Else it would end with the time of the first request, which is that of this suite and more.
            #expect(await hasty.client.send(.put).outline == "sent, answerTimeout")
            await client.pool.close()
        }
    }

    @Test(arguments: [(Duration.zero, 3), (.seconds(60), 1)])
    func `A connection that was idle too long is not used again`(longest: Duration, connections: Int) async throws {
        try await HostileServer.with({ _ in [.send(Self.opened)] }) { server in
            let client = try OriginClient.pooled(server.url, longestIdleness: longest)
            for _ in 0..<3 {
                #expect(await client.client.send(.put).outline == "status 200")
            }
            await client.pool.close()
            #expect(server.connections == connections)
        }
    }

    @Test(arguments: ["http", "https"])
    func `A cancelled request ends at once, whatever its connection is about`(scheme: String) async throws {
        // Nobody answers: neither the request, nor the handshake, nor the proxy.
        try await HostileServer.with({ _ in [] }) { server in
            for proxy in [nil, "http://127.0.0.1:\(server.port)", "socks5://127.0.0.1:\(server.port)"] {
                let known = server.connections
                try await withClient("\(scheme)://localhost:\(server.port)", proxy: proxy) { client in
                    let reply = await withTaskGroup(of: HTTPResult.self) { group in
                        group.addTask { await client.send(.put) }
                        let leaves = scheme == "http" && proxy == nil
                        #expect(
                            await eventually { leaves ? !server.requests.isEmpty : server.connections > known })
                        group.cancelAll()
                        return await group.next()
                    }
                    #expect(reply?.outline.hasSuffix("cancelled") == true)
                    // Without a proxy and without TLS the request has left, and its connection is of no use any more.
                    if scheme == "http", proxy == nil {
                        #expect(await eventually { server.closed == 1 })
                    }
                }
            }
        }
    }

    @Test(arguments: [("http", "not HTTP\r\n\r\n"), ("http", ""), ("socks5", "HTTP/1.1 400 Bad Request\r\n\r\n")])
    func `A proxy that is none is said not to connect`(kind: String, greeting: String) async throws {
        let steps: [HostileServer.Step] = greeting.isEmpty ? [.close] : [.send(greeting)]
        try await HostileServer.with({ _ in [] }, greeting: steps) { proxy in
            try await withClient("https://localhost:1", proxy: "\(kind)://127.0.0.1:\(proxy.port)") { client in
                #expect(await client.send(.put).outline == "not sent, proxyCannotConnect")
            }
        }
    }

    @Test(arguments: [
        ("https", nil, HTTPFailure.handshakeTimeout), ("https", "http", .proxyTimeout),
        ("http", "socks5", .proxyTimeout),
    ])
    func `Who never answers a handshake is given up in time`(
        scheme: String, proxy: String?, failure: HTTPFailure
    ) async throws {
        try await HostileServer.with({ _ in [] }) { server in
            let proxy = proxy.map { "\($0)://127.0.0.1:\(server.port)" }
            let url = "\(scheme)://localhost:\(server.port)"
            try await withClient(url, timeout: .milliseconds(200), proxy: proxy) { client in
                #expect(await client.send(.put).outline == "not sent, \(failure)")
            }
        }
    }

    @Test func `An encrypted connection is kept as well`() async throws {
        let tls = try TestCertificate.serverContext()
        try await TestCertificate.withFile { file in
            try await HostileServer.with({ _ in [.send(Self.opened)] }, tls: tls) { server in
                try await withClient("https://localhost:\(server.port)", caFile: file) { client in
                    for _ in 0..<5 {
                        #expect(await client.send(.put).outline == "status 200")
                    }
                }
                #expect(server.connections == 1)
            }
        }
    }

    @Test func `A closed client closes what is under way`() async throws {
        try await HostileServer.with({ _ in [] }) { server in
            let client = try OriginClient.pooled(server.url)
            async let reply = client.client.send(.put)
            #expect(await eventually { server.requests.count == 1 })
            await client.pool.close()
            #expect(await reply.outline == "sent, closed")
            #expect(await client.client.send(.put).outline == "not sent, closed")
        }
    }

    @Test func `A closed client makes no connection`() async throws {
        // Nobody listens there: who tried would be refused.
        let client = try OriginClient.pooled("http://127.0.0.1:1")
        await client.pool.close()
        #expect(await client.client.send(.put).outline == "not sent, closed")
    }
}
