import Journal
import Model
import RocketChat
import Testing
import TestSupport

@testable import Migration

/// Whole runs against rooms in memory, with a journal on disk.
@Suite(.timeLimit(.minutes(1)))
struct RunnerTests {
    @Test(arguments: OpenRoomPolicy.allCases, [1, 4, 256])
    func `every room is moved and counted`(_ policy: OpenRoomPolicy, _ concurrency: Int) async throws {
        let bench = try Bench(rooms: 50)
        let rooms = ScriptedRooms(Bench.owners(rooms: 50))
        let result = try await bench.run(rooms, Bench.settings(concurrency: concurrency, openRooms: policy))
        #expect(result.stop == nil)
        #expect(rooms.owners == Bench.owners(rooms: 50, "B"))
        #expect(result.board.planned == 50)
        #expect(result.board.outcomes == [.moved: 50])
        #expect(result.board.done == 50)
        let rows = try bench.rows()
        #expect(rows.allSatisfy { $0.state == .moved && $0.confirmedBy == .response && $0.attempts == 1 })
        #expect(rooms.requests.count == (policy == .defer ? 100 : 50))
    }

    @Test
    func `a second run sends nothing`() async throws {
        let bench = try Bench(rooms: 20)
        let rooms = ScriptedRooms(Bench.owners(rooms: 20))
        try await bench.run(rooms)
        let before = rooms.requests.count
        let result = try await bench.run(rooms)
        #expect(rooms.requests.count == before)
        #expect(result.stop == nil)
        #expect(result.board.settledBefore == 20)
        #expect(result.board.done == 20)
    }

    @Test
    func `an empty plan is done at once`() async throws {
        let bench = try Bench(["R1 A A"])
        let result = try await bench.run(ScriptedRooms([:]))
        #expect(result == .init(stop: nil, board: ProgressBoard.Snapshot()))
    }

    @Test(arguments: OpenRoomPolicy.allCases)
    func `no PUT leaves before its intent is durable`(_ policy: OpenRoomPolicy) async throws {
        let bench = try Bench(rooms: 40)
        let rooms = ScriptedRooms(Bench.owners(rooms: 40))
        let early = Recorder<String>()
        rooms.onRequest { request in
            guard request.kind == .move else { return }
            do {
                let state = try bench.row(request.room.rawValue)?.state
                if state != .sent { early.add("\(request.room) was \(String(describing: state))") }
            } catch {
                early.add("\(request.room): \(error)")
            }
        }
        try await bench.run(rooms, Bench.settings(openRooms: policy))
        #expect(early.values == [])
        #expect(try bench.states().allSatisfy { $0 == .moved })
    }

    @Test
    func `an outcome is durable before it is counted`() async throws {
        let bench = try Bench(rooms: 40)
        let rooms = ScriptedRooms(Bench.owners(rooms: 40))
        let board = ProgressBoard()
        let untrue = Recorder<String>()
        let counts = Recorder<Int>()
        rooms.onRequest { _ in
            do {
                let counted = board.snapshot.outcomes[.moved, default: 0]
                let durable = try bench.states().count { $0 == .moved }
                counts.add(counted)
                if counted > durable { untrue.add("\(counted) counted, \(durable) durable") }
            } catch {
                untrue.add("\(error)")
            }
        }
        try await bench.run(
            rooms, Bench.settings(concurrency: 2), rate: .unlimited, clock: ContinuousClock(), board: board)
        #expect(untrue.values == [])
        #expect(counts.values.contains { (1..<40).contains($0) })
    }

    @Test(arguments: [1, 3, 16])
    func `so many requests are in flight and never more`(_ concurrency: Int) async throws {
        let bench = try Bench(rooms: concurrency * 4)
        let rooms = ScriptedRooms(Bench.owners(rooms: concurrency * 4))
        let inFlight = Crowd()
        let api = HookedRooms(rooms: rooms) { _ in
            inFlight.enter()
            // Nobody leaves before everybody who may come is there.
            while inFlight.most < concurrency { await Task.yield() }
        } onTheWayBack: { _ in
            inFlight.leave()
        }
        try await bench.run(api, Bench.settings(concurrency: concurrency, openRooms: .move))
        #expect(inFlight.most == concurrency)
        #expect(rooms.owners == Bench.owners(rooms: concurrency * 4, "B"))
    }

    @Test
    func `only what is soon to be sent is claimed`() async throws {
        let bench = try Bench(rooms: 200)
        let rooms = ScriptedRooms(Bench.owners(rooms: 200))
        let claimed = Recorder<Int>()
        rooms.onRequest { request in
            // Now and then is enough: each look opens the journal.
            guard request.room.rawValue.hasSuffix("0") else { return }
            guard let states = try? bench.states() else { return claimed.add(.max) }
            claimed.add(states.count { $0 == .sent })
        }
        try await bench.run(rooms, Bench.settings(concurrency: 2))
        // In flight, the most that waits to be sent where the server is quick, and as many outcomes on their way.
        #expect(try #require(claimed.values.max()) <= 2 + 64 + 64)
    }

