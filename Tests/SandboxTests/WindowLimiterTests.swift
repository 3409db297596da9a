import FoundationEssentials
import Testing

@testable import Sandbox

@Suite struct WindowLimiterTests {
    private let limit = RateLimit(calls: 2, window: .seconds(60))

    @Test func `The call after the last allowed one is refused, and refused calls do not extend the window`() {
        var limiter = WindowLimiter(limit: limit, now: .zero)
        let verdicts = [0, 10, 20, 60].map { limiter.count(.me, from: "a", now: .seconds($0)) }
        #expect(verdicts.map { $0?.isAllowed } == [true, true, false, false])
        #expect(verdicts.map { $0?.remaining } == [1, 0, 0, 0])
        #expect(verdicts.map { $0?.resetsIn } == [60, 50, 40, 0].map { .seconds($0) })
    }

    @Test func `A window ends when more than its length has passed, and the next begins with a call`() {
        var limiter = WindowLimiter(limit: limit, now: .zero)
        _ = limiter.count(.me, from: "a", now: .zero)
        #expect(limiter.count(.me, from: "a", now: .seconds(60))?.remaining == 0)
        let next = limiter.count(.me, from: "a", now: .milliseconds(90_001))
        #expect(next?.remaining == 1)
        #expect(next?.resetsIn == .seconds(60))
    }

    @Test func `The first window of a route begins when the limit is set`() {
        var limiter = WindowLimiter(limit: limit, now: .seconds(100))
        #expect(limiter.count(.me, from: "a", now: .seconds(130))?.resetsIn == .seconds(30))
        limiter.change(to: RateLimit(calls: 1, window: .seconds(5)), now: .seconds(131))
        #expect(limiter.count(.me, from: "a", now: .seconds(132))?.resetsIn == .seconds(4))
    }

    @Test func `Addresses count for themselves in one shared window, routes have their own`() {
        var limiter = WindowLimiter(limit: limit, now: .zero)
        #expect(limiter.count(.me, from: "a", now: .seconds(1))?.remaining == 1)
        #expect(limiter.count(.me, from: "b", now: .seconds(2))?.remaining == 1)
        #expect(limiter.count(.me, from: "b", now: .seconds(2))?.resetsIn == .seconds(58))
        #expect(limiter.count(.roomsInfo, from: "a", now: .seconds(3))?.remaining == 1)
    }

    @Test func `Without a limit nothing is counted`() {
        var limiter = WindowLimiter(limit: nil, now: .zero)
        #expect(limiter.count(.me, from: "a", now: .zero) == nil)
    }
}

@Suite struct RateLimitHeaderTests {
    private let limit = RateLimit(calls: 2, window: .seconds(60))

    /// A clock that stands still, half a millisecond after a whole second.
    private func stopped() -> SandboxTime {
        var time = SandboxTime.system
        time.elapsed = { .milliseconds(500) }
        time.now = { .init(timeIntervalSince1970: 1_700_000_000.5) }
        return time
    }

    @Test func `Every limited answer says where the window stands`() async throws {
        try await SandboxServer.forTests(rateLimit: limit, time: stopped()).withClient { client async throws in
            let server = try await [
                client.move("closed", "old", "new"), client.move("closed", "old", "new", as: "usr"),
                client.move("closed", "old", "new"),
            ]
            #expect(server.map(\.status) == [200, 403, 429])
            #expect(server.map { $0.header("X-RateLimit-Limit") } == ["2", "2", "2"])
            #expect(server.map { $0.header("X-RateLimit-Remaining") } == ["1", "0", "0"])
        }
    }

    @Test func `The refusal names whole seconds and the reset is in milliseconds`() async throws {
        let server = SandboxServer.forTests(
            rateLimit: RateLimit(calls: 0, window: .milliseconds(59_400)), time: stopped())
        let reply = try await server.withClient { try await $0.send(.GET, "/api/v1/me") }
        #expect(reply.status == 429)
        #expect(reply.header("Retry-After") == nil)
        #expect(reply.header("X-RateLimit-Reset") == "1700000059900")
        let text =
            "Error, too many requests. Please slow down. You must wait 60 seconds before trying this endpoint again."
        #expect(reply.body == #"{"success":false,"error":"\#(text) [error-too-many-requests]"}"#)
    }

    @Test func `401 is not counted`() async throws {
        try await SandboxServer.forTests(rateLimit: limit).withClient { client async throws in
            for _ in 1...3 {
                let reply = try await client.send(.GET, "/api/v1/me", as: nil)
                #expect(reply.status == 401)
                #expect(reply.header("X-RateLimit-Limit") == nil)
            }
            #expect(try await client.send(.GET, "/api/v1/me").header("X-RateLimit-Remaining") == "1")
        }
    }

    @Test func `Administrators bypass the limiter and see no headers`() async throws {
        try await SandboxServer.forTests(rateLimit: limit).withClient { client async throws in
            for _ in 1...4 {
                let reply = try await client.send(.GET, "/api/v1/me", as: "adm")
                #expect(reply.status == 200)
                #expect(reply.header("X-RateLimit-Limit") == nil)
            }
        }
    }

    @Test func `Login is limited, the version is not`() async throws {
        try await SandboxServer.forTests(rateLimit: limit).withClient { client async throws in
            let login = try await client.send(.POST, "/api/v1/login", "{}", as: nil)
            #expect(login.status == 401)
            #expect(login.header("X-RateLimit-Remaining") == "1")
            for _ in 1...3 { #expect(try await client.send(.GET, "/api/info").status == 200) }
        }
    }

    @Test func `All histories share one bucket`() async throws {
        try await SandboxServer.forTests(rateLimit: limit).withClient { client async throws in
            let paths = ["open/visitor/old", "closed/visitor/new", "open/visitor/other"]
            var statuses: [Int] = []
            for path in paths {
                statuses.append(
                    try await client.send(.GET, "/api/v1/livechat/visitors.chatHistory/room/" + path).status
                )
            }
            #expect(statuses == [200, 200, 429])
        }
    }

    @Test func `The last forwarded address is the one that counts, then the real one`() async throws {
        try await SandboxServer.forTests(rateLimit: limit).withClient { client async throws in
            func remaining(_ headers: [String: String]) async throws -> String? {
                try await client.send(.GET, "/api/v1/me", headers: headers).header("X-RateLimit-Remaining")
            }
            #expect(try await remaining(["X-Forwarded-For": "1.1.1.1, 9.9.9.9"]) == "1")
            #expect(try await remaining(["X-Forwarded-For": "2.2.2.2, 9.9.9.9"]) == "0")
            #expect(try await remaining(["X-Forwarded-For": "9.9.9.9, 3.3.3.3", "X-Real-IP": "9.9.9.9"]) == "1")
            #expect(try await remaining(["X-Real-IP": "9.9.9.9"]) == "0")
            #expect(try await remaining([:]) == "1")
        }
    }

    @Test func `The limit can be changed and switched off while running`() async throws {
        try await SandboxServer.forTests().withClient { client async throws in
            #expect(try await client.send(.GET, "/api/v1/me").header("X-RateLimit-Limit") == nil)
            _ = try await client.send(.PUT, "/sandbox/rate-limit", #"{"calls":1,"seconds":60}"#)
            #expect(try await client.send(.GET, "/api/v1/me").header("X-RateLimit-Limit") == "1")
            #expect(try await client.send(.GET, "/api/v1/me").status == 429)
            _ = try await client.send(.PUT, "/sandbox/rate-limit", #"{"off":true}"#)
            #expect(try await client.send(.GET, "/api/v1/me").status == 200)
        }
    }
}
