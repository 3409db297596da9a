package import Journal
import Model

/// What a journal adds up to for a dashboard.
package struct JobMetrics: Sendable {
    private let reconciliation: Reconciliation
    private let requests: [RequestResult]
    private let backlog: (operations: Int, visitorLines: Int)

    /// Reads what the reconciliation of the same moment does not say.
    package init(of journal: JournalSnapshot, _ reconciliation: Reconciliation) throws {
        self.reconciliation = reconciliation
        requests = try journal.requestResults()
        backlog = (try journal.remaining(), try journal.undiscovered())
    }

    var families: [MetricFamily] {
        let job = reconciliation.job
        return [
            MetricFamily(
                "job_info", .gauge, "The job whose numbers these are; always 1.",
                [.init(.count(1), [("mapping", job.mappingPath), ("server", job.server)])]),
            MetricFamily(
                "lines", .gauge, "Lines of the mapping by outcome.",
                LineOutcome.allCases.map { .init(.count(reconciliation.count($0)), [("outcome", $0.rawValue)]) }),
            MetricFamily(
                "operations", .gauge, "Rooms to be moved by the state of their move.",
                OperationState.allCases.map { .init(.count(reconciliation.count($0)), [("state", $0.rawValue)]) }),
            MetricFamily(
                "balanced", .gauge, "Whether every line and every operation has exactly one end: 1 or 0.",
                [.init(.count(reconciliation.balance.isBalanced ? 1 : 0))]),
            MetricFamily(
                "journal_backlog_operations", .gauge, "Operations with which the same command would go on.",
                [.init(.count(backlog.operations))]),
            MetricFamily(
                "journal_backlog_visitor_lines", .gauge, "Visitor lines whose rooms are still to be found.",
                [.init(.count(backlog.visitorLines))]),
            MetricFamily(
                "requests_total", .counter, "Requests made for operations, by what they were and what came of them.",
                requests.map { .init(.count($0.count), [("request", $0.action.rawValue), ("result", $0.result)]) }),
            MetricFamily(
                "requests_retried_total", .counter, "Moves sent beyond the first of their operation.",
                [.init(.count(reconciliation.requests.retried))]),
            MetricFamily(
                "waiting_seconds_total", .counter, "Time in which the server's rate limit was waited for.",
                [.init(.seconds(milliseconds: Int64(reconciliation.requests.waitedMilliseconds)))]),
        ]
    }
}
