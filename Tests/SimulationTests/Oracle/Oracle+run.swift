import Journal
import Model

extension OperationRow {
    var move: ExpectedPlan.Move { ExpectedPlan.Move(room: room, old: oldVisitor, new: newVisitor) }
}

extension WorldState {
    /// Everything that a room ever was, the oldest first; nothing where it was gone.
    func placements(of room: String) -> [(at: Duration, room: PlacedRoom?)] {
        roomsAtFirst.filter { $0.id == room }.map { (.zero, $0) }
            + events.filter { $0.room == room }.map { ($0.at, $0.after) }
    }

    func isTouchedByOthers(_ room: String) -> Bool { events.contains { $0.room == room && $0.request == nil } }
}

// Whether what a run says of each operation can be true.
extension Oracle {
    mutating func checkRun(_ step: Course.Step, _ index: Int) {
        guard let ledger = step.ledger else { return }
        checkOperations(ledger, step, index)
        checkSettled(ledger, after: index)
        guard step.act.isAtRest, step.end?.stop == nil else { return }
        checkNothingIsLeft(ledger, step, index)
        checkNothingIsMissed(ledger, step, index)
    }

    /// What is settled is not sent again.
    private mutating func checkSettled(_ ledger: Commands.Ledger, after index: Int) {
        let settled = Set(
            ledger.operations.filter { ["moved", "already", "conflict", "refused"].contains($0.state.rawValue) }
                .map(\.move))
        for put in puts(of: .run) where put.request.act > index && settled.contains(put.move) {
            complain("PUT \(put.request.number) is for \(put.move), which was settled before")
        }
    }

    mutating func checkOperations(_ ledger: Commands.Ledger, _ step: Course.Step, _ index: Int) {
        let command = step.act.command
        let sent = puts(of: command).filter { $0.request.act <= index }
        for row in ledger.operations {
            let move = row.move
            let own = sent.filter { $0.move == move }
            let places = course.facts.placements(of: move.room).filter { $0.at <= step.endedAt }
            let name = "\(command.rawValue) \(index): \(move) is \(row.state.rawValue) (\(row.reason?.rawValue ?? "-"))"
            let isWritten = own.contains { put in
                course.facts.events.contains { $0.request == put.request.number && $0.at <= step.endedAt }
            }
            // The second answer says that the room is not there, and only a look says why: a job that ends before that look
            // takes the room for one that somebody else moved.
            let isDoubled = own.contains { $0.request.fault?.kind == .doubled }
            switch row.state {
            case .moved:
                if !isWritten, !mayBeCredited(own, places, move, index) { complain("\(name), and nobody moved it") }
            case .already:
                let wanted = plan.further(than: move).union([move.new])
                if !places.contains(where: { place in place.room?.visitor.map(wanted.contains) ?? false }) {
                    complain("\(name), and never was")
                }
                if isWritten, !isDoubled, !hasLateWrites(move.room), !course.facts.isTouchedByOthers(move.room) {
                    complain("\(name), but this job moved it")
                }
            case .conflict:
                let isElsewhere = places.contains { place in
                    place.room.map { $0.visitor != move.old && $0.visitor != move.new } ?? false
                }
                if row.reason != .earlierLineNotDone, !isElsewhere { complain("\(name), and never was elsewhere") }
            case .refused: checkRefusal(row, places, own.map(\.request), name)
            case .deferred:
                if life.movesOpenRooms || !places.contains(where: { $0.room?.isOpen == true }) { complain(name) }
            case .pending:
                if isWritten, !isDoubled { complain("\(name), but this job moved it") }
            case .sent, .failed, .unknown: break
            }
        }
    }

    /// Whether a room may be credited that this job did not write: its PUT may have been applied as far as anybody can
    /// tell, and the room was with the new visitor.
    private func mayBeCredited(
        _ own: [(request: WorldState.Request, move: Move)], _ places: [(at: Duration, room: WorldState.PlacedRoom?)],
        _ move: Move, _ index: Int
    ) -> Bool {
        guard places.contains(where: { $0.room?.visitor == move.new }) else { return false }
        let isDoubtful = own.contains { put in
            // What the server itself said of it excludes that it was applied.
            put.request.answer == nil || ["unknown", "not-owner", "stop"].contains(put.request.answer)
        }
        let wasKilled = course.steps(before: index).contains {
            $0.wasKilled && $0.act.command == life.acts[index].command
        }
        return isDoubtful || (own.isEmpty && wasKilled)
    }

