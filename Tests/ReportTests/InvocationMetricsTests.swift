import Journal
import Model
import Report
import TestSupport
import Testing

@Suite struct `The metrics of a run` {
    private static func metrics(
        of job: FinishedJob? = nil, exitStatus: Int32 = 1, took milliseconds: Int64 = 2500
    ) throws -> InvocationMetrics {
        let tallies = try job.map { job in
            try job.journal.snapshot { try JobMetrics(of: $0, Reconciliation(of: $0)) }
        }
        return InvocationMetrics(
            mode: "run", toolVersion: "1.2.3", startedAt: Timestamp(milliseconds: 1_714_661_265_855),
            endedAt: Timestamp(milliseconds: 1_714_661_265_855 + milliseconds), exitStatus: exitStatus,
            tallies: tallies.map(CommandMetrics.job))
    }

    @Test func `tell outcomes, requests, waiting, backlog, duration and the end`() async throws {
        let job = try await `The tables of a report`.mixedJob()
        let metrics = try #require(MetricsText(try Self.metrics(of: job).text(inFileNamed: "merge.prom")))

        let outcomes = LineOutcome.allCases.map { metrics["lines", "outcome=\"\($0.rawValue)\""] }
        #expect(outcomes == ["1", "1", "0", "1", "1", "3", "1", "1", "1", "1", "1", "2"])
        let states = OperationState.allCases.map { metrics["operations", "state=\"\($0.rawValue)\""] }
        #expect(states == ["1", "1", "1", "1", "1", "1", "1", "1", "1"])
        #expect(metrics["balanced"] == "1")
        #expect(metrics["journal_backlog_operations"] == "5", "pending, sent, deferred, failed, unknown")
        #expect(metrics["journal_backlog_visitor_lines"] == "0")
        #expect(metrics["requests_total", "request=\"move\",result=\"success\""] == "11")
        #expect(metrics["waiting_seconds_total"] == "2.400")
        #expect(metrics["last_duration_seconds"] == "2.500")
        #expect(metrics["last_end_timestamp_seconds"] == "1714661268.355")
        #expect(metrics["last_exit_status"] == "1")
        #expect(metrics["last_success_timestamp_seconds"] == nil, "there was none yet")
        #expect(metrics["build_info", "mode=\"run\",version=\"1.2.3\""] == "1")
        #expect(metrics["job_info", "mapping=\"mapping.csv\",server=\"https://chat.example.org\""] == "1")
        #expect(metrics.samples.keys.allSatisfy { $0.contains("{file=\"merge.prom\"") })
    }

    @Test func `are the same numbers as those of the report`() async throws {
        let job = try await FinishedJob(
            .rooms(6), ends: [Ending(.moved), Ending(.moved, puts: 3), Ending(.refused), Ending(.deferred, puts: 0)])
        let reconciliation = try Reconciliation(of: job.journal)
        let metrics = try #require(MetricsText(try Self.metrics(of: job).text(inFileNamed: "m.prom")))

        for outcome in LineOutcome.allCases {
            #expect(metrics["lines", "\"\(outcome.rawValue)\""] == "\(reconciliation.count(outcome))")
        }
        #expect(metrics["requests_total", "move"] == "\(reconciliation.requests.moves)")
        #expect(metrics["requests_retried_total"] == "\(reconciliation.requests.retried)")
        #expect(metrics["journal_backlog_operations"] == "3", "two pending, one deferred")
    }

