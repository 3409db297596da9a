import Journal
import Model
import RocketChat

/// Says of a life what must hold after it (Specification, "Promises"), from what really happened in its world.
///
/// It decides nothing with code of the product: it only reads what the product says of lines, operations and its end.
struct Oracle {
    let life: Life
    let course: Course
    let plan: ExpectedPlan
    private(set) var complaints: [String] = []

    typealias Move = ExpectedPlan.Move

    /// What is wrong with a life; empty if all promises were kept.
    static func complaints(about course: Course, of life: Life) -> [String] {
        var oracle = Oracle(life: life, course: course, plan: ExpectedPlan(life.lines))
        oracle.judge()
        return oracle.complaints
    }

    private mutating func judge() {
        checkRequests()
        checkRates()
        for step in course.steps {
            let index = step.index
            if step.hung { complain("\(step.act.command.rawValue) \(index) never ends") }
            for move in step.undeclared {
                complain("the PUT \(move) left and was not declared when \(index) was killed")
            }
            checkEnd(step, index)
            switch step.act.command {
            case .run: checkRun(step, index)
            case .undo: checkUndo(step, index)
            case .verify: checkVerification(step, index)
            case .audit, .edited: break
            }
        }
    }

    mutating func complain(_ text: String) { complaints.append(text) }

    // MARK: - What was sent

    /// PUTs of the commands of one kind, without the probe.
    func puts(of command: Life.Act.Command) -> [(request: WorldState.Request, move: Move)] {
        course.facts.requests.compactMap { request in
            guard case .move(let room, let old, let new) = request.subject, !room.hasPrefix("visitor-merge-probe"),
                life.acts[request.act].command == command
            else { return nil }
            return (request, Move(room: room, old: old, new: new))
        }
    }

    private mutating func checkRequests() {
        for command in [Life.Act.Command.audit, .verify, .edited] where !puts(of: command).isEmpty {
            complain("\(command.rawValue) sent a PUT")
        }
        for put in puts(of: .run) where !plan.asks(for: put.move) {
            complain("the mapping does not ask for the PUT \(put.request.number): \(put.move)")
        }
        checkOpenRooms()
        checkOverlaps()
        checkRepetitions()
        if course.facts.requests.contains(where: { life.acts[$0.act].command == .edited }) {
            complain("something was sent for another mapping")
        }
    }

    /// A room whose conversation was live the whole time is left alone, unless the policy says otherwise.
    private mutating func checkOpenRooms() {
        guard !life.movesOpenRooms else { return }
        for put in puts(of: .run) + puts(of: .undo) {
            guard let step = course.steps.first(where: { $0.index == put.request.act }) else { continue }
            let places = course.facts.placements(of: put.move.room).filter { $0.at < put.request.sentAt }
            let since = places.lastIndex { $0.at <= step.beganAt } ?? 0
            if !places.isEmpty, places[since...].allSatisfy({ $0.room?.isOpen == true }) {
                complain("PUT \(put.request.number) is for \(put.move.room), which was open the whole time")
            }
        }
    }

    /// Operations on one room never overlap, and the requests of an operation come one after the other.
    private mutating func checkOverlaps() {
        let sent = puts(of: .run) + puts(of: .undo)
        for (index, first) in sent.enumerated() {
            for second in sent[(index + 1)...]
            where second.move.room == first.move.room && second.request.act == first.request.act {
                guard let end = first.request.answeredAt, end <= second.request.sentAt else {
                    complain("PUT \(second.request.number) overlaps PUT \(first.request.number) of the same room")
                    continue
                }
            }
        }
    }

    /// A move is written once, unless the room was taken back in between, or something arrived late.
    private mutating func checkRepetitions() {
        for command in [Life.Act.Command.run, .undo] {
            let numbers = Set(puts(of: command).map(\.request.number))
            var written: [Move: WorldState.Event] = [:]
            for event in course.facts.events {
                guard let number = event.request, numbers.contains(number),
                    case .move(let room, let old, let new) = course.facts.requests[number - 1].subject
                else { continue }
                let move = Move(room: room, old: old, new: new)
                if let before = written[move], !event.isLate, !before.isLate, !wasTakenBack(room, before, event) {
                    complain("\(move) was written twice")
                }
                written[move] = event
            }
        }
    }

    private func wasTakenBack(_ room: String, _ first: WorldState.Event, _ second: WorldState.Event) -> Bool {
        course.facts.events.contains {
            $0.room == room && $0.at >= first.at && $0.at <= second.at && $0 != first && $0 != second
        }
    }

    // MARK: - How fast

    /// No rate is exceeded in any window, as the server sees it, by the commands that go on with one another.
    private mutating func checkRates() {
        guard case .fixed(let calls, let seconds) = life.rate else { return }
        for acts in courses {
            let requests = course.facts.requests.filter { acts.contains($0.act) }
            for (route, ofRoute) in Dictionary(grouping: requests, by: \.route) where route != .info {
                let instants = ofRoute.map(\.sentAt).sorted()
                for (index, instant) in instants.enumerated().dropFirst(calls)
                where instant - instants[index - calls] < .seconds(seconds) {
                    complain("more than \(calls) calls in \(seconds) s on \(route.rawValue) at \(instant)")
                    break
                }
            }
        }
    }

    /// Commands that go on with one another: all of a run or an undo, whose journal stays, and of an audit or a verification
    /// those up to its end.
    private var courses: [Set<Int>] {
        var courses: [Set<Int>] = []
        for command in [Life.Act.Command.audit, .run, .undo, .verify] {
            var present: Set<Int> = []
            for step in course.steps where step.act.command == command {
                present.insert(step.index)
                guard command == .audit || command == .verify, step.end?.stop == nil, !step.wasKilled else { continue }
                courses.append(present)
                present = []
            }
            courses.append(present)
        }
        return courses
    }
}
