import Journal
import Model
import Testing

@testable import Report

@Suite struct `The summary` {
    private static let steps = NextSteps(
        again: "visitor-merge run mapping.csv", withoutPlan: "visitor-merge run mapping.csv --journal j.db",
        corrected: ("c.csv", "visitor-merge run c.csv"),
        verify: "visitor-merge verify j.db", doctor: "visitor-merge doctor")

    private func text(_ job: FinishedJob, _ next: NextSteps = steps) throws -> [String] {
        let reconciliation = try Reconciliation(of: job.journal)
        return "\(Summary(reconciliation, reportPath: "out", next: next))"
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    struct Case: Sendable {
        var ends: [Ending]
        var headline: String
        var verdict: Reconciliation.Verdict
    }

    @Test(arguments: [
        Case(ends: [], headline: "Every line is settled: 0 rooms moved.", verdict: .settled),
        Case(ends: [Ending(.moved)], headline: "Every line is settled: 1 room moved.", verdict: .settled),
        Case(
            ends: [Ending(.moved), Ending(.moved), Ending(.already)],
            headline: "Every line is settled: 2 rooms moved.", verdict: .settled),
        Case(ends: [Ending(.refused)], headline: "Finished: 1 line of 1 needs a person.", verdict: .needsPerson),
        Case(
            ends: [Ending(.moved), Ending(.failed), Ending(.unknown), Ending(.conflict)],
            headline: "Finished: 3 lines of 4 need a person.", verdict: .needsPerson),
        Case(
            ends: [Ending(.moved), Ending(.deferred)], headline: "Not finished: 1 line of 2 is left.", verdict: .goesOn),
        Case(
            ends: [Ending(.deferred), Ending(.deferred), Ending(.refused)],
            headline: "Not finished: 2 lines of 3 are left, 1 needs a person.", verdict: .goesOn),
        Case(
            ends: [Ending(.refused), Ending(.refused), Ending(.sent)],
            headline: "Not finished: 1 line of 3 is left, 2 need a person.", verdict: .goesOn),
    ])
    func `begins with the state of the job`(_ example: Case) async throws {
        let job = try await FinishedJob(.rooms(example.ends.count), ends: example.ends)

        #expect(try text(job).first == example.headline)
        #expect(try Reconciliation(of: job.journal).verdict == example.verdict)
    }

    @Test func `fits a screen whatever happened`() async throws {
        let job = try await `The tables of a report`.mixedJob()
        try job.journal.end(
            1, at: Timestamp(milliseconds: 1_714_661_300_000), stop: Stop(.tooManyFailures, "60 of 100 failed"),
            waited: .zero)
        let lines = try text(job)

        let rows = lines.reduce(0) { $0 + max(1, ($1.count + 79) / 80) }
        #expect(rows <= 23)
        #expect(lines.contains("Ended early: 60 of 100 failed."))
        #expect(lines.contains("Why a person is needed:"))
        #expect(lines.contains { $0.hasPrefix("  and ") && $0.hasSuffix(" more reasons, all in lines.csv") })
        #expect(lines.last == "Next: visitor-merge run mapping.csv")
    }

    @Test func `says why lines need a person, the most frequent reason first`() async throws {
        let ends = [
            Ending(.moved), Ending(.failed, .timeout), Ending(.refused, .roomNotFound), Ending(.refused, .roomNotFound),
            Ending(.deferred, .openRoom), Ending(.already, .alreadyAtNew),
        ]
        let lines = try text(try await FinishedJob(.rooms(ends.count), ends: ends))
        let start = try #require(lines.firstIndex(of: "Why a person is needed:"))

        #expect(
            lines[start...].dropFirst().prefix { !$0.isEmpty } == [
                "  2  room-not-found: the server knows no such room: it may have been deleted",
                "  1  timeout: the server did not answer in time",
            ])
        let waiting = try await FinishedJob(.rooms(1), ends: [Ending(.deferred, .openRoom)])
        #expect(try !text(waiting).contains { $0.hasPrefix("Why") })
    }

    @Test func `counts as needing a person exactly the reasons of lines that do`() async throws {
        let report = try await `The tables of a report`.mixedJob().writeReport()
        for line in try report.table("lines.csv") {
            guard let reason = ReasonCode(rawValue: line["reason"] ?? ""),
                let outcome = LineOutcome(rawValue: line["outcome"] ?? "")
            else { continue }
            #expect(reason.needsPerson == outcome.needsPerson, "\(reason) of \(outcome)")
        }
    }

