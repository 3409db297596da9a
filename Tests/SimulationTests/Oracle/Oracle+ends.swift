import Journal
import Model

// How commands end, and what they say of lines.
extension Oracle {
    mutating func checkEnd(_ step: Course.Step, _ index: Int) {
        let name = "\(step.act.command.rawValue) \(index)"
        guard let end = step.end else { return }
        if step.act.command == .edited {
            // A journal that was not planned yet is planned from the other mapping; such a life has no earlier run.
            if end.status != 65 { complain("\(name): a run with another mapping ended with \(end)") }
            return
        }
        if let refusal = end.refusal {
            complain("\(name) did not begin: \(refusal)")
            return
        }
        if step.act.isAtRest, let stop = end.stop { complain("\(name) stopped although nothing was wrong: \(stop)") }
        guard let ledger = step.ledger else { return }
        if !ledger.isBalanced { complain("\(name): the report does not balance") }
        if ledger.isLogMissing { complain("\(name): the log of the journal is said to be missing") }
        guard step.act.command != .verify else { return }
        checkLines(ledger, step, name)
        let status = Self.status(ledger, stop: end.stop)
        let isBackAgain = step.act.command == .run && course.steps(before: index).contains { $0.act.command == .undo }
        if end.status != status, !isBackAgain {
            complain("\(name) ended with \(end.status ?? -1) and not with \(status): \(ledger.lines.map(\.outcome))")
        }
    }

    /// The exit status (TheRun, "Outcomes").
    private static func status(_ ledger: Commands.Ledger, stop: StopReason?) -> Int32 {
        switch stop {
        case nil: break
        case .signal, .tooManyFailures, .durationReached, .windowClosed, .maxMovesReached, .notConfirmed: return 2
        case .serverUnreachable: return 69
        case .diskFull, .journalFailed: return 74
        case .endpointMissing, .versionTooNew, .deprecationThrows, .notRocketChat, .proxyRefused: return 76
        case .credentialsRejected, .permissionMissing: return 77
        }
        let outcomes = ledger.lines.map(\.outcome.rawValue)
        if outcomes.contains("pending") || outcomes.contains("deferred") { return 2 }
        if ledger.operations.contains(where: { ["pending", "sent", "deferred"].contains($0.state.rawValue) }) {
            return 2
        }
        let isWell = ["merged", "already", "no-rooms", "noop", "duplicate"]
        return outcomes.allSatisfy(isWell.contains) ? 0 : 1
    }

    /// Every line is accounted for once, and as its operations ended.
    private mutating func checkLines(_ ledger: Commands.Ledger, _ step: Course.Step, _ name: String) {
        guard step.act.command != .undo else { return }
        guard ledger.lines.map(\.line) == plan.fates.indices.map({ $0 + 2 }) else {
            complain("\(name) has the lines \(ledger.lines.map(\.line))")
            return
        }
        for (fate, line) in zip(plan.fates, ledger.lines) {
            let said = "\(line.outcome.rawValue) \(line.reason?.rawValue ?? "-")"
            switch fate {
            case .rejected(let reason):
                if said != "rejected \(reason)" { complain("\(name), line \(line.line): \(said), not \(reason)") }
            case .noop:
                if line.outcome != .noop { complain("\(name), line \(line.line): \(said), not noop") }
            case .duplicate(let first):
                if line.outcome != .duplicate || line.repeats != first {
                    complain("\(name), line \(line.line): \(said), not a repetition of \(first)")
                }
            case .room(let move):
                let rows = ledger.operations.filter { $0.line == line.line }
                guard rows.count == 1, let row = rows.first, row.move == move else {
                    complain("\(name), line \(line.line) has the operations \(rows.map(\.move))")
                    continue
                }
                if line.outcome.rawValue != Self.outcome(row.state) {
                    complain("\(name), line \(line.line): \(said), but its operation is \(row.state.rawValue)")
                }
            case .visitor(let old, let end):
                checkVisitorLine(line.line, line.outcome, old, end, ledger, name)
            }
        }
        for row in ledger.operations where !plan.asks(for: row.move) {
            complain("\(name) plans \(row.move), which nobody asked for")
        }
    }

    /// The worst of its operations decides; some may be those of other lines.
    private mutating func checkVisitorLine(
        _ line: Int, _ outcome: LineOutcome, _ old: String, _ end: String, _ ledger: Commands.Ledger, _ name: String
    ) {
        let own = ledger.operations.filter { $0.line == line }
        for row in own where row.oldVisitor != old || row.newVisitor != end {
            complain("\(name), line \(line) has the operation \(row.move)")
        }
        let others = ledger.operations.filter { row in
            row.line != line && course.facts.placements(of: row.room).contains { $0.room?.visitor == old }
        }
        let undecided: [LineOutcome] = [.pending, .failed, .refused, .noRooms]
        guard !undecided.contains(outcome) || !own.isEmpty else { return }
        let possible = Set(
            [own.map(\.state)]
                .flatMap { own in [own] + others.map { own + [$0.state] } }
                .compactMap { states in
                    states.max { Self.badness($0) < Self.badness($1) }.map(Self.outcome)
                })
        if !possible.contains(outcome.rawValue), outcome != .pending || possible.isEmpty {
            complain("\(name), line \(line): \(outcome.rawValue), but its operations say \(possible.sorted())")
        }
    }

    private static func badness(_ state: OperationState) -> Int {
        ["already", "moved", "deferred", "failed", "refused", "conflict", "unknown", "pending", "sent"]
            .firstIndex(of: state.rawValue) ?? 0
    }

    private static func outcome(_ state: OperationState) -> String {
        switch state {
        case .moved: "merged"
        case .sent: "pending"
        default: state.rawValue
        }
    }
}
