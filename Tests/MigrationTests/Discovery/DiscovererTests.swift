import Model
import RocketChat
import TestSupport
import Testing

@testable import Migration

@Suite struct DiscovererTests {
    /// Rooms of 20 old visitors in turn, so that reading the list of all rooms is the cheaper way.
    private static func rooms(_ count: Int) -> [(String, String)] {
        (0..<count).map { ("room\($0 + 10_000)", "old\($0 % 20)") }
    }

    private static let visitorLines = (0..<20).map { ",old\($0),new" }

    @Test func `A room deleted and a room created between two pages hide no room`() async throws {
        let bench = try DiscoveryBench(Self.visitorLines)
        // Call 0 counts; calls 1, 2 and 3 read pages. The total stays the same.
        let server = ShiftingRooms(Self.rooms(250)) { call, state in
            guard call == 2 else { return }
            state.rooms.remove(at: 7)
            state.rooms.append((RoomID("fresh"), VisitorID("old0")))
        }
        _ = try await bench.discover(server)
        let expected = Set(Self.rooms(250).map(\.0)).subtracting(["room10007"])
        #expect(try bench.planned().isSuperset(of: expected))
    }

    @Test func `Rooms deleted while no process was reading hide no room from the one that resumes`() async throws {
        let bench = try DiscoveryBench(Self.visitorLines)
        let server = ShiftingRooms(Self.rooms(600)) { call, state in
            if call == 4 { state.twists[4] = .stop(Stop(.credentialsRejected, "revoked")) }
        }
        await #expect(throws: Stop.self) { try await bench.discover(server) }
        server.change { state in
            state.rooms.removeSubrange(10..<180)
            state.rooms += (0..<170).map { (RoomID("fresh\($0)"), VisitorID("elsewhere")) }
        }
        _ = try await bench.discover(server)
        let left = Set(Self.rooms(600).map(\.0)[..<10] + Self.rooms(600).map(\.0)[180...])
        #expect(try bench.planned().isSuperset(of: left))
        #expect(server.calls[6] == .rooms(offset: 297), "resumed with the last room that was read")
    }

    @Test(arguments: 1...40)
    func `Every room that is there from beginning to end is planned, whatever happens to others`(
        seed: Int
    ) async throws {
        let bench = try DiscoveryBench(Self.visitorLines)
        let all = Self.rooms(500)
        let stayers = Set(stride(from: 0, to: 500, by: 3).map { all[$0].0 })
        let server = ShiftingRooms(all, cap: [100, 37, 5][seed % 3]) { call, state in
            guard call < 300 else { return }
            var random = SeededGenerator(seed: UInt64(seed * 1000 + call))
            let most = call % 5 == 0 ? 150 : 3
            for _ in 0..<Int.random(in: 0..<most, using: &random) {
                let place = Int.random(in: 0..<state.rooms.count, using: &random)
                if !stayers.contains(state.rooms[place].id.rawValue) { state.rooms.remove(at: place) }
            }
            for _ in 0..<Int.random(in: 0..<4, using: &random) {
                // Mostly at the end; now and then an imported one in the middle.
                let place =
                    Bool.random(using: &random)
                    ? state.rooms.count : Int.random(in: 0..<state.rooms.count, using: &random)
                let name = "new\(call)-\(Int.random(in: 0..<1_000_000, using: &random))"
                state.rooms.insert((RoomID(name), VisitorID("old1")), at: place)
            }
            // A process that is killed in the middle of the list, some of the time.
            if call > 1, Int.random(in: 0..<12, using: &random) == 0 {
                state.twists[call] = .stop(Stop(.credentialsRejected, "killed"))
            }
        }
        var isOver = false
        while !isOver {
            do {
                _ = try await bench.discover(server)
                isOver = true
            } catch is Stop {
                // Resumed by the next turn.
            }
        }
        #expect(try bench.planned().isSuperset(of: stayers), "seed \(seed)")
    }

    @Test func `A history of several pages loses no room to a deletion either`() async throws {
        let bench = try DiscoveryBench([",old,new"])
        let mine = (0..<250).map { ("mine\($0 + 1000)", "old") }
        let server = ShiftingRooms(mine + (0..<300).map { ("other\($0)", "other") }) { call, state in
            guard call == 2 else { return }
            state.rooms.remove(at: 7)
            state.rooms.append((RoomID("fresh"), VisitorID("old")))
        }
        _ = try await bench.discover(server)
        #expect(try bench.planned().isSuperset(of: Set(mine.map(\.0)).subtracting(["mine1007"])))
    }

