package import Journal
package import Model

/// What a journal knows of one room, visitor or line, for a person.
package struct HistoryText {
    /// How an instant is written.
    private let instant: (Timestamp) -> String

    package init(instant: @escaping (Timestamp) -> String) {
        self.instant = instant
    }

    /// The lines of text; `undos` are the histories of the same rooms in the undo of the job, in the undo of that, and
    /// so on, each with its journal.
    package func lines(_ history: History, undos: [(path: String, history: History)]) -> [String] {
        var text = mapping(history) + moves(history)
        for undo in undos {
            text += ["", "Undo \(undo.path.shown):"]
            let steps = undo.history.moves.flatMap { move($0, undo.history) }
            text += steps.isEmpty ? ["  nothing of it is in this undo"] : steps.map { "  " + $0 }
        }
        return text
    }

    private func mapping(_ history: History) -> [String] {
        guard !history.lines.isEmpty else { return [] }
        let what = history.job.kind == .undo ? "Lines of the undo:" : "Lines of the mapping:"
        let lines = history.lines.map { line in
            let room = line.room.isEmpty ? "all rooms of" : "room \(line.room.shown) of"
            let ids = "\(room) \(named(line.oldVisitor)) to \(named(line.newVisitor))"
            let repetition = line.repeats.map { ", repeats line \($0)" } ?? ""
            let detail = (line.detail ?? line.reason?.explanation).map { " (\($0.shown))" } ?? ""
            return "  line \(line.line): \(ids): \(line.outcome.label(in: history.told))\(repetition)\(detail)"
        }
        return [what] + lines + more(history.more.lines, "line")
    }

    private func moves(_ history: History) -> [String] {
        guard !history.moves.isEmpty else { return ["", "The journal has no room of it."] }
        return history.moves.flatMap { [""] + move($0, history) } + more(history.more.moves, "operation")
    }

    private func more(_ count: Int, _ noun: String) -> [String] {
        count > 0 ? ["  and \(counted(count, "more " + noun)), all in the report"] : []
    }

    /// An operation: what it is, and each step with its time.
    private func move(_ move: History.Move, _ history: History) -> [String] {
        let row = move.row
        let head =
            "Room \(row.room.shown) from \(named(row.oldVisitor)) to \(named(row.newVisitor)), line \(row.line): "
            + row.state.label(in: history.told)
        let planned = move.isFound ? "found and planned" : "planned"
        let closed = move.wasSeenClosed ? ", its conversation was closed" : ""
        var steps = move.plannedAt.map { [($0, planned + closed)] } ?? []
        for (run, attempt) in move.attempts {
            let what = attempt.action == .look ? "looked at" : "PUT"
            let answer = attempt.status.map { "answer \($0)" } ?? "no answer"
            let time = attempt.meaning == "not-sent" ? "" : " after \(attempt.milliseconds) ms"
            steps.append((attempt.sentAt, "\(what) in run \(run): \(answer), \(Self.meaning(attempt))\(time)"))
        }
        var text = [head] + steps.map { "  \(instant($0.0))  \($0.1)" }
        text.append("  " + end(move, history))
        return text
    }

    private static func meaning(_ attempt: Attempt) -> String {
        switch (attempt.meaning, attempt.action) {
        case ("success", .look): "the room was read"
        case ("success", .move): "moved"
        case ("refused", _): "refused"
        case ("not-owner", _): "the room is not with the old visitor"
        case ("rate-limited", _): "too many requests, to be sent again"
        case ("unknown", .move): "whether it was applied is not known"
        case ("unknown", _): "unreadable"
        case ("not-sent", _): "it did not leave"
        case ("stop", _): "what ends the run"
        default: attempt.meaning.shown
        }
    }

    /// Where it stands, and since when.
    private func end(_ move: History.Move, _ history: History) -> String {
        let row = move.row
        let time = row.settledAt.map { instant($0) + "  " } ?? "now: "
        if move.isInDoubt { return "\(time)in doubt: \(ReasonCode.inDoubt.explanation)" }
        let confirmed =
            switch row.confirmedBy {
            case .response?: ", confirmed by the answer"
            case .read? where history.told.isAudit: ", by what was read"
            case .read?: ", confirmed by reading the room"
            case nil: ""
            }
        let found = row.foundVisitor.map { ", the room was with \(named($0))" } ?? ""
        let reason = row.reason.map { ": \($0.rawValue), \($0.explanation)" } ?? ""
        let open = row.wasOpen == true ? ", its conversation was live" : ""
        return "\(time)\(row.state.label(in: history.told))\(confirmed)\(found)\(open)\(reason)"
    }

    private func named(_ id: String) -> String { id.isEmpty ? "''" : id.shown }
}

extension History {
    /// What kind of job it is of.
    var told: ToldJob {
        switch job.kind {
        case .run: .run
        case .rehearsal: .rehearsal
        case .audit: Journal.isJournal(at: job.mappingPath) ? .auditOfUndo : .audit
        case .undo: .undo
        }
    }
}
