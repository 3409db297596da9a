import Journal
import Model
import RocketChat
import Testing
import TestSupport

@testable import Migration

/// Going on after a kill, and after a run that left something for later.
@Suite(.timeLimit(.minutes(1)))
struct RunnerResumeTests {
    private static let room = RoomID("R1")

    @Test(arguments: OpenRoomPolicy.allCases)
    func `what a killed run may have sent is looked at before anything is sent`(_ policy: OpenRoomPolicy) async throws {
        let bench = try Bench(rooms: 6)
        try await bench.crash(claiming: 4)
        #expect(try bench.states() == [.sent, .sent, .sent, .sent, .pending, .pending])
        let rooms = ScriptedRooms(Bench.owners(rooms: 6))
        // R1 and R2 were moved before the kill, R3 not, R4 is somebody else's by now.
        rooms.put(RoomID("R1"), with: VisitorID("B"))
        rooms.put(RoomID("R2"), with: VisitorID("B"))
        rooms.put(RoomID("R4"), with: VisitorID("X"))
        try await bench.run(rooms, Bench.settings(openRooms: policy))
        let rows = try bench.rows()
        #expect(rows.map(\.state) == [.moved, .moved, .moved, .conflict, .moved, .moved])
        #expect(rows.map(\.confirmedBy) == [.read, .read, .response, nil, .response, .response])
        #expect(rooms.owners[RoomID("R4")] == VisitorID("X"))
        for name in ["R1", "R2", "R3", "R4"] {
            #expect(rooms.requests.first { $0.room == RoomID(name) }?.kind == .look)
        }
        for name in ["R1", "R2", "R4"] {
            #expect(!rooms.requests.contains { $0.room == RoomID(name) && $0.kind == .move })
        }
    }

    @Test
    func `what is in doubt comes before what was never sent`() async throws {
        let bench = try Bench(rooms: 6)
        try await bench.crash(claiming: 2)
        let rooms = ScriptedRooms(Bench.owners(rooms: 6))
        try await bench.run(rooms, Bench.settings(concurrency: 1))
        #expect(rooms.requests.first?.room == Self.room)
        #expect(rooms.requests.first?.kind == .look)
    }

    @Test(arguments: [1, 2, 5])
    func `killed again and again nothing is lost or counted twice`(_ kills: Int) async throws {
        let bench = try Bench(rooms: 20)
        let rooms = ScriptedRooms(Bench.owners(rooms: 20))
        for _ in 0..<kills { try await bench.crash(claiming: 3) }
        let result = try await bench.run(rooms)
        #expect(result.stop == nil)
        #expect(result.board.outcomes == [.moved: 20])
        #expect(rooms.owners == Bench.owners(rooms: 20, "B"))
        #expect(rooms.requests.count { $0.kind == .move } == 20)
    }

    @Test
    func `a chain killed in its first step goes on in order`() async throws {
        let bench = try Bench(["R1 A B", "R1 B C"])
        try await bench.crash(claiming: 2)
        #expect(try bench.states() == [.sent, .pending])
        let rooms = ScriptedRooms([Self.room: VisitorID("B")])
        try await bench.run(rooms)
        #expect(try bench.rows().map(\.state) == [.moved, .moved])
        #expect(try bench.rows().map(\.confirmedBy) == [.read, .response])
        #expect(rooms.owners == [Self.room: VisitorID("C")])
    }

    @Test
    func `an open room is looked at again by the next run`() async throws {
        let bench = try Bench(rooms: 3)
        let rooms = ScriptedRooms(Bench.owners(rooms: 3))
        rooms.open(Self.room)
        let first = try await bench.run(rooms)
        #expect(first.board.outcomes == [.moved: 2, .deferred: 1])
        #expect(rooms.requests.count { $0.room == Self.room } == 1)
        let second = try await bench.run(rooms)
        #expect(second.board.outcomes == [.deferred: 1])
        #expect(second.board.settledBefore == 2)
        rooms.close(Self.room)
        let third = try await bench.run(rooms)
        #expect(third.board.outcomes == [.moved: 1])
        #expect(try bench.states() == [.moved, .moved, .moved])
        #expect(rooms.requests.filter { $0.room == Self.room }.map(\.kind) == [.look, .look, .look, .move])
    }

    @Test
    func `a failed operation is tried again by the next run`() async throws {
        let bench = try Bench(rooms: 2)
        let rooms = ScriptedRooms(Bench.owners(rooms: 2))
        let trouble = ScriptedRooms.Twist.answer(.unknown(.gatewayError, ""))
        rooms.script(moves: trouble, trouble, trouble, of: Self.room)
        let first = try await bench.run(rooms)
        #expect(first.stop == nil)
        #expect(first.board.outcomes == [.moved: 1, .failed: 1])
        #expect(try bench.row("R1")?.reason == .gatewayError)
        #expect(try bench.row("R1")?.attempts == 3)
        let second = try await bench.run(rooms)
        #expect(second.board.outcomes == [.moved: 1])
        #expect(try bench.row("R1")?.reason == nil)
        #expect(try bench.row("R1")?.attempts == 4)
    }

    /// The last PUT of the failed operation was carried out after all.
    @Test(arguments: OpenRoomPolicy.allCases)
    func `a failed operation that was carried out later counts as moved`(_ policy: OpenRoomPolicy) async throws {
        let bench = try Bench(rooms: 1)
        let rooms = ScriptedRooms(Bench.owners(rooms: 1))
        let trouble = ScriptedRooms.Twist.answer(.unknown(.gatewayError, ""))
        rooms.script(moves: trouble, trouble, trouble, of: Self.room)
        try await bench.run(rooms, Bench.settings(openRooms: policy))
        #expect(try bench.states() == [.failed])
        rooms.put(Self.room, with: VisitorID("B"))
        let before = rooms.requests.count
        try await bench.run(rooms, Bench.settings(openRooms: policy))
        #expect(rooms.requests.dropFirst(before).map(\.kind) == [.look])
        #expect(try bench.states() == [.moved])
        #expect(try bench.row("R1")?.confirmedBy == .read)
    }

    @Test
    func `an unknown operation is read again by the next run`() async throws {
        let bench = try Bench(rooms: 1)
        let rooms = ScriptedRooms(Bench.owners(rooms: 1))
        rooms.script(moves: .carryOutThenAnswer(.unknown(.timeout, "")), of: Self.room)
        rooms.script(looks: .answer(.refused(.roomNotAllowed, "")), of: Self.room)
        try await bench.run(rooms, Bench.settings(openRooms: .move))
        #expect(try bench.states() == [.unknown])
        try await bench.run(rooms, Bench.settings(openRooms: .move))
        #expect(try bench.row("R1")?.confirmedBy == .read)
        #expect(rooms.requests.count { $0.kind == .move } == 1)
    }
}
