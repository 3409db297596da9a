import Journal
import Model

/// What a command prints at its end: at most a screen, what needs a person first, the next command last.
package struct Summary: Sendable, CustomStringConvertible {
    private let reconciliation: Reconciliation
    private let reportPath: String?
    private let next: NextSteps
    private let remark: String?
    private let movedBefore: Int

    /// `reportPath` is where the report was written, if it was; `next` what could be typed; `remark` a sentence about this
    /// invocation alone, and `movedBefore` the number of rooms that earlier ones have moved.
    package init(
        _ reconciliation: Reconciliation, reportPath: String?, next: NextSteps = NextSteps(), remark: String? = nil,
        movedBefore: Int = 0
    ) {
        self.remark = remark
        self.movedBefore = movedBefore
        self.reconciliation = reconciliation
        self.reportPath = reportPath
        self.next = next
    }

    package var description: String {
        let head = [reconciliation.headline(movedBefore: movedBefore), ""] + table
        let room = Self.screen.rows - Self.height(head + foot)
        return (head + reasons(in: room) + foot).joined(separator: "\n")
    }

    /// That of the oldest terminals, without the row in which the shell goes on.
    private static let screen = (columns: 80, rows: 23)

    /// Rows that lines take on it.
    private static func height(_ lines: [String]) -> Int {
        lines.reduce(0) { $0 + max(($1.count + screen.columns - 1) / screen.columns, 1) }
    }

    /// From the balance to the next command.
    private var foot: [String] {
        var text = ["", reconciliation.balance.sentence]
        if let shard = reconciliation.job.shard {
            text.append(
                "This is part \(shard.index) of \(shard.count) of a mapping of \(counted(reconciliation.job.mappingLines, "line")). "
                    + "When all are through: visitor-merge report \(journals(of: shard))")
        }
        if let sample = reconciliation.job.sample {
            text.append(
                "This is a random sample of a mapping of \(counted(reconciliation.job.mappingLines, "line")) "
                    + "(\(sample.options)), and no plan for a run.")
        }
        if let stop = reconciliation.stop, !reconciliation.isLookedThrough {
            text.append("Ended early: \(stop.detail.shown.asSentence)")
        }
        let moved = reconciliation.count(OperationState.moved)
        if movedBefore > 0, [.needsPerson, .goesOn].contains(reconciliation.verdict) {
            let now = movedBefore < moved ? "\((moved - movedBefore).grouped) now" : "none now"
            text.append(
                "Of \(counted(moved, "room")) moved, \(movedBefore.grouped) \(movedBefore == 1 ? "was" : "were") moved before and \(now)."
            )
        }
        if let remark {
            text.append(remark)
        }
        text += reconciliation.calls.compactMap { reconciliation.difference($0)?.sentence }
        if let estimate = reconciliation.estimate {
            text.append(estimate.sentence)
        }
        if let undo = reconciliation.undo, undo.isInForce {
            text.append("To move the rooms again: visitor-merge undo \(undo.path.fileForShell)")
        }
        if let reportPath {
            text.append("Report: \(reportPath.shown)/report.html, and every line in \(reportPath.shown)/lines.csv")
        }
        return text + (trial + steps).map(\.shown)
    }

    /// What to look at after a first few moves, before the rest is moved.
    private var trial: [String] {
        guard !reconciliation.trial.isEmpty, reconciliation.verdict != .undone else { return [] }
        let rooms = reconciliation.trial.map {
            "  room \($0.room.shown) of line \($0.line): from \($0.oldVisitor.shown) to \($0.newVisitor.shown)"
        }
        let show = reconciliation.trial.first.flatMap { row in next.show.map { "\($0) \(row.room.quotedForShell)" } }
        return ["Look at what was moved before the rest is:"] + rooms
            + [show, next.verify].compactMap { $0.map { "  " + $0 } }
    }

    /// What to correct, and what to type: each command has a line of its own, or the end of one.
    private var steps: [String] {
        guard reconciliation.verdict != .undone else { return [] }
        let step = next.step(after: reconciliation)
        return corrections(beside: step) + (step.map { [next.remark, "Next: \($0)"].compactMap(\.self) } ?? [])
    }

    /// How to correct the lines that need a person, unless `step` comes first.
    private func corrections(beside step: String?) -> [String] {
        let count = reconciliation.attention
        guard let reportPath, let corrected = next.corrected, count > 0 else { return [] }
        let list = "\(reportPath)/unsettled.csv"
        if let step, next.takesUp(step) {
            return ["The next command comes first; then correct a copy of \(list.shown)."]
        }
        let them = count == 1 ? "the line that needs" : "the lines that need"
        let correction = [
            "To correct \(them) a person, type these two commands, and edit the copy in between:",
            "  cp \(list.fileForShell) \(corrected.copy.fileForShell)", "  \(corrected.command)",
        ]
        return correction
            + (step == nil ? [] : ["Without \(count == 1 ? "it" : "them") the other lines go on as follows."])
    }

    /// The journals of all parts, as a shell finds them; where the name does not tell, they are left to the person.
    private func journals(of shard: Shard) -> String {
        let path = reconciliation.journalPath
        guard let part = path.ranges(of: ".\(shard.fileName).").last else {
            return "JOURNAL…, with the journals of all parts"
        }
        let (start, end) = (String(path[..<part.lowerBound]), String(path[part.upperBound...]))
        return "\(start.fileForShell).*-of-\(shard.count).\(end.quotedForShell)".shown
    }

    /// Why lines need a person, the most frequent reasons first, as many as fit.
    private func reasons(in room: Int) -> [String] {
        let reasons = reconciliation.reasons.filter { $0.key.needsPerson && $0.value > 0 }
            .sorted { ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue) }
        let width = reasons.first?.value.grouped.count ?? 0
        let lines = reasons.map { "\($0.value.grouped.aligned(to: width))  \($0.key.rawValue): \($0.key.explanation)" }
        var text = ["", "Why a person is needed:"]
        for (index, line) in lines.enumerated() {
            let rest = ["  and \(counted(lines.count - index, "more reason")), all in lines.csv"]
            guard Self.height(text + [line] + (index == lines.count - 1 ? [] : rest)) <= room else {
                return index == 0 ? [] : text + rest
            }
            text.append(line)
        }
        return lines.isEmpty ? [] : text
    }

    private func meaning(of outcome: LineOutcome) -> String {
        switch outcome {
        case .deferred where reconciliation.leavesOnlyWhatIsNotPlanned:
            reconciliation.isUndo
                ? "left by this undo, which names others" : "not in the plan: the audit found them in the way"
        case .pending where reconciliation.isLookedThrough:
            ReasonCode.earlierLineOpen.explanation
        default: outcome.meaning(in: reconciliation.told)
        }
    }

    /// Outcomes with what they mean, those that need a person first.
    private var table: [String] {
        let outcomes = LineOutcome.byUrgency.filter { reconciliation.count($0) > 0 }
        let width = outcomes.map { reconciliation.count($0).grouped.count }.max() ?? 1
        return outcomes.map { outcome in
            let number = reconciliation.count(outcome).grouped.aligned(to: width)
            return "\(number)  \(outcome.rawValue.padding(to: 10)) \(meaning(of: outcome))"
        }
    }
}

