import Journal
import Model
import Mustache

/// `report.html`: one page that a person who never saw the tool can read; it loads nothing.
struct HTMLReport {
    private let reconciliation: Reconciliation
    private let attention: Attention

    init(_ reconciliation: Reconciliation, _ attention: Attention) {
        self.reconciliation = reconciliation
        self.attention = attention
    }

    /// The page's bytes.
    ///
    /// Mustache escapes every value, so an id cannot become markup.
    func rendered() throws -> [UInt8] {
        let source = String(decoding: PackageResources.report_mustache, as: UTF8.self)
        return Array(try MustacheTemplate(string: source).render(values).utf8)
    }

    private var values: [String: Any] {
        let job = reconciliation.job
        let shown = attention.lines
        return [
            "headline": reconciliation.headline,
            "isGood": reconciliation.verdict == .settled,
            "balance": reconciliation.balance.sentence,
            "server": job.server,
            "serverVersion": reconciliation.runs.last?.serverVersion ?? "not asked",
            "mapping": job.mappingPath,
            "digest": job.mappingDigest,
            "toolVersion": reconciliation.runs.last?.toolVersion ?? job.toolVersion,
            "started": reconciliation.runs.first?.startedAt.iso8601 ?? "not started",
            "ended": reconciliation.runs.last?.endedAt?.iso8601 ?? "not ended",
            "hasEstimate": reconciliation.estimate != nil,
            "estimate": reconciliation.estimate?.sentence ?? "",
            "isStopped": reconciliation.stop != nil,
            "stop": reconciliation.stop?.detail ?? "",
            "outcomes": shares(LineOutcome.allCases.map { ($0.rawValue, reconciliation.count($0)) }),
            "states": shares(OperationState.allCases.map { ($0.rawValue, reconciliation.count($0)) }),
            "reasons": ReasonCode.allCases.compactMap { reason -> [String: Any]? in
                guard let count = reconciliation.reasons[reason] else { return nil }
                return ["name": reason.rawValue, "count": count, "explanation": reason.explanation]
            },
            "hasAttention": attention.count > 0,
            "attentionCount": attention.count,
            "attentionShown": shown.count,
            "isCut": attention.count > shown.count,
            "attention": shown.map(cells),
            "runs": reconciliation.runs.map(cells),
        ]
    }

    private func shares(_ counts: [(name: String, count: Int)]) -> [[String: Any]] {
        let total = max(counts.reduce(0) { $0 + $1.count }, 1)
        return counts.filter { $0.count > 0 }.map { name, count in
            // A bar too short to see would look like nothing.
            ["name": name, "count": count, "width": max(count * 100 / total, 1)]
        }
    }

    private func cells(_ row: LineRow) -> [String: Any] {
        [
            "line": row.line, "outcome": row.outcome.rawValue, "reason": row.reason?.rawValue ?? "",
            "room": row.room, "old": row.oldVisitor, "new": row.newVisitor, "explanation": row.explanation,
        ]
    }

    private func cells(_ run: Run) -> [String: Any] {
        [
            "id": run.id, "started": run.startedAt.iso8601, "ended": run.endedAt?.iso8601 ?? "killed or going on",
            "who": "\(run.user) on \(run.host)", "rate": run.settings.rate, "concurrency": run.settings.concurrency,
            "stop": run.stop?.detail ?? "",
        ]
    }
}