    @Test func `count visitor lines whose rooms nobody has looked for`() async throws {
        let lines = (2...4).map { MappingLine(number: $0, oldVisitor: "A\($0)", newVisitor: "B", room: "") }
        let metrics = try #require(
            MetricsText(try Self.metrics(of: try await FinishedJob(lines)).text(inFileNamed: "m.prom")))
        #expect(metrics["journal_backlog_visitor_lines"] == "3")
        #expect(metrics["journal_backlog_operations"] == "0")
    }

    @Test func `say so when the sums do not add up`() async throws {
        let job = try await FinishedJob(.rooms(2), ends: [Ending(.moved), Ending(.moved)], linesRead: 3)
        let metrics = try #require(MetricsText(try Self.metrics(of: job).text(inFileNamed: "m.prom")))
        #expect(metrics["balanced"] == "0")
    }

    @Test func `tell nothing of a journal that could not be read`() throws {
        let text = try Self.metrics(exitStatus: 74).text(inFileNamed: "m.prom")
        let metrics = try #require(MetricsText(text))
        #expect(metrics["last_exit_status"] == "74")
        #expect(metrics.samples.count == 7, "nothing but what the process knows of itself")
    }

    @Test(arguments: [
        (0, "0"), (1, "0.001"), (999, "0.999"), (1000, "1"), (1010, "1.010"), (61_100, "61.100"), (-5, "-0.005"),
        (-1500, "-1.500"),
    ])
    func `are exact to the millisecond`(milliseconds: Int64, expected: String) throws {
        let text = try Self.metrics(took: milliseconds).text(inFileNamed: "m.prom")
        #expect(MetricsText(text)?["last_duration_seconds"] == expected)
    }

    @Test(arguments: [
        ("plain.prom", "plain.prom"), ("a\"b.prom", "a\\\"b.prom"), ("a\\b.prom", "a\\\\b.prom"),
        ("a\nvisitor_merge_lines 7\n.prom", "a\\\\u{A}visitor_merge_lines 7\\\\u{A}.prom"),
        ("\u{1B}[2J.prom", "\\\\u{1B}[2J.prom"), ("größe.prom", "größe.prom"), ("{}=,.prom", "{}=,.prom"),
        ("m\"\u{301}.prom", "m\\\"\u{301}.prom"), ("m\\\u{20D2}.prom", "m\\\\\u{20D2}.prom"),
    ])
    func `cannot be forged by a name`(name: String, label: String) throws {
        let text = try Self.metrics().text(inFileNamed: name)
        let metrics = try #require(MetricsText(text))
        #expect(metrics.samples.keys.allSatisfy { $0.contains("{file=\"\(label)\"") }, "\(text)")
        #expect(metrics.samples.count == 7)
    }

    @Test func `of a success hold its time, and a failure after it does not change that`() throws {
        let success = try Self.metrics(exitStatus: 0, took: 145).text(inFileNamed: "m.prom")
        #expect(InvocationMetrics.lastSuccess(in: success) == Timestamp(milliseconds: 1_714_661_266_000))
        var failure = try Self.metrics(exitStatus: 69, took: 99_999)
        failure.previousSuccess = InvocationMetrics.lastSuccess(in: success)
        let text = failure.text(inFileNamed: "m.prom")
        #expect(MetricsText(text)?["last_success_timestamp_seconds"] == "1714661266")
        #expect(InvocationMetrics.lastSuccess(in: text) == Timestamp(milliseconds: 1_714_661_266_000))
    }

    @Test(arguments: [
        "", "{file=\"m.prom\"} soon", "{file=\"m.prom\"} -4", "{file=\"m.prom\"} 1.5",
        "{file=\"m.prom\"} 1.2.3", "{file=\"m.prom\"} 99999999999999999999", "{file=\"m.prom\"} 1e9",
    ])
    func `take no success from what makes no sense`(end: String) {
        let time = InvocationMetrics.lastSuccess(in: "x 1\nvisitor_merge_last_success_timestamp_seconds\(end)\ny 2\n")
        #expect(time == nil)
    }

    @Test(.enabled(if: Promtool.isInstalled, "needs promtool: scripts/prepare tests"))
    func `pass Prometheus' own check`() async throws {
        let job = try await `The tables of a report`.mixedJob()
        for metrics in [
            try Self.metrics(of: job), try Self.metrics(of: job, exitStatus: 0), try Self.metrics(exitStatus: 65),
        ] {
            for name in ["merge.prom", "a\"b\\c\n.prom"] {
                let faults = try await Promtool.faults(in: metrics.text(inFileNamed: name))
                #expect(faults == "")
            }
        }
        #expect(try await Promtool.faults(in: "visitor_merge_lines{ 1\n") != "", "the check finds faults")
    }
}
