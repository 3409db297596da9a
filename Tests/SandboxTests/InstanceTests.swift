import Testing

@testable import Sandbox

/// Several server processes behind one address (TheServer, "Rate limits").
@Suite struct InstanceTests {
    private let limit = RateLimit(calls: 2, window: .seconds(60))

    private func instances(_ count: Int, _ balancing: Balancing) -> LoadBalancer {
        LoadBalancer(count, balancing: balancing, limit: limit, now: .zero)
    }

    @Test func `Calls are spread in turn over all instances, whatever their connection`() {
        var instances = instances(3, .calls)
        #expect([7, 7, 7, 8, 7].map { instances.pick(for: $0) } == [0, 1, 2, 0, 1])
    }

    @Test func `A connection stays with its instance, and the next one goes to the next`() {
        var instances = instances(2, .connections)
        #expect([7, 7, 8, 9, 8, 7].map { instances.pick(for: $0) } == [0, 0, 1, 0, 1, 0])
    }

    @Test func `Each instance counts for itself, and a new limit is for all of them`() {
        var instances = instances(2, .calls)
        func remaining(_ instance: Int) -> Int? {
            instances.count(.me, from: "a", by: instance, now: .seconds(1))?.remaining
        }
        #expect([0, 0, 1].map(remaining) == [1, 0, 1])
        instances.change(to: RateLimit(calls: 9, window: .seconds(1)), now: .seconds(1))
        #expect([0, 1].map(remaining) == [8, 8])
    }

    @Test func `An answer says which instance gave it and what that one has counted`() async throws {
        let server = SandboxServer.forTests(rateLimit: limit, instances: 3)
        try await server.withClient { client async throws in
            var seen: [String] = []
            for _ in 1...7 {
                let reply = try await client.send(.GET, "/api/v1/me")
                let parts = [reply.header("X-Instance-ID"), reply.header("X-RateLimit-Remaining"), "\(reply.status)"]
                seen.append(parts.compactMap { $0 }.joined(separator: " "))
            }
            let names = (1...3).map { "sandboxInstance0\($0)" }
            #expect(
                seen == names.map { $0 + " 1 200" } + names.map { $0 + " 0 200" } + [names[0] + " 0 429"])
        }
    }

    @Test func `All calls of one connection are counted by one instance`() async throws {
        let server = SandboxServer.forTests(rateLimit: limit, instances: 3, balancing: .connections)
        try await server.withClient { client async throws in
            var instances: [String: Set<String>] = [:]
            for _ in 1...4 {
                let reply = try await client.send(.GET, "/api/v1/me")
                let left = reply.header("X-RateLimit-Remaining") ?? ""
                instances[reply.header("X-Instance-ID") ?? "", default: []].insert("\(left) \(reply.status)")
            }
            // The client may open a second connection, but one after the other there is no need to.
            #expect(instances.values.contains { $0.contains("0 429") }, "\(instances)")
        }
    }

    @Test func `The limit can be changed from inside while it serves`() async throws {
        let server = SandboxServer.forTests()
        try await server.withClient { client async throws in
            #expect(try await client.send(.GET, "/api/v1/me").header("X-RateLimit-Limit") == nil)
            server.change(to: limit)
            #expect(try await client.send(.GET, "/api/v1/me").header("X-RateLimit-Limit") == "2")
        }
    }

    @Test func `A proxy that keeps the rate-limit headers to itself changes nothing else`() async throws {
        let server = SandboxServer.forTests(rateLimit: limit, faults: [try Fault(.rateHeadersLost)])
        try await server.withClient { client async throws in
            for status in [200, 200, 429] {
                let reply = try await client.send(.GET, "/api/v1/me")
                #expect(reply.status == status)
                #expect(["Limit", "Remaining", "Reset"].allSatisfy { reply.header("X-RateLimit-" + $0) == nil })
                #expect(reply.header("X-Instance-ID") != nil)
            }
        }
    }
}
