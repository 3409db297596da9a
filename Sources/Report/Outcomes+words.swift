import Journal
import Model

// What outcomes are called and mean in the report of each kind of job.

extension LineOutcome {
    /// Whom an outcome concerns; a person wants to read them in this order.
    enum Kind: String, CaseIterable {
        case person
        case later
        case well
    }

    var kind: Kind {
        if needsPerson { return .person }
        return isLeftForLater ? .later : .well
    }

    /// Every outcome, those that need a person first.
    static let byUrgency = Kind.allCases.flatMap { kind in allCases.filter { $0.kind == kind } }

    func label(in job: ToldJob) -> String {
        switch (self, job) {
        case (.merged, .audit): "would move"
        case (.merged, .undo): "moved back"
        case (.merged, .auditOfUndo): "would move back"
        case (.deferred, .audit), (.deferred, .auditOfUndo): "would wait"
        case (.noRooms, _): "no rooms"
        default: rawValue
        }
    }

    func meaning(in job: ToldJob) -> String {
        switch self {
        case .merged: job.movedInWords
        case .already: job.isUndo ? "back already" : "with the new visitor before"
        case .noRooms: "the old visitor has no rooms"
        case .noop: "old and new visitor are the same"
        case .duplicate: "repeats an earlier line"
        case .rejected: "cannot be used: correct the mapping"
        case .conflict: "the room is with a third visitor"
        case .refused: job.isAudit ? "the server would say no" : "the server said no"
        case .deferred where job.isAudit: "live conversation, would be left alone until it is closed"
        case .deferred: "live conversation, left alone until it is closed"
        case .failed: "attempts used up: \(job.isAudit ? "audit" : "run") again when the server is well"
        case .unknown: "could not be settled by reading either"
        case .pending: job.isAudit ? "not looked at yet" : "not done yet"
        }
    }
}

extension OperationState {
    func label(in job: ToldJob) -> String {
        switch (self, job) {
        case (.moved, _): LineOutcome.merged.label(in: job) == "merged" ? "moved" : LineOutcome.merged.label(in: job)
        case (.deferred, _): LineOutcome.deferred.label(in: job)
        case (.sent, _): "in doubt"
        default: rawValue
        }
    }

    /// Every state, in the order of the outcomes that they lead to.
    static let byUrgency: [OperationState] = [
        .conflict, .refused, .failed, .unknown, .deferred, .sent, .pending, .moved, .already,
    ]
}

/// The kinds of jobs that are told apart in words.
enum ToldJob {
    case run
    case rehearsal
    case audit
    case undo
    /// What an undo would do.
    case auditOfUndo

    var isAudit: Bool { self == .audit || self == .auditOfUndo }

    var isUndo: Bool { self == .undo || self == .auditOfUndo }
}

extension Reconciliation {
    /// What kind of job a report is about.
    var told: ToldJob {
        switch job.kind {
        case .run: .run
        case .rehearsal: .rehearsal
        case .audit: isUndo ? .auditOfUndo : .audit
        case .undo: .undo
        }
    }
}

extension ToldJob {
    var movedInWords: String {
        switch self {
        case .run, .rehearsal: "moved to the new visitor"
        case .audit: "would be moved"
        case .undo: "moved back"
        case .auditOfUndo: "would be moved back"
        }
    }

    /// What the report is, for one who does not know the tool.
    var title: String {
        switch self {
        case .run: "Moving rooms to the visitors they belong to"
        case .audit: "Audit: what would happen, and nothing was moved"
        case .undo: "Undo: moving rooms back to where they were"
        case .auditOfUndo: "Audit of an undo: what would be moved back, and nothing was moved"
        case .rehearsal: "Rehearsal against a stand-in, no server was touched"
        }
    }
}