    @Test func `lists what needs a person first, then what is left, then what is well`() async throws {
        let lines = try text(try await `The tables of a report`.mixedJob())
        let outcomes = lines.compactMap { line in
            LineOutcome.allCases.first { line.hasPrefix("  ") && line.contains(" \($0.rawValue) ") }
        }
        let ranks = outcomes.map { $0.needsPerson ? 0 : $0.isLeftForLater ? 1 : 2 }

        #expect(Set(outcomes) == Set(LineOutcome.allCases).subtracting([.noRooms]))
        #expect(ranks == ranks.sorted())
    }

    /// How a job ended, and the line with which its summary does.
    struct Step: Sendable {
        var ends: [Ending]
        var stop: Stop?
        var last: String
    }

    @Test(arguments: [
        Step(ends: [Ending(.moved), Ending(.deferred)], last: "Next: visitor-merge run mapping.csv"),
        Step(ends: [Ending(.moved)], last: "Next: visitor-merge verify j.db"),
        Step(
            ends: [Ending(.conflict)],
            last: "  visitor-merge run c.csv"),
        Step(
            ends: [Ending(.moved), Ending(.deferred, .notInPlan)],
            last: "Next: visitor-merge run mapping.csv --journal j.db"),
        Step(
            ends: [Ending(.deferred, .openRoom), Ending(.deferred, .notInPlan)],
            last: "Next: visitor-merge run mapping.csv"),
        // What running again may settle.
        Step(ends: [Ending(.failed, .timeout)], last: "Next: visitor-merge run mapping.csv"),
        Step(ends: [Ending(.unknown, .gatewayError)], last: "Next: visitor-merge run mapping.csv"),
        Step(ends: [Ending(.moved)], stop: .signal, last: "Next: visitor-merge verify j.db"),
        Step(
            ends: [Ending(.moved), Ending(.deferred)], stop: Stop(.serverUnreachable, "it is away"),
            last: "Next: visitor-merge run mapping.csv"),
        Step(
            ends: [Ending(.moved), Ending(.deferred)], stop: Stop(.credentialsRejected, "no"),
            last: "Next: visitor-merge doctor"),
        Step(
            ends: [Ending(.deferred)], stop: Stop(.permissionMissing, "no"), last: "Next: visitor-merge doctor"),
    ])
    func `ends with what to do next`(_ step: Step) async throws {
        let job = try await FinishedJob(.rooms(step.ends.count), ends: step.ends)
        if let stop = step.stop {
            try job.journal.end(1, at: Timestamp(milliseconds: 1_714_661_300_000), stop: stop, waited: .zero)
        }

        #expect(try text(job).last == step.last)
    }

    @Test func `names one thing to do at a time: what to run again, then what to correct`() async throws {
        let job = try await FinishedJob(.rooms(2), ends: [Ending(.failed, .timeout), Ending(.conflict)])
        #expect(
            try text(job).suffix(2) == [
                "The next command comes first; then correct a copy of out/unsettled.csv.",
                "Next: visitor-merge run mapping.csv",
            ])
        let rest = try await FinishedJob(.rooms(2), ends: [Ending(.moved), Ending(.conflict)])
        #expect(
            try text(rest).suffix(3) == [
                "To correct the line that needs a person, type these two commands, and edit the copy in between:",
                "  cp out/unsettled.csv c.csv", "  visitor-merge run c.csv",
            ])
    }

    @Test func `says of what was undone that it was`() async throws {
        let job = try await FinishedJob(.rooms(1), ends: [Ending(.moved)])
        try Journal(at: job.journal.path, for: .write).note(undoneBy: "u.db")
        let lines = try text(job)

        #expect(
            lines.first == "Undone, as far as u.db went: that journal cannot be read, so rooms may be back.")
        #expect(lines.contains("To move the rooms again: visitor-merge undo u.db"))
        #expect(!lines.contains { $0.hasPrefix("Next:") })
    }

    @Test func `says nothing of a next step when nothing was moved`() async throws {
        let lines = try text(try await FinishedJob(.rooms(1), ends: [Ending(.already)]))

        #expect(!lines.contains { $0.hasPrefix("Next:") })
        #expect(lines.contains("1 line in, 1 accounted for; 1 operation, 1 accounted for: balanced."))
        #expect(lines.contains { $0.contains("out/report.html") })
    }
}
