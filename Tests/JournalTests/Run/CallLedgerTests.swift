import Model
import TestSupport
import Testing

@testable import Journal

/// How a journal counts the calls of its job.
@Suite struct CallLedgerTests {
    private func made(_ endpoint: String, _ count: Int, refused: Int = 0, waited: Int = 0) -> EndpointCalls {
        EndpointCalls(endpoint: endpoint, made: count, refused: refused, waitedMilliseconds: waited)
    }

    @Test func `The calls of all runs are added up, also of one that was killed`() async throws {
        let planned = try PlannedJournal("R A B")
        let journal = planned.journal
        let first = try await journal.begin(.sample)
        try await journal.callLedger.note([made("rooms.info", 3), made("me", 1)], run: first)
        // What is noted later of the same run takes the place of what was noted before.
        try await journal.callLedger.note([made("rooms.info", 7, refused: 1, waited: 1500)], run: first)

        let second = try await journal.begin(.sample)
        try journal.end(
            second, at: Timestamp(milliseconds: 2000), stop: nil, waited: .zero,
            calls: [made("rooms.info", 2, waited: 500), made("livechat/room.visitor", 1)])

        #expect(
            try journal.snapshot { try $0.calls() } == [
                made("livechat/room.visitor", 1), made("me", 1), made("rooms.info", 9, refused: 1, waited: 2000),
            ])
    }

    @Test func `What was expected first of a step stands, and an endpoint that was not foreseen has zero`() async throws
    {
        let planned = try PlannedJournal("R A B")
        let ledger = planned.journal.callLedger
        let run = try await planned.journal.begin(.sample)
        try await ledger.expect(["rooms.info": 20, "me": 1], of: "looking")
        try await ledger.expect(["rooms.info": 3], of: "looking")
        try await ledger.expect(["rooms.info": 5], of: "looking again")
        try await ledger.note([made("rooms.info", 25), made("livechat/rooms", 2)], run: run)

        let calls = try await ledger.calls()
        #expect(calls.map(\.endpoint) == ["livechat/rooms", "me", "rooms.info"])
        #expect(calls.map(\.estimated) == [0, 1, 25] && calls.map(\.made) == [2, 0, 25])
    }

    @Test func `A job that was begun without counting has no estimate`() async throws {
        let planned = try PlannedJournal("R A B")
        var first = Run.sample
        // What an audit did that a plan was made from was before the plan.
        first.startedAt = try planned.journal.job().plannedAt
        _ = try await planned.journal.begin(.sample)
        _ = try await planned.journal.begin(first)
        #expect(try planned.journal.hasAllCalls())
        let run = try await planned.journal.begin(first)
        #expect(try !planned.journal.hasAllCalls())
        try await planned.journal.callLedger.note([made("rooms.info", 1)], run: run)
        #expect(try await planned.journal.callLedger.calls() == [made("rooms.info", 1)])

        try await planned.journal.callLedger.expect(["rooms.info": 1], of: "looking")
        #expect(try planned.journal.hasAllCalls())
    }

    @Test func `What later jobs will cost is no part of this one`() async throws {
        let planned = try PlannedJournal("R A B")
        try await planned.journal.expect(["rooms.info": 4], ofLater: .verify)
        try await planned.journal.expect(["rooms.info": 5], ofLater: .verify)
        let (own, verify, run) = try planned.journal.snapshot {
            (try $0.calls(), try $0.calls(ofLater: .verify), try $0.calls(ofLater: .run))
        }
        #expect(own.isEmpty && verify == ["rooms.info": 5] && run == [:])
    }

    @Test func `A plan has so many rooms, visitor lines and visitors`() throws {
        let planned = try PlannedJournal("R A B", "S A C", " D B", " E B")
        #expect(
            try planned.journal.size() == PlanSize(rooms: 2, visitorLines: 2, oldVisitors: 3, newVisitors: 2))
    }
}
