import Journal
import Model
import RocketChat
import ServiceLifecycle
import Testing
import TestSupport

@testable import Migration

/// A signal asks the run to end: what is in hand is finished, nothing new leaves (TheRun, "Signals and time").
@Suite(.timeLimit(.minutes(1)))
struct RunnerShutdownTests {
    @Test
    func `a run that waits for its turn ends at once`() async throws {
        let bench = try Bench(rooms: 5)
        let rooms = ScriptedRooms(Bench.owners(rooms: 5))
        let clock = ManualClock()
        let result = try await withShutdown {
            try await bench.run(
                rooms, Bench.settings(concurrency: 3, openRooms: .move),
                rate: .fixed(Rate(count: 1, per: .seconds(3600))), clock: clock)
        } while: { shutdown in
            await clock.untilAsleep(3)
            await shutdown()
        }
        #expect(result?.stop == .signal)
        #expect(rooms.requests.count == 1)
        // Which of those that started together took the one slot is chance.
        let states = try bench.states()
        #expect(states.filter { $0 == .moved }.count == 1 && states.filter { $0 == .pending }.count == 4, "\(states)")
        #expect(clock.now.offset == .zero)
    }

    @Test(arguments: [
        (ReplyOutcome<Room>.notSent(.connectionFailed, ""), OperationState.pending),
        (.unknown(.gatewayError, ""), .sent),
    ])
    func `a run that backs off ends at once`(_ trouble: ReplyOutcome<Room>, _ left: OperationState) async throws {
        let bench = try Bench(rooms: 1)
        let rooms = ScriptedRooms(Bench.owners(rooms: 1))
        rooms.script(moves: .answer(trouble), of: RoomID("R1"))
        let clock = ManualClock()
        let result = try await withShutdown {
            try await bench.run(
                rooms, Bench.settings(openRooms: .move, retry: RetryPolicy()), rate: .unlimited, clock: clock)
        } while: { shutdown in
            await clock.untilAsleep(1)
            await shutdown()
        }
        #expect(result?.stop == .signal)
        #expect(try bench.states() == [left])
        #expect(clock.now.offset == .zero)
    }

    @Test(arguments: OpenRoomPolicy.allCases)
    func `a PUT in flight is waited for and its answer recorded`(_ policy: OpenRoomPolicy) async throws {
        let bench = try Bench(rooms: 10)
        let rooms = ScriptedRooms(Bench.owners(rooms: 10))
        let isInFlight = Recorder<Bool>()
        let api = HookedRooms(
            rooms: rooms,
            onTheWayIn: { request in
                guard request == .move("R1") else { return }
                isInFlight.add(true)
                while !Task.isShuttingDownGracefully { await Task.yield() }
            })
        let result = try await withShutdown {
            try await bench.run(api, Bench.settings(concurrency: 1, openRooms: policy))
        } while: { shutdown in
            while isInFlight.values.isEmpty { await Task.yield() }
            await shutdown()
        }
        #expect(result?.stop == .signal)
        #expect(result?.board.outcomes == [.moved: 1])
        #expect(try bench.states() == [.moved] + Array(repeating: .pending, count: 9))
        #expect(rooms.requests.count { $0.kind == .move } == 1)
    }

    @Test
    func `no PUT follows a look that is answered after the signal`() async throws {
        let bench = try Bench(rooms: 3)
        let rooms = ScriptedRooms(Bench.owners(rooms: 3))
        let isInFlight = Recorder<Bool>()
        let api = HookedRooms(
            rooms: rooms,
            onTheWayBack: { _ in
                isInFlight.add(true)
                while !Task.isShuttingDownGracefully { await Task.yield() }
            })
        let result = try await withShutdown {
            try await bench.run(api, Bench.settings(concurrency: 1))
        } while: { shutdown in
            while isInFlight.values.isEmpty { await Task.yield() }
            await shutdown()
        }
        #expect(result?.stop == .signal)
        #expect(rooms.requests.map(\.kind) == [.look])
        #expect(try bench.states() == [.pending, .pending, .pending])
    }

    @Test
    func `a request that never answers is given up at the limit and stays in doubt`() async throws {
        let bench = try Bench(rooms: 3)
        let rooms = ScriptedRooms(Bench.owners(rooms: 3))
        // What a client answers whose request was cancelled.
        rooms.script(moves: .carryOutThenAnswer(.unknown(.connectionLost, "")), of: RoomID("R1"))
        let isInFlight = Recorder<Bool>()
        let api = HookedRooms(
            rooms: rooms,
            onTheWayIn: { request in
                guard request == .move("R1") else { return }
                isInFlight.add(true)
                while !Task.isCancelled { await Task.yield() }
            })
        let result = try await withShutdown {
            try await bench.run(
                api, Bench.settings(concurrency: 1, openRooms: .move, drainLimit: .milliseconds(20)))
        } while: { shutdown in
            while isInFlight.values.isEmpty { await Task.yield() }
            await shutdown()
        }
        #expect(result?.stop == .signal)
        #expect(result?.board.isDraining == true)
        #expect(try bench.states() == [.sent, .pending, .pending])
        let next = try await bench.run(rooms)
        #expect(next.board.outcomes == [.moved: 3])
        #expect(try bench.row("R1")?.confirmedBy == .read)
    }

    @Test
    func `a run asked to end before it began sends nothing`() async throws {
        let bench = try Bench(rooms: 3)
        let rooms = ScriptedRooms(Bench.owners(rooms: 3))
        let result = try await withShutdown {
            while !Task.isShuttingDownGracefully { await Task.yield() }
            return try await bench.run(rooms)
        } while: { shutdown in
            await shutdown()
        }
        #expect(result?.stop == .signal)
        #expect(rooms.requests == [])
        #expect(try bench.states() == [.pending, .pending, .pending])
    }

    @Test
    func `what a signal left is done by the next run`() async throws {
        let bench = try Bench(rooms: 30)
        let rooms = ScriptedRooms(Bench.owners(rooms: 30))
        let api = HookedRooms(rooms: rooms)
        let result = try await withShutdown {
            try await bench.run(api, Bench.settings(concurrency: 4))
        } while: { shutdown in
            while rooms.requests.count < 12 { await Task.yield() }
            await shutdown()
        }
        // The signal may come too late to be seen.
        #expect(result?.stop == .signal || result?.board.outcomes == [.moved: 30])
        #expect(try bench.states().allSatisfy { $0 == .moved || $0 == .pending })
        try await bench.run(rooms)
        #expect(try bench.states().allSatisfy { $0 == .moved })
        #expect(rooms.requests.count { $0.kind == .move } == 30)
    }
}
