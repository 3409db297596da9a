import Testing

@testable import Sandbox

@Suite struct FaultTests {
    /// What the client sees: the status, or `nil` when the connection was closed.
    private func move(_ client: Client) async -> Int? {
        do {
            return try await client.move("closed", "old", "new").status
        } catch {
            return nil
        }
    }

    @Test(
        arguments: [
            (Fault.Name.dropBeforeWrite, nil, false), (.dropAfterWrite, nil, true),
            (.badGatewayBeforeWrite, 502, false), (.badGatewayAfterWrite, 502, true),
            (.unavailableBeforeWrite, 503, false), (.unavailableAfterWrite, 503, true),
            (.gatewayTimeoutBeforeWrite, 504, false), (.gatewayTimeoutAfterWrite, 504, true),
            (.html200, 200, false), (.retryAfter, 429, false), (.retryAfterDate, 429, false),
            (.emptyRefusal, 400, false), (.emptyRefusalAfterWrite, 400, true), (.truncatedJSON, 200, true),
            (.rateHeadersLost, 200, true), (.gzip, 200, true), (.closeIdle, 200, true),
            (.deprecationThrows, 400, false),
            (.deliverTwice, 400, true),
        ] as [(Fault.Name, Int?, Bool)])
    func `A fault shows one thing and does another`(
        _ name: Fault.Name, _ status: Int?, _ isWritten: Bool
    ) async throws {
        let server = SandboxServer.forTests(faults: [try Fault(name, count: 1)])
        let seen = try await server.withClient { await move($0) }
        #expect(seen == status)
        #expect((server.roomOwners["closed"] == "new") == isWritten)
        #expect(server.requestLog.last?.status == status)
    }

    @Test func `What is not the server's answer looks like what stands before it`() async throws {
        try await SandboxServer.forTests(faults: [try Fault(.html200)]).withClient { client async throws in
            func reply(_ faults: String) async throws -> Reply {
                _ = try await client.send(.PUT, "/sandbox/faults", faults)
                return try await client.send(.GET, "/api/v1/me")
            }
            #expect(try await client.send(.GET, "/api/v1/me").header("Content-Type") == "text/html; charset=utf-8")
            let gateway = try await reply(#"{"502-before-write":1}"#)
            #expect(gateway.header("Content-Type") == "text/html")
            #expect(gateway.body.contains("<center>nginx</center>"))
            let wait = try await reply(#"{"retry-after":{"milliseconds":6200}}"#)
            #expect(wait.header("Retry-After") == "7")
            let date = try await reply(#"{"retry-after-date":1}"#).header("Retry-After")
            #expect(date?.hasSuffix(" GMT") == true)
            #expect(try await reply(#"{"empty-refusal":1}"#).body == #"{"success":false}"#)
            #expect(try await reply(#"{"deprecation-throws":1}"#).status == 200)
            let truncated = try await reply(#"{"truncated-json":1}"#)
            #expect(throws: JSONParser.Malformed.self) { try truncated.json }
            #expect(try await reply("{}").status == 200)
        }
    }

    @Test func `A late write happens after its 504`() async throws {
        let gate = Gate(callers: 2)
        var time = SandboxTime.system
        time.sleep = { _ in await gate.pass() }
        let server = SandboxServer.forTests(faults: [try Fault(.lateWrite, count: 1)], time: time)
        try await server.withClient { client async throws in
            #expect(try await client.move("closed", "old", "new").status == 504)
            #expect(server.moves.isEmpty)
            await gate.pass()
            // Bounded by the client's time limit for one request.
            while server.moves.isEmpty { _ = try await client.send(.GET, "/sandbox/moves") }
        }
        #expect(server.roomOwners["closed"] == "new")
        #expect(server.requestLog.map(\.status) == [504])
    }

    @Test func `Both deliveries of a request are in the log`() async throws {
        let server = SandboxServer.forTests(faults: [try Fault(.deliverTwice)])
        _ = try await server.withClient { try await $0.move("closed", "old", "new") }
        #expect(server.requestLog.map(\.status) == [200, 400])
        #expect(server.moves.count == 1)
    }

    @Test func `Delays happen before and after the write`() async throws {
        let moves = Recorder<Int>()
        let pauses = Recorder<Duration>()
        let server = Box<SandboxServer>()
        var time = SandboxTime.system
        time.sleep = {
            pauses.add($0)
            moves.add(server.value?.moves.count ?? -1)
        }
        let faults = [try Fault(.delayBeforeWrite, milliseconds: 30), try Fault(.delayAfterWrite)]
        server.value = SandboxServer.forTests(faults: faults, time: time)
        _ = try await server.value?.withClient { try await $0.move("closed", "old", "new") }
        #expect(pauses.values == [.milliseconds(30), .seconds(1)])
        #expect(moves.values == [0, 1])
    }

    @Test func `A share is met, and always by the same requests`() throws {
        let fault = try Fault(.dropAfterWrite, share: 0.25)
        var schedules = [FaultSchedule([fault]), FaultSchedule([fault])]
        let draws = schedules.indices.map { index in
            (1...4000).map { _ in schedules[index].draw(for: .me).end != nil }
        }
        #expect(draws[0] == draws[1])
        #expect((900...1100).contains(draws[0].count { $0 }))
    }

    @Test func `A route and a count restrict a fault`() throws {
        var schedule = FaultSchedule([try Fault(.dropAfterWrite, route: "livechat/room.visitor", count: 2)])
        let draws = [Route.me, .roomVisitor, nil, .roomVisitor, .roomVisitor].map { schedule.draw(for: $0).end != nil }
        #expect(draws == [false, true, false, true, false])
    }

    @Test func `The first requests can be spared`() throws {
        var schedule = FaultSchedule([try Fault(.dropAfterWrite, route: "livechat/room.visitor", after: 2, count: 1)])
        let draws = [Route.roomVisitor, .me, .roomVisitor, .roomVisitor, .roomVisitor].map {
            schedule.draw(for: $0).end != nil
        }
        #expect(draws == [false, false, false, true, false])
    }

    @Test func `A request has one end, and the others wait for the next`() throws {
        var schedule = FaultSchedule([
            try Fault(.dropBeforeWrite, count: 1), try Fault(.badGatewayAfterWrite, count: 1),
        ])
        #expect(schedule.draw(for: nil).end?.moment == .beforeWrite)
        #expect(schedule.draw(for: nil).end?.moment == .afterWrite)
        #expect(schedule.draw(for: nil).end == nil)
    }

    @Test func `Faults are read from text`() throws {
        let fault = try Fault(parsing: "delay-after-write=0.5,milliseconds=20,after=7,count=3,route=rooms.info")
        #expect(fault.name == .delayAfterWrite)
        #expect(fault.share == 0.5)
        #expect(fault.milliseconds == 20)
        #expect(fault.after == 7)
        #expect(fault.count == 3)
        #expect(fault.route == .roomsInfo)
    }

    @Test(arguments: [
        "gzip", "gzip=x", "gzip=2", "gzip=-1", "nothing=1", "gzip=1,count=x", "gzip=1,often=2", "gzip=1,route=none", "",
        "gzip=1,after=-1",
    ])
    func `Text that is no fault is refused`(_ text: String) {
        #expect(throws: SandboxError.self) { try Fault(parsing: text) }
    }
}

/// A value that is there later.
final class Box<Value: Sendable>: Sendable {
    private let recorder = Recorder<Value>()

    var value: Value? {
        get { recorder.values.last }
        set { if let newValue { recorder.add(newValue) } }
    }
}
