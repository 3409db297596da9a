import Model

extension PageValues {
    /// What became of the records of visitors.
    struct ContactSection {
        var rows: [Row]

        struct Row {
            var count: String
            var label: String
            var explanation: String
        }

        /// `nil` if there is nothing to say.
        init?(_ counts: ContactCounts?) {
            guard let counts else { return nil }
            rows = [ContactOutcome.consolidated, .unchanged, .restored, .pending].compactMap { outcome in
                guard let count = counts.outcomes[outcome], count > 0 else { return nil }
                return Row(count: count.grouped, label: outcome.label, explanation: outcome.meaning)
            }
            rows += counts.reasons.sorted { ($0.value, $1.key.rawValue) > ($1.value, $0.key.rawValue) }.map { reason in
                Row(
                    count: reason.value.grouped, label: ContactOutcome.review.label,
                    explanation: reason.key.explanation)
            }
            guard !rows.isEmpty else { return nil }
        }
    }
}

extension ContactOutcome {
    /// A word or two for a person.
    fileprivate var label: String {
        switch self {
        case .pending: "Not looked at yet"
        case .consolidated: "Consolidated"
        case .unchanged: "Nothing to write"
        case .review: "Needs review"
        case .planned: "Planned"
        case .restored: "Restored"
        }
    }

    fileprivate var meaning: String {
        switch self {
        case .pending: "consolidate has not come to these pairs"
        case .consolidated: "the next message by phone or e-mail arrives at the survivor"
        case .unchanged: "the old visitor has no address that could be found"
        case .review: "a person has to look at these pairs"
        case .planned: "consolidate would write these records"
        case .restored: "both records are as they were before"
        }
    }
}
