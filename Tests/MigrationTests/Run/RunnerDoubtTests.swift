import Journal
import Model
import RocketChat
import Testing
import TestSupport

@testable import Migration

/// A room is credited to a job only if a PUT of that job may have been applied to it.
@Suite(.timeLimit(.minutes(1)))
struct RunnerDoubtTests {
    private static let room = RoomID("R1")

    /// Answers that exclude that the PUT was applied.
    static let definite: [ReplyOutcome<Room>] = [
        .rateLimited(RateLimitHint(wait: .milliseconds(1))), .notSent(.connectionFailed, ""),
        .refused(.roomNotAllowed, ""),
        .stop(Stop(.permissionMissing, "")), .stop(Stop(.credentialsRejected, "")), .stop(Stop(.proxyRefused, "")),
        .stop(Stop(.endpointMissing, "")), .stop(Stop(.deprecationThrows, "")),
    ]

    /// The first run meets the answer and then stops; a person moves the room by hand; then the job is resumed.
    private func outcome(
        after answers: [ReplyOutcome<Room>], _ openRooms: OpenRoomPolicy
    ) async throws -> (first: OperationState?, second: OperationState?, confirmedBy: Model.Confirmation?) {
        let bench = try Bench(rooms: 1)
        let rooms = ScriptedRooms(Bench.owners(rooms: 1))
        for answer in answers {
            rooms.script(moves: .answer(answer), of: Self.room)
            // The server as a whole answers so.
            if answer.word == "stop" { rooms.script(moves: .answer(answer), of: Probe.room) }
        }
        if answers.last?.word != "stop" {
            rooms.script(moves: .answer(.stop(Stop(.versionTooNew, ""))), of: Self.room)
        }
        try await bench.run(rooms, Bench.settings(openRooms: openRooms))
        let first = try bench.row("R1")?.state
        rooms.put(Self.room, with: VisitorID("B"))
        try await bench.run(rooms, Bench.settings(openRooms: openRooms))
        let row = try #require(try bench.row("R1"))
        return (first, row.state, row.confirmedBy)
    }

    @Test(arguments: definite, OpenRoomPolicy.allCases)
    func `a room that a person moved after a definite no is not credited`(
        _ answer: ReplyOutcome<Room>, _ openRooms: OpenRoomPolicy
    ) async throws {
        let outcome = try await outcome(after: [answer], openRooms)
        // A refusal settles the operation, and a later run leaves it alone.
        if case .refused = answer {
            #expect(outcome.first == .refused && outcome.second == .refused)
        } else {
            #expect(outcome.first == .pending && outcome.second == .already && outcome.confirmedBy == nil)
        }
    }

    @Test(arguments: OpenRoomPolicy.allCases)
    func `a room is credited after an answer that was lost, whatever came after it`(
        _ openRooms: OpenRoomPolicy
    ) async throws {
        let outcome = try await outcome(
            after: [.timeout, .rateLimited(RateLimitHint(wait: .milliseconds(1)))], openRooms)
        #expect(outcome.first == .sent && outcome.second == .moved && outcome.confirmedBy == .read)
    }
}
