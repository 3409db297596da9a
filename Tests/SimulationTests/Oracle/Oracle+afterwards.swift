import Journal
import Migration
import Model

// Undo and verification.
extension Oracle {
    /// An undo moves back what the job moved, and nothing else.
    mutating func checkUndo(_ step: Course.Step, _ index: Int) {
        let run = course.steps(before: index).last { $0.act.command == .run && $0.ledger != nil }?.ledger
        guard let run else { return }
        let moved = run.operations.filter { $0.state == .moved }
        let back = Set(moved.map { Move(room: $0.room, old: $0.newVisitor, new: $0.oldVisitor) })
        for put in puts(of: .undo) where put.request.act == index && !back.contains(put.move) {
            complain("the undo \(index) sent the PUT \(put.move), which takes back no move of the job")
        }
        guard let ledger = step.ledger else { return }
        checkOperations(ledger, step, index)
        if Set(ledger.operations.map(\.move)) != back || ledger.operations.count != back.count {
            complain("the undo \(index) plans \(ledger.operations.map(\.move)), and the job moved \(moved.map(\.move))")
        }
        guard step.act.isAtRest, step.end?.stop == nil else { return }
        let begun = course.steps.first { $0.act.command == .undo }?.before ?? step.before
        for (room, rows) in Dictionary(grouping: moved, by: \.room) where !hasLateWrites(room) {
            // The way of the room: where the job found it, and where it left it.
            let news = Set(rows.map(\.newVisitor))
            guard let start = rows.first(where: { !news.contains($0.oldVisitor) })?.oldVisitor,
                let end = rows.first(where: { row in !rows.contains { $0.oldVisitor == row.newVisitor } })?.newVisitor,
                let before = begun.first(where: { $0.id == room }), before.visitor == end,
                let after = step.after.first(where: { $0.id == room })
            else { continue }
            let mayMove =
                before.isAccessible && (life.movesOpenRooms || !before.isOpen)
                && rows.allSatisfy { step.visitorsAfter.contains($0.oldVisitor) }
                && !course.facts.events.contains { $0.room == room && $0.request == nil && $0.at >= step.beganAt }
            if mayMove, isUntouchedSinceUndo(room), after.visitor != start {
                complain("the undo \(index) left \(room) with \(after.visitor ?? "nobody") and not with \(start)")
            }
        }
    }

    private func isUntouchedSinceUndo(_ room: String) -> Bool {
        guard let first = course.steps.first(where: { $0.act.command == .undo }) else { return true }
        return !course.facts.events.contains { $0.room == room && $0.request == nil && $0.at >= first.beganAt }
    }

    /// What a verification finds at rest is what is so.
    mutating func checkVerification(_ step: Course.Step, _ index: Int) {
        guard step.act.isAtRest, step.end?.stop == nil, let ledger = step.ledger else { return }
        let run = course.steps(before: index).last { $0.act.command == .run && $0.ledger != nil }?.ledger
        let isUndone = course.steps(before: index).contains { $0.act.command == .undo }
        guard let run, !isUndone else { return }
        let moved = run.operations.filter { $0.state == .moved }
        let last = moved.filter { row in !moved.contains { $0.room == row.room && $0.oldVisitor == row.newVisitor } }
        if Set(ledger.marks.map(\.room.rawValue)) != Set(last.map(\.room)) || ledger.marks.count != last.count {
            complain("the verification \(index) read \(ledger.marks.map(\.room)), and \(last.map(\.room)) were moved")
        }
        for mark in ledger.marks {
            let room = step.after.first { $0.id == mark.room.rawValue }
            let expected: VerifiedRoom.Mark =
                if let room {
                    room.isAccessible || !isAskedFor(mark)
                        ? (room.visitor == mark.expected.rawValue ? .left : .drifted) : .unreadable
                } else {
                    .gone
                }
            if mark.mark != expected {
                complain("the verification \(index) says \(mark.mark) of \(mark.room), not \(expected)")
            }
        }
        let known = Set(run.operations.map(\.room)).union(plan.roomMoves.map(\.room))
        for move in plan.visitorMoves {
            let expected = step.after.filter { $0.type == "l" && $0.visitor == move.old && !known.contains($0.id) }.map(
                \.id)
            let found = ledger.newRooms.filter { $0.oldVisitor.rawValue == move.old }.map(\.room.rawValue)
            if Set(found) != Set(expected) {
                complain("the verification \(index) found \(found) with \(move.old), and there are \(expected)")
            }
        }
    }

    /// A room that nobody may read can still stand in the list.
    private func isAskedFor(_ mark: VerifiedRoom) -> Bool { mark.mark == .unreadable }
}
