import Journal
import Model
import RocketChat
import TestSupport
import Testing

@testable import Migration

/// What a proxy or firewall refuses of one operation keeps no other from moving.
@Suite(.timeLimit(.minutes(1)))
struct RunnerSetAsideTests {
    private static let answers: [Stop] = [
        Stop(.proxyRefused, "403"), Stop(.notRocketChat, "a page"), Stop(.endpointMissing, "404"),
        Stop(.credentialsRejected, "401 in JSON"), Stop(.permissionMissing, "403 in JSON"),
        Stop(.deprecationThrows, "400 in JSON"),
    ]

    private static func always(_ stop: Stop) -> [ScriptedRooms.Twist] {
        Array(repeating: .answer(.stop(stop)), count: 20)
    }

    @Test(arguments: answers, OpenRoomPolicy.allCases)
    func `a PUT that is always refused on the way is set aside, and the others move`(
        _ stop: Stop, _ policy: OpenRoomPolicy
    ) async throws {
        let bench = try Bench(rooms: 12)
        let rooms = ScriptedRooms(Bench.owners(rooms: 12))
        for twist in Self.always(stop) { rooms.script(moves: twist, of: RoomID("R1")) }
        let result = try await bench.run(rooms, Bench.settings(concurrency: 1, openRooms: policy))
        #expect(result.stop == nil)
        #expect(try bench.rows().count { $0.state == .moved } == 11)
        let row = try #require(try bench.row("R1"))
        #expect(row.state == .refused && row.reason == .refusedOnTheWay)
        #expect(try await bench.run(rooms).stop == nil, "in every later run as well")
    }

    @Test(arguments: answers) func `a look that is always refused on the way is set aside`(_ stop: Stop) async throws {
        let bench = try Bench(rooms: 3)
        let rooms = ScriptedRooms(Bench.owners(rooms: 3))
        for twist in Self.always(stop) { rooms.script(looks: twist, of: RoomID("R2")) }
        #expect(try await bench.run(rooms).stop == nil)
        #expect(try bench.states() == [.moved, .refused, .moved])
        #expect(try bench.row("R2")?.reason == .refusedOnTheWay)
    }

    @Test func `an audit sets aside what it cannot look at`() async throws {
        let bench = try Bench(rooms: 3)
        let rooms = ScriptedRooms(Bench.owners(rooms: 3))
        for twist in Self.always(Self.answers[0]) { rooms.script(looks: twist, of: RoomID("R2")) }
        try await bench.audit(rooms)
        #expect(try bench.states() == [.moved, .refused, .moved])
    }

    @Test func `a page that is gone at the second try costs the operation nothing`() async throws {
        let bench = try Bench(rooms: 2)
        let rooms = ScriptedRooms(Bench.owners(rooms: 2))
        rooms.script(moves: .answer(.stop(Self.answers[1])), of: RoomID("R1"))
        #expect(try await bench.run(rooms).stop == nil)
        #expect(try bench.states() == [.moved, .moved])
    }

    /// A PUT that is answered by a page is in doubt; the others are a definite no.
    @Test(arguments: answers.filter { $0.reason != .notRocketChat })
    func `what the probe gets too ends the run, and nothing is refused`(_ stop: Stop) async throws {
        let bench = try Bench(rooms: 3)
        let rooms = ScriptedRooms(Bench.owners(rooms: 3))
        rooms.script(moves: .answer(.stop(stop)), of: RoomID("R1"))
        rooms.script(moves: .answer(.stop(Stop(stop.reason, "all"))), of: Probe.room)
        let result = try await bench.run(rooms, Bench.settings(concurrency: 1))
        #expect(result.stop == Stop(stop.reason, "all"))
        #expect(try bench.states() == [.pending, .pending, .pending])
    }

    @Test func `a move that was carried out behind a page is found by the look`() async throws {
        let bench = try Bench(rooms: 2)
        let rooms = ScriptedRooms(Bench.owners(rooms: 2))
        rooms.script(moves: .carryOutThenAnswer(.stop(Self.answers[1])), of: RoomID("R1"))
        #expect(try await bench.run(rooms, Bench.settings(openRooms: .move)).stop == nil)
        #expect(try bench.states() == [.moved, .moved])
        #expect(try bench.row("R1")?.confirmedBy == .read)
    }

    @Test func `a room that may have moved and cannot be read stays unsettled`() async throws {
        let bench = try Bench(rooms: 2)
        let rooms = ScriptedRooms(Bench.owners(rooms: 2))
        rooms.script(moves: .carryOutThenAnswer(.stop(Self.answers[1])), of: RoomID("R1"))
        for twist in Self.always(Self.answers[0]) { rooms.script(looks: twist, of: RoomID("R1")) }
        #expect(try await bench.run(rooms, Bench.settings(openRooms: .move)).stop == nil)
        #expect(try bench.states() == [.unknown, .moved])
        #expect(try bench.row("R1")?.reason == .refusedOnTheWay)
    }

    @Test func `a firewall that refuses every room stops the run at the failure threshold`() async throws {
        let bench = try Bench(rooms: 100)
        let rooms = ScriptedRooms(Bench.owners(rooms: 100))
        for room in 1...100 {
            for twist in Self.always(Self.answers[0]).prefix(4) { rooms.script(moves: twist, of: RoomID("R\(room)")) }
        }
        let result = try await bench.run(rooms)
        #expect(result.stop?.reason == .tooManyFailures)
        #expect(try bench.states().contains(.pending))
    }
}