    @Test func `Every anchor is tried, and a refused one is not tried for the next visitor`() async throws {
        let named = (0..<12).map { "theirs\($0),other,new" }
        let bench = try DiscoveryBench(named + ["mine,other,new"] + (0..<5).map { ",old\($0),new" })
        let rooms = (0..<12).map { ("theirs\($0)", "other") } + [("mine", "other")]
        let server = ShiftingRooms(rooms + (0..<5).map { ("room\($0)", "old\($0)") })
        server.change { state in
            state.mayList = false
            state.anchors = [RoomID("mine")]
        }
        _ = try await bench.discover(server)
        #expect(try bench.planned().isSuperset(of: (0..<5).map { "room\($0)" }))
        var tries: [RoomID: Int] = [:]
        for case .history(_, let anchor, _) in server.calls { tries[anchor, default: 0] += 1 }
        #expect(tries.removeValue(forKey: RoomID("mine")) == 5)
        #expect(tries.values.allSatisfy { $0 == 1 }, "\(tries)")
    }

    /// Histories cost less than the list, because there are many rooms.
    private static func many(_ visitors: [String]) -> ShiftingRooms {
        ShiftingRooms(visitors.map { ("of-\($0)", $0) } + (0..<400).map { ("other\($0)", "other") })
    }

    @Test(arguments: [StopReason.notRocketChat, .credentialsRejected, .permissionMissing])
    func `A history that is always refused on the way is set aside with its line, and the others are read`(
        _ reason: StopReason
    ) async throws {
        let bench = try DiscoveryBench([",a,new", ",bad,new", ",c,new"])
        let server = Self.many(["a", "bad", "c"])
        server.refuse(VisitorID("bad"), with: .stop(Stop(reason, "a page")))
        for _ in 0..<2 {
            _ = try await bench.discover(server)
            #expect(try bench.planned() == ["of-a", "of-c"])
            #expect(
                try bench.lines() == ["pending not-sent-yet", "refused refused-on-the-way", "pending not-sent-yet"])
        }
    }

    @Test func `A history on which the server fails every time keeps no other from being read`() async throws {
        let bench = try DiscoveryBench([",a,new", ",bad,new", ",c,new"])
        let server = Self.many(["a", "bad", "c"])
        server.refuse(VisitorID("bad"), with: .unknown(.serverError, "status 500"))
        _ = try await bench.discover(server)
        #expect(try bench.lines() == ["pending not-sent-yet", "failed server-error", "pending not-sent-yet"])
    }

    @Test func `A page that every history gets ends the discovery`() async throws {
        let bench = try DiscoveryBench([",a,new", ",b,new"])
        let server = Self.many(["a", "b"])
        for visitor in ["a", "b", Probe.visitor.rawValue] {
            server.refuse(VisitorID(visitor), with: .stop(Stop(.notRocketChat, "a page")))
        }
        let stop = await #expect(throws: Stop.self) { try await bench.discover(server) }
        #expect(stop?.reason == .notRocketChat)
        #expect(try bench.lines() == ["pending not-discovered-yet", "pending not-discovered-yet"])
    }

    @Test func `A room id that a path cannot carry is no anchor`() async throws {
        let bench = try DiscoveryBench(["..,x,new", "mine,x,new", ",old,new"])
        let server = ShiftingRooms([("room", "old"), ("mine", "x"), ("..", "x")])
        server.change { state in
            state.mayList = false
            state.anchors = [RoomID("mine"), RoomID("..")]
        }
        _ = try await bench.discover(server)
        #expect(try bench.planned().contains("room"))
        for case .history(_, let anchor, _) in server.calls { #expect(anchor != RoomID("..")) }
    }

    @Test func `A caller who may not list rooms reads histories through the channel that every workspace has`()
        async throws
    {
        let bench = try DiscoveryBench([",old,new"])
        let server = ShiftingRooms([("room", "old")])
        server.change { state in
            state.mayList = false
            state.anchors = [RoomID("GENERAL")]
        }
        _ = try await bench.discover(server)
        #expect(try bench.planned() == ["room"])
    }

    @Test func `Where no anchor is granted and the mapping names no room, the sentence says what to add`() async throws
    {
        let bench = try DiscoveryBench([",old,new"])
        let server = ShiftingRooms([("room", "old")])
        server.change { state in
            state.mayList = false
            state.anchors = []
        }
        let stop = await #expect(throws: Stop.self) { try await bench.discover(server) }
        #expect(stop?.reason == .permissionMissing)
        #expect(stop?.detail.contains("add one room line") == true)
    }
}
