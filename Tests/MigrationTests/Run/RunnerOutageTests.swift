import Journal
import Model
import RocketChat
import Synchronization
import TestSupport
import Testing

@testable import Migration

/// A server that goes away in the middle of a run is waited for (TheRun, "Waiting for a server").
@Suite(.timeLimit(.minutes(1)))
struct RunnerOutageTests {
    /// Rooms on a server that answers `trouble` from its `first` request on, for as long as the clock says.
    private struct Away: RoomMover {
        let rooms: ScriptedRooms
        let clock: ManualClock
        let first: Int
        let length: Duration
        var trouble: ReplyOutcome<Room> = .unknown(.gatewayError, "A gateway failed with status 502")
        /// Reads are answered all the same.
        var onlyMoves = false
        let began = Began()

        /// A class because the copies of the rooms share it; all of its state is behind one lock.
        final class Began: Sendable {
            let state = Mutex<(requests: Int, at: ManualClock.Instant?, isOver: Bool)>((0, nil, false))

            var isOver: Bool { state.withLock { $0.isOver } }

            func end() { state.withLock { $0.isOver = true } }
        }

        private var isAway: Bool {
            began.state.withLock { state in
                state.requests += 1
                guard state.requests >= first else { return false }
                let at = state.at ?? clock.now
                state.at = at
                return clock.now < at.advanced(by: length)
            }
        }

        func room(_ id: RoomID) async -> Reply<Room> {
            if !onlyMoves, isAway { return Reply(meaning: trouble, status: 502) }
            return await rooms.room(id)
        }

        func move(_ room: RoomID, from oldVisitor: VisitorID, to newVisitor: VisitorID) async -> Reply<Room> {
            if isAway { return Reply(meaning: trouble, status: 502) }
            return await rooms.move(room, from: oldVisitor, to: newVisitor)
        }
    }

    private func run(_ bench: Bench, _ api: Away, _ settings: RunnerSettings) async throws -> Bench.Result {
        async let driven: Void = api.clock.drive { api.began.isOver }
        let result = try await bench.run(api, settings, rate: .unlimited, clock: api.clock)
        api.began.end()
        await driven
        return result
    }

    private static let settings = Bench.settings(concurrency: 4, retry: RetryPolicy())

    @Test(arguments: [
        ReplyOutcome<Room>.unknown(.gatewayError, "502"), .unknown(.timeout, "late"),
        .unknown(.connectionLost, "reset"),
        .notSent(.connectionFailed, "refused"),
    ])
    func `a minute without any answer costs no operation its attempts`(trouble: ReplyOutcome<Room>) async throws {
        let bench = try Bench(rooms: 30)
        let clock = ManualClock()
        let rooms = ScriptedRooms(Bench.owners(rooms: 30))
        let away = Away(rooms: rooms, clock: clock, first: 9, length: .seconds(60), trouble: trouble)
        let result = try await run(bench, away, Self.settings)
        #expect(result.stop == nil)
        #expect(try bench.states() == Array(repeating: .moved, count: 30))
        #expect(rooms.requests.count { $0.kind == .move } == 30, "nothing is moved twice")
        #expect(clock.now.offset < .seconds(60 + 45), "the run goes on soon after the server is back")
    }

    @Test func `a minute in which only moves fail is outlasted by the attempts`() async throws {
        let bench = try Bench(rooms: 8)
        let clock = ManualClock()
        let rooms = ScriptedRooms(Bench.owners(rooms: 8))
        let away = Away(rooms: rooms, clock: clock, first: 3, length: .seconds(60), onlyMoves: true)
        let result = try await run(bench, away, Self.settings)
        #expect(result.stop == nil)
        #expect(try bench.states() == Array(repeating: .moved, count: 8))
    }

    @Test func `a server that never moves anything again does not hold the run for ever`() async throws {
        let bench = try Bench(rooms: 80)
        let clock = ManualClock()
        let rooms = ScriptedRooms(Bench.owners(rooms: 80))
        let away = Away(rooms: rooms, clock: clock, first: 3, length: .seconds(100_000), onlyMoves: true)
        let result = try await run(bench, away, Self.settings)
        #expect(result.stop?.reason == .tooManyFailures)
        #expect(clock.now.offset < .seconds(1800), "what fails alone is not waited for")
    }

    @Test func `a server that stays away ends the run, and everything can go on`() async throws {
        let bench = try Bench(rooms: 10)
        let clock = ManualClock()
        let rooms = ScriptedRooms(Bench.owners(rooms: 10))
        let away = Away(rooms: rooms, clock: clock, first: 7, length: .seconds(100_000))
        let result = try await run(bench, away, Self.settings)
        #expect(result.stop?.reason == .serverUnreachable)
        #expect(clock.now.offset >= RetryPolicy().patience && clock.now.offset < .seconds(300))
        #expect(try bench.states().allSatisfy { $0 == .moved || $0 == .pending || $0 == .sent })
        let second = try await bench.run(rooms)
        #expect(second.stop == nil)
        #expect(try bench.states() == Array(repeating: .moved, count: 10))
    }

    @Test func `trouble before the first good answer is no outage`() async throws {
        let bench = try Bench(rooms: 2)
        let clock = ManualClock()
        let away = Away(
            rooms: ScriptedRooms(Bench.owners(rooms: 2)), clock: clock, first: 1, length: .seconds(100_000))
        let result = try await run(bench, away, Self.settings)
        #expect(result.stop == nil)
        #expect(try bench.states() == [.failed, .failed])
        #expect(clock.now.offset < .seconds(60))
    }
}
