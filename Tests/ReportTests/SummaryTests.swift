import Journal
import Model
import Testing

@testable import Report

@Suite struct `The summary` {
    private func text(
        _ job: FinishedJob, reportPath: String? = "out", nextCommand: String? = "visitor-merge run mapping.csv"
    ) throws -> [String] {
        let reconciliation = try Reconciliation(of: job.journal)
        return "\(Summary(reconciliation, reportPath: reportPath, nextCommand: nextCommand))"
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

    @Test func `ends with the command that goes on`() async throws {
        let job = try await FinishedJob(.rooms(2), ends: [Ending(.moved), Ending(.deferred)])

        #expect(try text(job).last == "Next: visitor-merge run mapping.csv")
    }

    @Test func `ends with what a person has to look at`() async throws {
        let job = try await FinishedJob(.rooms(1), ends: [Ending(.conflict)])

        #expect(try text(job).last == "Next: correct out/unsettled.csv, then visitor-merge run out/unsettled.csv")
    }

    @Test(arguments: [Ending(.failed, .timeout), Ending(.unknown, .gatewayError)])
    func `advises to run again what running again may settle`(_ ending: Ending) async throws {
        let job = try await FinishedJob(.rooms(1), ends: [ending])

        #expect(try text(job).last?.contains("visitor-merge run mapping.csv") == true)
    }

    @Test func `says nothing of a next step when all is settled`() async throws {
        let lines = try text(try await FinishedJob(.rooms(1), ends: [Ending(.moved)]))

        #expect(!lines.contains { $0.hasPrefix("Next:") })
        #expect(lines.contains("1 line in, 1 accounted for; 1 operation, 1 accounted for: balanced."))
        #expect(lines.contains { $0.contains("out/report.html") })
    }
}
