import Journal
import Model

/// What a command prints at its end: at most a screen, what needs a person first, the next command last.
package struct Summary: Sendable, CustomStringConvertible {
    private let reconciliation: Reconciliation
    private let reportPath: String?
    private let nextCommand: String?

    /// `reportPath` is where the report was written, if it was; `nextCommand` what to type when the job can go on.
    package init(_ reconciliation: Reconciliation, reportPath: String?, nextCommand: String?) {
        self.reconciliation = reconciliation
        self.reportPath = reportPath
        self.nextCommand = nextCommand
    }

    package var description: String {
        var text = [reconciliation.headline, ""]
        text += table
        text += ["", reconciliation.balance.sentence]
        if let stop = reconciliation.stop {
            text.append("Ended early: \(stop.detail.shown).")
        }
        if let estimate = reconciliation.estimate {
            text.append(estimate.sentence)
        }
        if let reportPath {
            text.append("Report: \(reportPath.shown)/report.html, and every line in \(reportPath.shown)/lines.csv")
        }
        if let next {
            text.append("Next: \(next.shown)")
        }
        return text.joined(separator: "\n")
    }

    /// Outcomes with what they mean, those that need a person first.
    private var table: [String] {
        let outcomes = LineOutcome.allCases.filter { reconciliation.count($0) > 0 }.sorted { $0.urgency < $1.urgency }
        let width = outcomes.map { String(reconciliation.count($0)).count }.max() ?? 1
        return outcomes.map { outcome in
            let number = String(reconciliation.count(outcome))
            let name = outcome.rawValue.padding(to: 10)
            let meaning = outcome == .merged ? reconciliation.job.kind.meaningOfMerged : outcome.meaning
            return "  \(String(repeating: " ", count: width - number.count))\(number)  \(name) \(meaning)"
        }
    }

    private var next: String? {
        switch reconciliation.verdict {
        case .goesOn: nextCommand
        case .needsPerson where nextCommand != nil && reconciliation.mayChange: nextCommand
        case .needsPerson:
            reportPath.map { "look at \($0)/unsettled.csv, correct it, and run it as a mapping of its own" }
        case .settled: reconciliation.job.kind == .audit ? nextCommand : nil
        case .unbalanced: nil
        }
    }
}

extension Reconciliation {
    /// Whether running again may settle some of what needs a person.
    fileprivate var mayChange: Bool { count(OperationState.failed) + count(OperationState.unknown) > 0 }

    /// The state of the job in one sentence.
    var headline: String {
        let open = LineOutcome.allCases.filter(\.isLeftForLater).reduce(0) { $0 + count($1) }
        let attention = LineOutcome.allCases.filter(\.needsPerson).reduce(0) { $0 + count($1) }
        if job.kind == .audit, let foretold = foretold(open: open, attention: attention) { return foretold }
        switch verdict {
        case .settled: return "Every line is settled: \(counted(count(.moved), "room")) moved."
        case .needsPerson:
            return "Finished: \(counted(attention, "line")) of \(job.lines) \(verb(attention, "need")) a person."
        case .goesOn:
            let left = max(open, 0)
            let person = attention > 0 ? ", \(attention) \(verb(attention, "need")) a person" : ""
            return "Not finished: \(counted(left, "line")) of \(job.lines) \(left == 1 ? "is" : "are") left\(person)."
        case .unbalanced: return "The report does not add up. Please keep the journal and report this as a fault."
        }
    }
}

extension Reconciliation {
    /// The headline of an audit that came to its end: nothing was moved, so it speaks of what would be.
    private func foretold(open: Int, attention: Int) -> String? {
        guard verdict != .unbalanced, count(OperationState.pending) + count(LineOutcome.pending) == 0 else {
            return nil
        }
        let movable = counted(count(.moved), "room")
        guard open + attention > 0 else { return "Nothing is in the way: \(movable) would be moved." }
        let person = attention > 0 ? ", \(counted(attention, "line")) would need a person" : ""
        let live = open > 0 ? ", \(counted(open, "line")) would be left alone for a live conversation" : ""
        return "\(movable) would be moved\(person)\(live)."
    }
}

extension Estimate {
    /// The estimate in words.
    var sentence: String {
        let window = "\(pace.milliseconds / 1000).\(pace.milliseconds / 100 % 10)"
        return
            "Moving \(counted(moves, "room")) at \(counted(pace.calls, "call")) in \(window) s takes at least \(length)."
    }

    private var length: String {
        let minutes = (seconds + 59) / 60
        return minutes < 120 ? counted(minutes, "minute") : "\(minutes / 60) hours \(minutes % 60) minutes"
    }
}

extension Balance {
    /// The balance in words.
    var sentence: String {
        let lines = "\(counted(linesIn, "line")) in, \(linesAccounted) accounted for"
        let rooms = "\(counted(operations, "operation")) planned, \(operationsAccounted) accounted for"
        return "\(lines); \(rooms): \(isBalanced ? "balanced" : "NOT BALANCED")."
    }
}

extension Job.Kind {
    fileprivate var meaningOfMerged: String {
        switch self {
        case .run, .rehearsal: "moved to the new visitor"
        case .audit: "would be moved"
        case .undo: "moved back"
        }
    }
}

extension LineOutcome {
    /// The order in which a person wants to read them.
    fileprivate var urgency: Int {
        if needsPerson { return 0 }
        return isLeftForLater ? 1 : 2
    }

    fileprivate var meaning: String {
        switch self {
        case .merged: "moved to the new visitor"
        case .already: "with the new visitor before"
        case .noRooms: "the old visitor has no rooms"
        case .noop: "old and new visitor are the same"
        case .duplicate: "repeats an earlier line"
        case .rejected: "cannot be used: correct the mapping"
        case .conflict: "somebody else moved the room to a third visitor"
        case .refused: "the server said no"
        case .deferred: "live conversation, left alone until it is closed: moving it would cut its visitor off"
        case .failed: "attempts used up: run again when the server is well"
        case .unknown: "could not be settled by reading either"
        case .pending: "not done yet"
        }
    }
}

private func counted(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
}

private func verb(_ number: Int, _ verb: String) -> String {
    number == 1 ? verb + "s" : verb
}

extension String {
    fileprivate func padding(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