extension Reconciliation {
    /// Lines that need a person.
    fileprivate var attention: Int { LineOutcome.allCases.filter(\.needsPerson).reduce(0) { $0 + count($1) } }

    /// The state of the job in one sentence.
    var headline: String { headline(movedBefore: 0) }

    /// The same after an invocation of it; earlier invocations have moved `movedBefore` rooms.
    func headline(movedBefore: Int) -> String {
        let open = LineOutcome.allCases.filter(\.isLeftForLater).reduce(0) { $0 + count($1) }
        if isRunning { return "A run is going, and this is how far it is. " + state(open, movedBefore) }
        if verdict != .undone, let nothingThere { return nothingThere }
        if job.kind == .audit, let foretold = foretold(open: open, attention: attention) { return foretold }
        return (job.kind == .rehearsal ? "Rehearsed, and no server was touched. " : "") + state(open, movedBefore)
    }

    private func state(_ open: Int, _ movedBefore: Int) -> String {
        switch verdict {
        case .settled:
            let moved = counted(count(.moved), "room")
            let back = isUndo ? " back" : ""
            guard movedBefore > 0 else { return "Every line is settled: \(moved) moved\(back)." }
            guard movedBefore < count(.moved) else {
                return "Every line was settled before: \(moved) moved\(back) then, and nothing was left to do now."
            }
            return
                "Every line is settled: \(moved) moved\(back), \(movedBefore.grouped) before and \((count(.moved) - movedBefore).grouped) now."
        case .needsPerson:
            return
                "Finished: \(counted(attention, "line")) of \(job.lines.grouped) \(verb(attention, "need")) a person."
        case .goesOn:
            let left = max(open, 0)
            let person = attention > 0 ? ", \(attention.grouped) \(verb(attention, "need")) a person" : ""
            return
                "Not finished: \(counted(left, "line")) of \(job.lines.grouped) \(left == 1 ? "is" : "are") left\(person)."
        case .undone: return undo?.sentence ?? ""
        case .unbalanced: return "The report does not add up. Please keep the journal and report this as a fault."
        }
    }
}

