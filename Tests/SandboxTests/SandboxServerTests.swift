import AsyncHTTPClient
import Logging
import ServiceLifecycle
import Testing

@testable import Sandbox

@Suite struct SandboxServerTests {
    private struct Expected: Error {}

    @Test func `The server is down when serving ends, also by an error`() async throws {
        let address = try await SandboxServer.forTests().serve { $0 }
        let port = try #require(address.url.split(separator: ":").last.flatMap { Int($0) })
        // The port is free again each time.
        let server = SandboxServer(SandboxConfiguration(port: port))
        await #expect(throws: Expected.self) { try await server.serve { _ in throw Expected() } }
        #expect(try await server.serve { $0.url } == address.url)
    }

    @Test func `A taken port is named`() async throws {
        try await SandboxServer.forTests().serve { address in
            let port = try #require(address.url.split(separator: ":").last.flatMap { Int($0) })
            let second = SandboxServer(SandboxConfiguration(port: port))
            await #expect(throws: SandboxError.portTaken(port)) { try await second.serve { _ in } }
        }
    }

    @Test func `An unusable seed is refused before anything is served`() async {
        let seed = Seed(visitors: [], rooms: [Seed.Room(id: "r", visitorID: "v", ts: "x")])
        await #expect(throws: SandboxError.self) { try await SandboxServer.forTests(seed: seed).serve { _ in } }
    }

    @Test func `Running ends with graceful shutdown`() async throws {
        let server = SandboxServer.forTests()
        let listened = Recorder<String>()
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let group = ServiceGroup(
            services: [
                ClosureService {
                    try await server.run { address in
                        listened.add(address.url)
                        continuation.yield()
                    }
                }
            ],
            logger: logger
        )
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            _ = await stream.first { true }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        #expect(listened.values.count == 1)
        #expect(listened.values.first?.hasPrefix("http://127.0.0.1:") == true)
    }

    @Test func `The startup line has the address and all users`() async throws {
        let address = try await SandboxServer.forTests().serve { $0 }
        let json = try JSONParser.parse(address.startupLine.utf8)
        #expect(json["url"] == .string(address.url))
        guard case .array(let users) = json["users"] else {
            Issue.record("no users in \(address.startupLine)")
            return
        }
        #expect(users.map { $0["username"]?.string } == ["adm", "mgr", "agt", "mon", "usr"])
        #expect(users.allSatisfy { $0.members.map(\.key) == ["username", "userId", "authToken", "password"] })
        #expect(json["controlKey"] == address.controlKey.map(JSON.string))
        #expect(address.users.allSatisfy { !$0.description.contains($0.authToken) })
        #expect(address.users.allSatisfy { !$0.description.contains($0.password) })
    }

    @Test func `Many requests at once are all answered`() async throws {
        let rooms = (0..<200).map { Seed.Room(id: "room-\($0)", visitorID: "old") }
        let seed = Seed(visitors: [Seed.Visitor(id: "new")], rooms: rooms)
        let server = SandboxServer.forTests(seed: seed)
        try await server.withClient { client async throws in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for room in rooms {
                    group.addTask { try await client.move(room.id, "old", "new").status }
                }
                for try await status in group { #expect(status == 200) }
            }
        }
        #expect(server.moves.count == 200)
        #expect(Set(server.roomOwners.values) == ["new"])
    }
}
