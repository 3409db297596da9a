package import Journal
package import Model

/// How many pairs of visitors have each outcome, those that need review also by their reasons.
package struct ContactCounts: Sendable, Equatable {
    package var outcomes: [ContactOutcome: Int]
    package var reasons: [ContactReason: Int]

    package init(outcomes: [ContactOutcome: Int], reasons: [ContactReason: Int]) {
        self.outcomes = outcomes
        self.reasons = reasons
    }

    package init(_ contacts: ContactsJournal) throws {
        (outcomes, reasons) = try contacts.counts()
    }
}