extension Reconciliation {
    /// The headline of a job whose mapping names nothing that the server has: most likely it is the wrong server, or a
    /// column of other ids.
    private var nothingThere: String? {
        let usable = lines.reduce(0) { sum, line in
            [.rejected, .noop, .duplicate].contains(line.key) ? sum : sum + line.value
        }
        let (visitors, rooms) = (reasons[.oldVisitorNotFound] ?? 0, reasons[.roomNotFound] ?? 0)
        let newVisitors = reasons[.newVisitorNotFound] ?? 0
        guard verdict != .unbalanced, job.kind != .undo, usable > 0, visitors + rooms + newVisitors == usable else {
            return nil
        }
        let things =
            switch (visitors, rooms, newVisitors) {
            case (1, 0, 0): "The old visitor does not exist"
            case (_, 0, 0): "None of the \(visitors.grouped) old visitors exists"
            case (0, 1, 0): "The room does not exist"
            case (0, _, 0): "None of the \(rooms.grouped) rooms exists"
            case (0, 0, _): "No new visitor of the mapping exists"
            case (0, _, _): "No line of the mapping names a room and a new visitor that exist"
            case (1, _, 0): "The old visitor does not exist, and no room of the other \(rooms == 1 ? "line" : "lines")"
            case (1, 0, _):
                "The old visitor does not exist, and no new visitor of the other \(newVisitors == 1 ? "line" : "lines")"
            case (_, 0, _):
                "None of the \(visitors.grouped) old visitors exists, and no new visitor of the other \(newVisitors == 1 ? "line" : "lines")"
            case (_, _, 0):
                "None of the \(visitors.grouped) old visitors exists, and no room of the other \(rooms == 1 ? "line" : "lines")"
            default: "No line of the mapping names visitors and a room that exist"
            }
        return "\(things) on \(job.server.shown): is it the right server, and does the mapping hold ids of it?"
    }

    /// The headline of an audit that came to its end: nothing was moved, so it speaks of what would be.
    private func foretold(open: Int, attention: Int) -> String? {
        guard verdict != .unbalanced, isLookedThrough else { return nil }
        let movable = counted(count(.moved), "room")
        let back = isUndo ? " back" : ""
        if let refusal {
            return
                "Nothing can be moved here: \(refusal.detail.shown.asSentence) Otherwise \(movable) would be moved\(back)."
        }
        guard open + attention > 0 else {
            return count(.moved) == 0
                ? "There is nothing to move\(back)." : "Nothing is in the way: \(movable) would be moved\(back)."
        }
        let person = attention > 0 ? ", \(counted(attention, "line")) would need a person" : ""
        let live = open > 0 ? ", \(counted(open, "line")) would be left alone for a live conversation" : ""
        return "\(movable) would be moved\(back)\(person)\(live)."
    }
}

extension Undo {
    /// What it did, in a sentence; for one that is in force.
    package var sentence: String {
        guard let roomsBack else {
            return "Undone, as far as \(path.shown) went: that journal cannot be read, so rooms may be back."
        }
        return
            "Undone: \(counted(roomsBack, "room")) of this job \(roomsBack == 1 ? "is" : "are") back, moved by the undo "
            + "\(path.shown)."
    }
}

extension Estimate {
    /// The estimate in words.
    var sentence: String {
        let rate = "\(counted(pace.calls, "call")) \(window)"
        return "Moving \(counted(moves, "room")) at \(rate) takes at least \(Duration.seconds(seconds).inWords)."
            + (verification ?? "")
    }

    private var verification: String? {
        guard let calls = calls[.verify], let seconds = seconds(of: .verify) else { return nil }
        return " Verifying them takes \(counted(calls.values.reduce(0, +), "call")), about "
            + "\(Duration.seconds(seconds).inWords)."
    }

    private var window: String {
        switch pace.milliseconds {
        case 1000: "a second"
        case 60_000: "a minute"
        case 3_600_000: "an hour"
        default: "in \(Duration.milliseconds(pace.milliseconds).inWords)"
        }
    }
}

extension Balance {
    /// The balance in words.
    var sentence: String {
        let lines = "\(counted(linesIn, "line")) in, \(linesAccounted.grouped) accounted for"
        let rooms = "\(counted(operations, "operation")), \(operationsAccounted.grouped) accounted for"
        return "\(lines); \(rooms): \(isBalanced ? "balanced" : "NOT BALANCED")."
    }
}

extension String {
    fileprivate func padding(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }

    /// A number that stands below others, set in a little.
    fileprivate func aligned(to width: Int) -> String {
        String(repeating: " ", count: max(0, width - count) + 2) + self
    }
}
