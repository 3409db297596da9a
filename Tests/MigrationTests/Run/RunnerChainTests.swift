import Journal
import Model
import RocketChat
import Testing
import TestSupport

@testable import Migration

/// Several lines for one room: in order, one after the other, and what becomes of the rest when one fails.
@Suite(.timeLimit(.minutes(1)))
struct RunnerChainTests {
    static let room = RoomID("R")

    @Test(arguments: [
        ["R A B", "R B C", "R C D"], ["R C D", "R B C", "R A B"], ["R B C", "R A B", "R C D"],
        ["R C D", "R A B", "R B C"],
    ])
    func `a chain runs in its own order whatever the order of the file`(_ lines: [String]) async throws {
        let bench = try Bench(lines)
        let rooms = ScriptedRooms([Self.room: VisitorID("A")])
        let result = try await bench.run(rooms)
        #expect(result.board.outcomes == [.moved: 3])
        #expect(rooms.owners == [Self.room: VisitorID("D")])
        let moves = rooms.requests.filter { $0.kind == .move }.map(\.to)
        #expect(moves == [VisitorID("B"), VisitorID("C"), VisitorID("D")])
        #expect(rooms.overlaps == 0)
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `many chains at once never overlap on a room`(_ seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let names = (1...12).map { "R\($0)" }
        let lines = names.flatMap { ["\($0) A B", "\($0) B C", "\($0) C D", "\($0) D E"] }.shuffled(using: &random)
        let bench = try Bench(lines)
        let rooms = ScriptedRooms(Bench.owners(rooms: 12))
        for name in names where Bool.random(using: &random) {
            rooms.script(
                moves: .answer(.unknown(.timeout, "")), .carryOutThenAnswer(.unknown(.gatewayError, "")),
                of: RoomID(name))
        }
        let result = try await bench.run(rooms, Bench.settings(concurrency: 8))
        #expect(result.board.outcomes == [.moved: 48])
        #expect(rooms.owners == Bench.owners(rooms: 12, "E"))
        #expect(rooms.overlaps == 0)
    }

    @Test
    func `a room that is further along its chain is not taken back`() async throws {
        let bench = try Bench(["R A B", "R B C"])
        let rooms = ScriptedRooms([Self.room: VisitorID("C")])
        try await bench.run(rooms)
        #expect(try bench.states() == [.already, .already])
        #expect(rooms.owners == [Self.room: VisitorID("C")])
        #expect(rooms.requests.allSatisfy { $0.kind == .look })
    }

    @Test
    func `what follows a refused step ends like it and is never sent`() async throws {
        let bench = try Bench(["R A B", "R B C", "R C D"])
        let rooms = ScriptedRooms([Self.room: VisitorID("A")])
        rooms.script(moves: .answer(.refused(.newVisitorNotFound, "")), of: Self.room)
        let result = try await bench.run(rooms)
        #expect(result.stop == nil)
        #expect(try bench.states() == [.refused, .refused, .refused])
        #expect(
            try bench.rows().map(\.reason) == [.newVisitorNotFound, .earlierLineNotDone, .earlierLineNotDone])
        #expect(rooms.requests.count { $0.kind == .move } == 1)
    }

    @Test
    func `what follows a conflict ends like it`() async throws {
        let bench = try Bench(["R A B", "R B C"])
        let rooms = ScriptedRooms([Self.room: VisitorID("X")])
        try await bench.run(rooms)
        #expect(try bench.states() == [.conflict, .conflict])
        #expect(rooms.owners == [Self.room: VisitorID("X")])
        #expect(rooms.requests.count == 1)
    }

    @Test
    func `what follows a failed step waits for the next run`() async throws {
        let bench = try Bench(["R A B", "R B C"])
        let rooms = ScriptedRooms([Self.room: VisitorID("A")])
        let trouble = ScriptedRooms.Twist.answer(.unknown(.serverError, ""))
        rooms.script(moves: trouble, trouble, trouble, of: Self.room)
        try await bench.run(rooms)
        #expect(try bench.states() == [.failed, .pending])
        #expect(try bench.rows().last?.reason == .earlierLineOpen)
        let result = try await bench.run(rooms)
        #expect(result.stop == nil)
        #expect(try bench.states() == [.moved, .moved])
        #expect(rooms.owners == [Self.room: VisitorID("C")])
    }

    @Test
    func `what follows an open room waits for the next run`() async throws {
        let bench = try Bench(["R A B", "R B C"])
        let rooms = ScriptedRooms([Self.room: VisitorID("A")])
        rooms.open(Self.room)
        try await bench.run(rooms)
        #expect(try bench.states() == [.deferred, .pending])
        rooms.close(Self.room)
        try await bench.run(rooms)
        #expect(try bench.states() == [.moved, .moved])
    }

    /// Where the room of a chain is, what an audit says of its three steps, and why.
    static let foreseen: [(String, [OperationState], [ReasonCode?])] = [
        ("A", [.moved, .moved, .moved], [.wouldMove, .wouldMove, .wouldMove]),
        ("B", [.already, .moved, .moved], [.alreadyAtNew, .wouldMove, .wouldMove]),
        ("C", [.already, .already, .moved], [.alreadyFurther, .alreadyAtNew, .wouldMove]),
        ("D", [.already, .already, .already], [.alreadyFurther, .alreadyFurther, .alreadyAtNew]),
        ("X", [.conflict, .conflict, .conflict], [.movedByOther, .earlierLineNotDone, .earlierLineNotDone]),
    ]

    @Test(arguments: foreseen)
    func `an audit foresees every step of a chain`(
        _ visitor: String, _ states: [OperationState], _ reasons: [ReasonCode?]
    ) async throws {
        let bench = try Bench(["R C D", "R A B", "R B C"])
        let rooms = ScriptedRooms([Self.room: VisitorID(visitor)])
        try await bench.audit(rooms)
        let rows = try bench.rows().sorted { $0.oldVisitor < $1.oldVisitor }
        #expect(rows.map(\.state) == states)
        #expect(rows.map(\.reason) == reasons)
        #expect(rooms.requests.allSatisfy { $0.kind == .look })
    }
}
