import Journal
import Model
import TestSupport
import Testing

/// What an audit does with new visitors that the server does not know.
struct NewVisitorTests {
    @Test func `Lines behind one that would be refused cannot be carried out either`() async throws {
        let planned = try PlannedJournal(
            "r1 a gone", "r1 gone c", "r1 c d", "r2 a gone", "r3 a b", "r3 b gone", "r4 a d")
        let journal = planned.journal
        try await journal.listNewVisitors()
        for visitor in try await journal.uncheckedVisitors(limit: 10) {
            try await journal.note(visitor, isKnown: visitor != VisitorID("gone"))
        }
        try await journal.refuseUnknownVisitors(at: Timestamp(milliseconds: 1_700_000_000_777))

        let ends = try planned.operations().map { "\($0.line) \($0.state) \($0.reason?.rawValue ?? "")" }
        #expect(
            ends == [
                "2 refused new-visitor-not-found", "3 refused earlier-line-not-done", "4 refused earlier-line-not-done",
                "5 refused new-visitor-not-found", "6 pending not-sent-yet", "7 refused new-visitor-not-found",
                "8 pending not-sent-yet",
            ])
        #expect(try planned.operations().allSatisfy { ($0.state == .refused) == ($0.settledAt != nil) })
        #expect(try journal.remaining() == 2)
        try Journal.check(planned.path)
    }
}
