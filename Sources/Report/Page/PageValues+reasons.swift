import Journal
import Model

extension PageValues {
    /// Lines that ended the same way for the same reason.
    struct ReasonRow {
        var outcome: LineOutcome
        var code: String
        var label: String
        var reason: String?
        var count: String
        var noun: String
        var explanation: String

        /// Those that need a person first, the most frequent of each outcome first.
        static func all(_ groups: [PageLines.Group: Int], in job: ToldJob) -> [ReasonRow] {
            LineOutcome.byUrgency.flatMap { outcome in
                groups.filter { $0.key.outcome == outcome }
                    .sorted { ($1.value, $0.key.reason?.rawValue ?? "") < ($0.value, $1.key.reason?.rawValue ?? "") }
                    .map { ReasonRow($0.key, count: $0.value, in: job) }
            }
        }

        private init(_ group: PageLines.Group, count: Int, in job: ToldJob) {
            outcome = group.outcome
            code = group.outcome.rawValue
            label = group.outcome.label(in: job)
            reason = group.reason?.rawValue
            self.count = count.grouped
            noun = count == 1 ? "line" : "lines"
            explanation = group.reason?.explanation ?? group.outcome.meaning(in: job)
        }

        /// Whether it says more of lines that need nobody than their outcome does.
        var isWorthSaying: Bool { !outcome.needsPerson && outcome != .merged && reason != nil && reason != code }
    }

    /// What needs a person, and what such a person does.
    struct PersonSection {
        var title: String
        var groups: [ReasonRow]
        var advice: String

        init?(_ rows: [ReasonRow], in reconciliation: Reconciliation) {
            groups = rows.filter(\.outcome.needsPerson)
            guard !groups.isEmpty else { return nil }
            let isAudit = reconciliation.job.kind == .audit
            title = isAudit ? "What would need a person" : "What needs a person"
            let mayChange = groups.contains { $0.outcome == .failed || $0.outcome == .unknown }
            let first =
                mayChange && !isAudit
                ? "Run the same command again first: what failed or is unknown may settle by itself. " : ""
            advice =
                first
                + "The file unsettled.csv, beside this page, has every line that is not settled in the shape of a "
                + "mapping: correct it, and \(isAudit ? "audit" : "run") it as a mapping of its own."
        }
    }

    /// What a reader can choose to see, under a heading.
    struct ChoiceGroup {
        var label: String
        var choices: [Choice]

        static func all(_ groups: [PageLines.Group: Int], in job: ToldJob) -> [ChoiceGroup] {
            LineOutcome.Kind.allCases.compactMap { kind in
                let choices = LineOutcome.byUrgency.filter { $0.kind == kind }.compactMap { outcome in
                    Choice(
                        code: outcome.rawValue, label: outcome.label(in: job),
                        groups.filter { $0.key.outcome == outcome })
                }
                guard
                    let all = Choice(
                        code: kind.rawValue, label: "all of these", groups.filter { $0.key.outcome.kind == kind })
                else { return nil }
                return ChoiceGroup(label: kind.label, choices: choices.count > 1 ? [all] + choices : choices)
            }
        }
    }

    struct Choice {
        var code: String
        var label: String
        var count: String

        /// `nil` if no line is of the kind.
        init?(code: String, label: String, _ groups: [PageLines.Group: Int]) {
            guard !groups.isEmpty else { return nil }
            self.code = code
            self.label = label
            count = groups.values.reduce(0, +).grouped
        }

        static func reasons(_ groups: [PageLines.Group: Int]) -> [Choice] {
            ReasonCode.allCases.sorted { $0.rawValue < $1.rawValue }.compactMap { reason in
                Choice(code: reason.rawValue, label: reason.rawValue, groups.filter { $0.key.reason == reason })
            }
        }
    }
}

extension LineOutcome.Kind {
    fileprivate var label: String {
        switch self {
        case .person: "Needs a person"
        case .later: "Left for later"
        case .well: "Settled"
        }
    }
}