    @Test
    func `requests and outcomes of every kind are in the journal`() async throws {
        let bench = try Bench([
            "moved A B", "already A B", "conflict A B", "gone A B", "open A B", "failed A B", "lost A B",
        ])
        let rooms = ScriptedRooms([
            RoomID("moved"): VisitorID("A"), RoomID("already"): VisitorID("B"), RoomID("conflict"): VisitorID("X"),
            RoomID("open"): VisitorID("A"), RoomID("failed"): VisitorID("A"), RoomID("lost"): VisitorID("A"),
        ])
        rooms.open(RoomID("open"))
        let trouble = ScriptedRooms.Twist.answer(.unknown(.serverError, ""))
        rooms.script(looks: trouble, trouble, trouble, of: RoomID("failed"))
        rooms.script(moves: trouble, of: RoomID("lost"))
        rooms.script(
            looks: .answer(.success(Room(id: RoomID("lost"), visitor: VisitorID("A")))),
            .answer(.refused(.roomNotAllowed, "")), of: RoomID("lost"))
        let result = try await bench.run(rooms)
        #expect(result.stop == nil)
        let states = try bench.states()
        #expect(states == [.moved, .already, .conflict, .refused, .deferred, .failed, .unknown], "\(states)")
        #expect(try bench.row("conflict")?.foundVisitor == "X")
        #expect(try bench.row("open")?.wasOpen == true)
        #expect(try bench.rows().map(\.attempts) == [1, 0, 0, 0, 0, 0, 1])
        let journal = try Journal(at: bench.path, for: .read)
        let counts = try journal.traffic()
        #expect(counts.moves == rooms.requests.count { $0.kind == .move })
        #expect(counts.looks == rooms.requests.count { $0.kind == .look })
        #expect(try journal.remaining() == 3)
        try journal.close()
    }

    @Test
    func `a route that answers too many requests is waited for`() async throws {
        let bench = try Bench(rooms: 4)
        let rooms = ScriptedRooms(Bench.owners(rooms: 4))
        rooms.script(moves: .answer(.rateLimited(RateLimitHint(wait: .seconds(47)))), of: RoomID("R2"))
        let clock = ManualClock()
        let isOver = Recorder<Bool>()
        async let driving: Void = clock.drive { !isOver.values.isEmpty }
        let result = try await bench.run(
            rooms, Bench.settings(concurrency: 1), rate: .fixed(Rate(count: 1, per: .seconds(1))), clock: clock)
        isOver.add(true)
        await driving
        #expect(result.board.outcomes == [.moved: 4])
        #expect(clock.now.offset >= .seconds(48))
        #expect(try bench.row("R2")?.state == .moved)
    }

    @Test
    func `a journal that cannot be written ends the run with its error`() async throws {
        let bench = try Bench(rooms: 3)
        let rooms = ScriptedRooms(Bench.owners(rooms: 3))
        let journal = try Journal(at: bench.path, for: .read)
        let clock = ContinuousClock()
        let runner = Runner(
            api: rooms, journal: journal, limiter: RateLimiter(.unlimited, clock: clock), settings: Bench.settings(),
            clock: clock, now: { Timestamp(milliseconds: 0) }, board: ProgressBoard(), logger: Bench.logger)
        await #expect(throws: JournalError.self) { try await runner.carryOut(run: 1) }
        #expect(rooms.requests == [])
    }

    @Test
    func `a journal that fails under way ends the run and leaves in doubt what was sent`() async throws {
        let bench = try Bench(rooms: 30)
        let rooms = ScriptedRooms(Bench.owners(rooms: 30))
        let journal = try Journal(at: bench.path, for: .write)
        let run = try await journal.begin(Bench.someRun)
        rooms.onRequest { request in
            // Stands for a disk that is gone; that it may be gone already is no matter.
            if request.room == RoomID("R7") { try? journal.close() }
        }
        let clock = ContinuousClock()
        let runner = Runner(
            api: rooms, journal: journal, limiter: RateLimiter(.unlimited, clock: clock),
            settings: Bench.settings(concurrency: 2, openRooms: .move), clock: clock,
            now: { Timestamp(milliseconds: 0) }, board: ProgressBoard(), logger: Bench.logger)
        await #expect(throws: JournalError.self) { try await runner.carryOut(run: run) }
        #expect(try bench.row("R7")?.state == .sent)
        rooms.onRequest { _ in }
        let result = try await bench.run(rooms)
        #expect(result.stop == nil)
        #expect(try bench.states().allSatisfy { $0 == .moved })
        #expect(try bench.row("R7")?.confirmedBy == .read)
    }
}