    func hasLateWrites(_ room: String) -> Bool { course.facts.events.contains { $0.room == room && $0.isLate } }

    private mutating func checkRefusal(
        _ row: OperationRow, _ places: [(at: Duration, room: WorldState.PlacedRoom?)], _ own: [WorldState.Request],
        _ name: String
    ) {
        let isTrue: Bool
        switch row.reason {
        case .roomNotFound?:
            isTrue =
                !course.facts.roomsAtFirst.contains { $0.id == row.room } || places.contains { $0.room == nil }
        case .roomNotAllowed?: isTrue = places.contains { $0.room?.isAccessible == false }
        case .newVisitorNotFound?:
            isTrue = !life.visitors.contains(row.newVisitor) || course.facts.removedVisitors.contains(row.newVisitor)
        case .unsupportedRoom?: isTrue = places.contains { $0.room.map { $0.type != "l" } ?? false }
        case .refusedOnTheWay?:
            isTrue = course.facts.requests.contains {
                ["forbidden", "foreignPage"].contains("\($0.fault?.kind, default: "")")
            }
        case .earlierLineNotDone?: isTrue = !plan.earlier(than: row.move).isEmpty
        default: isTrue = false
        }
        if !isTrue { complain("\(name), and that is not so") }
    }

    /// At rest a run settles everything that can be settled.
    private mutating func checkNothingIsLeft(_ ledger: Commands.Ledger, _ step: Course.Step, _ index: Int) {
        for row in ledger.operations {
            let room = step.after.first { $0.id == row.room }
            let earlier = ledger.operations.filter { plan.earlier(than: row.move).contains($0.move) }
            let isHeldUp = earlier.contains { !["moved", "already"].contains($0.state.rawValue) }
            let name = "\(row.move) is left \(row.state.rawValue) (\(row.reason?.rawValue ?? "-")) by run \(index)"
            switch row.state {
            case .moved, .already, .conflict, .refused: continue
            case .deferred: if room?.isOpen != true || room?.visitor != row.oldVisitor { complain(name) }
            case .unknown: if room?.isAccessible != false { complain(name) }
            case .pending: if !isHeldUp { complain(name) }
            case .sent, .failed: complain(name)
            }
        }
        for line in ledger.lines where line.outcome == .pending && line.operations == 0 {
            complain("line \(line.line) is left pending (\(line.reason?.rawValue ?? "-")) by run \(index)")
        }
    }

    /// Every room that was there from beginning to end and is asked for has its operation, and is where that says.
    private mutating func checkNothingIsMissed(_ ledger: Commands.Ledger, _ step: Course.Step, _ index: Int) {
        let moves = Set(ledger.operations.map(\.move))
        for room in course.facts.roomsAtFirst where room.type == "l" && !course.facts.isTouchedByOthers(room.id) {
            let isNamed = plan.roomMoves.contains { $0.room == room.id }
            for move in plan.visitorMoves where move.old == room.visitor && !isNamed {
                let wanted = Move(room: room.id, old: move.old, new: move.end)
                let line = ledger.lines.first { $0.line == move.line }
                if !moves.contains(wanted), line?.outcome != .refused || line?.reason == .oldVisitorNotFound {
                    complain("\(wanted) was never planned by run \(index)")
                }
            }
            let own = ledger.operations.filter { $0.room == room.id }
            guard own.count == 1, let row = own.first, !hasLateWrites(room.id) else { continue }
            let present = step.after.first { $0.id == room.id }?.visitor
            let expected = ["moved", "already"].contains(row.state.rawValue) ? row.newVisitor : room.visitor
            if present != expected {
                complain("\(row.move) is \(row.state.rawValue), but the room is with \(present ?? "nobody")")
            }
        }
    }
}
