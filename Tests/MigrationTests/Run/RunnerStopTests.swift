import Journal
import Model
import RocketChat
import Testing
import TestSupport

@testable import Migration

/// Answers that end a run, and what they leave behind (TheRun, "What stops a run").
@Suite(.timeLimit(.minutes(1)))
struct RunnerStopTests {
    /// One that is no single request's, so that no probe is sent.
    private static let stop = Stop(.versionTooNew, "the server was upgraded")

    @Test
    func `an answer that ends the run lets nothing new leave and gives back what was not sent`() async throws {
        let bench = try Bench(rooms: 20)
        let rooms = ScriptedRooms(Bench.owners(rooms: 20))
        rooms.script(moves: .answer(.stop(Self.stop)), of: RoomID("R5"))
        let result = try await bench.run(rooms, Bench.settings(concurrency: 1))
        #expect(result.stop == Self.stop)
        #expect(try bench.states() == Array(repeating: .moved, count: 4) + Array(repeating: .pending, count: 16))
        #expect(rooms.requests.last?.room == RoomID("R5"))
        #expect(result.board.outcomes == [.moved: 4])
    }

    @Test
    func `a journal that fails lets nothing leave any more, also before the run has ended`() async throws {
        let bench = try Bench(rooms: 20)
        try bench.execute(
            "CREATE TRIGGER fail BEFORE UPDATE ON operation WHEN new.state = 'moved' BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
        let journal = try Journal(at: bench.path, for: .write)
        let run = try await journal.begin(Bench.someRun)
        let clock = ContinuousClock()
        let limiter = RateLimiter(.unlimited, clock: clock)
        let runner = Runner(
            api: ScriptedRooms(Bench.owners(rooms: 20)), journal: journal, limiter: limiter,
            settings: Bench.settings(), clock: clock, now: { Timestamp(milliseconds: 0) }, board: ProgressBoard(),
            logger: Bench.logger)
        await #expect(throws: JournalError.self) { try await runner.carryOut(run: run) }
        #expect(await !limiter.turn(on: .roomVisitor), "closed, and not only asked of tasks that are cancelled")
    }

    @Test
    func `a journal that is gone ends the run at once, and what was learnt is in the open file`() async throws {
        let bench = try Bench(rooms: 200)
        let rooms = ScriptedRooms(Bench.owners(rooms: 200))
        let moves = Recorder<RoomID>()
        rooms.onRequest { if $0.kind == .move { moves.add($0.room) } }
        var settings = Bench.settings(concurrency: 4)
        settings.journalIsGone = { moves.values.count >= 10 }
        let result = try await bench.run(rooms, settings)
        #expect(result.stop?.reason == .journalFailed)
        let states = try bench.states()
        #expect(states.count { $0 == .moved } == rooms.owners.count { $0.value == VisitorID("B") })
        #expect(states.allSatisfy { $0 == .moved || $0 == .pending })
        #expect(moves.values.count < 100, "\(moves.values.count)")
    }

    @Test
    func `with many in flight the run still ends and everything is accounted for`() async throws {
        let bench = try Bench(rooms: 60)
        let rooms = ScriptedRooms(Bench.owners(rooms: 60))
        rooms.script(looks: .answer(.stop(Self.stop)), of: RoomID("R9"))
        let result = try await bench.run(rooms, Bench.settings(concurrency: 8))
        #expect(result.stop == Self.stop)
        let states = try bench.states()
        #expect(states.allSatisfy { $0 == .moved || $0 == .pending })
        #expect(states.count { $0 == .moved } == rooms.owners.count { $0.value == VisitorID("B") })
        #expect(states.count { $0 == .moved } < 40)
    }

    @Test
    func `an ambiguous PUT stays sent when the run ends before its read`() async throws {
        let bench = try Bench(rooms: 3)
        let rooms = ScriptedRooms(Bench.owners(rooms: 3))
        rooms.script(moves: .carryOutThenAnswer(.unknown(.timeout, "")), of: RoomID("R1"))
        rooms.script(looks: .answer(.stop(Self.stop)), of: RoomID("R1"))
        let first = try await bench.run(rooms, Bench.settings(concurrency: 1, openRooms: .move))
        #expect(first.stop == Self.stop)
        #expect(try bench.states() == [.sent, .pending, .pending])
        let before = rooms.requests.count
        let second = try await bench.run(rooms, Bench.settings(concurrency: 1, openRooms: .move))
        #expect(second.stop == nil)
        #expect(rooms.requests.dropFirst(before).first?.kind == .look)
        #expect(try bench.rows().map(\.confirmedBy) == [.read, .response, .response])
    }

    @Test
    func `a PUT that is answered by a page stays in doubt until the room is read`() async throws {
        let bench = try Bench(rooms: 2)
        let rooms = ScriptedRooms(Bench.owners(rooms: 2))
        rooms.script(moves: .carryOutThenAnswer(.stop(Stop(.notRocketChat, "a page"))), of: RoomID("R1"))
        rooms.script(moves: .answer(.stop(Stop(.notRocketChat, "a page"))), of: Probe.room)
        try await bench.run(rooms, Bench.settings(concurrency: 1, openRooms: .move))
        #expect(try bench.states() == [.sent, .pending])
        try await bench.run(rooms, Bench.settings(concurrency: 1, openRooms: .move))
        #expect(try bench.rows().map(\.confirmedBy) == [.read, .response])
    }

    /// Another administrator moved it first, so this job has nothing to undo.
    @Test
    func `a room that was not with the old visitor any more is not credited after an interruption`() async throws {
        let bench = try Bench(rooms: 2)
        let rooms = ScriptedRooms(Bench.owners(rooms: 2))
        rooms.put(RoomID("R1"), with: VisitorID("B"))
        rooms.script(looks: .answer(.stop(Self.stop)), of: RoomID("R1"))
        try await bench.run(rooms, Bench.settings(concurrency: 1, openRooms: .move))
        #expect(try bench.states() == [.pending, .pending])
        try await bench.run(rooms, Bench.settings(concurrency: 1, openRooms: .move))
        #expect(try bench.states() == [.already, .moved])
    }

    @Test
    func `a PUT that was refused and read as not carried out was never sent`() async throws {
        let bench = try Bench(rooms: 1)
        let rooms = ScriptedRooms(Bench.owners(rooms: 1))
        rooms.script(moves: .answer(.notOwner), .answer(.stop(Self.stop)), of: RoomID("R1"))
        try await bench.run(rooms, Bench.settings(concurrency: 1, openRooms: .move))
        #expect(try bench.states() == [.pending])
    }

    @Test
    func `an operation in doubt that could not be looked at stays in doubt`() async throws {
        let bench = try Bench(rooms: 2)
        try await bench.crash(claiming: 1)
        let rooms = ScriptedRooms(Bench.owners(rooms: 2))
        rooms.script(looks: .answer(.stop(Self.stop)), of: RoomID("R1"))
        try await bench.run(rooms, Bench.settings(concurrency: 1))
        #expect(try bench.states() == [.sent, .pending])
        let before = rooms.requests.count
        try await bench.run(rooms, Bench.settings(concurrency: 1, openRooms: .move))
        #expect(rooms.requests.dropFirst(before).first?.kind == .look)
        #expect(try bench.states() == [.moved, .moved])
    }

    @Test
    func `an operation that had looked sends no PUT once the run has to end`() async throws {
        let bench = try Bench(rooms: 2)
        let rooms = ScriptedRooms(Bench.owners(rooms: 2))
        rooms.script(looks: .answer(.stop(Self.stop)), of: RoomID("R2"))
        let board = ProgressBoard()
        let api = HookedRooms(
            rooms: rooms,
            onTheWayBack: { request in
                // The look at R1 is answered when the run is draining already.
                guard request == .look("R1") else { return }
                while !board.snapshot.isDraining { await Task.yield() }
            })
        let result = try await bench.run(
            api, Bench.settings(concurrency: 2), rate: .unlimited, clock: ContinuousClock(), board: board)
        #expect(result.stop == Self.stop)
        #expect(!rooms.requests.contains { $0.kind == .move })
        #expect(try bench.states() == [.pending, .pending])
    }

    @Test
    func `an operation that waits for its turn does not delay the end of the run`() async throws {
        let bench = try Bench(rooms: 2)
        let rooms = ScriptedRooms(Bench.owners(rooms: 2))
        let clock = ManualClock()
        let board = ProgressBoard()
        let api = HookedRooms(
            rooms: rooms,
            onTheWayIn: { _ in
                // Answered when the other one waits for its turn.
                await clock.untilAsleep(1)
            })
        rooms.script(moves: .answer(.stop(Self.stop)), of: RoomID("R1"))
        rooms.script(moves: .answer(.stop(Self.stop)), of: RoomID("R2"))
        async let noticing: Void = {
            while !board.snapshot.isDraining { await Task.yield() }
            clock.advance(by: .seconds(1))
        }()
        let result = try await bench.run(
            api, Bench.settings(concurrency: 2, openRooms: .move), rate: .fixed(Rate(count: 1, per: .seconds(3600))),
            clock: clock, board: board)
        await noticing
        #expect(result.stop == Self.stop)
        #expect(rooms.requests.count == 1)
        #expect(try bench.states() == [.pending, .pending])
    }

    @Test
    func `the first reason to end is the one that is told`() async throws {
        let bench = try Bench(rooms: 4)
        let rooms = ScriptedRooms(Bench.owners(rooms: 4))
        for name in ["R1", "R2", "R3", "R4"] {
            rooms.script(looks: .answer(.stop(Stop(.versionTooNew, name))), of: RoomID(name))
        }
        let result = try await bench.run(rooms, Bench.settings(concurrency: 1))
        #expect(result.stop == Stop(.versionTooNew, "R1"))
    }

    @Test
    func `a request that never answers is given up when the run has to end`() async throws {
        let bench = try Bench(rooms: 2)
        let rooms = ScriptedRooms(Bench.owners(rooms: 2))
        rooms.script(moves: .answer(.stop(Self.stop)), of: RoomID("R2"))
        rooms.script(moves: .answer(.unknown(.timeout, "")), of: RoomID("R1"))
        let api = HookedRooms(
            rooms: rooms,
            onTheWayIn: { request in
                guard request == .move("R1") else { return }
                while !Task.isCancelled { await Task.yield() }
            })
        let result = try await bench.run(
            api, Bench.settings(concurrency: 2, openRooms: .move, drainLimit: .milliseconds(20)))
        #expect(result.stop == Self.stop)
        #expect(try bench.states() == [.sent, .pending])
    }
}
