package import Model

/// What a person decided about two visitors.
package struct Decision: Sendable, Equatable {
    package enum Kind: String, CaseIterable, Sendable {
        /// They are one person, and the second one survives.
        case merge
        /// They are two persons.
        case apart
    }

    /// The physical line of the file, which names the decision to a person.
    package var line: Int
    package var old: VisitorID
    package var new: VisitorID
    package var kind: Kind
    /// When it was decided, as it stands in the file.
    package var decidedAt: String

    package init(line: Int, old: VisitorID, new: VisitorID, kind: Kind, decidedAt: String = "") {
        self.line = line
        self.old = old
        self.new = new
        self.kind = kind
        self.decidedAt = decidedAt
    }
}

/// The columns of a file of decisions.
package enum DecisionTable {
    package static let header = ["old_visitor_id", "new_visitor_id", "decision", "decided_at"]

    /// The name of the usual file of decisions about a mapping, and of the page beside it: that of the mapping without
    /// `.csv`, and an ending.
    package static func path(ofMapping path: String, ending: String = ".decisions.csv") -> String {
        (path.lowercased().hasSuffix(".csv") ? String(path.dropLast(4)) : path) + ending
    }
}
