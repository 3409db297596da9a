import Migration
import Model
import TestSupport

/// Everything that decides how a life goes, as plain lists, so that a failing one can be cut down by leaving things out.
struct Life: Sendable, Equatable {
    /// Decides what is not written here: which task goes first, how long a request takes, back-offs.
    var seed: UInt64
    var lines: [Line] = []
    var rooms: [Room] = []
    /// Those that the server has.
    var visitors: [String] = []
    var faults: [Fault] = []
    var troubles: [Trouble] = []
    var meddlings: [Meddling] = []
    var acts: [Act] = []
    /// What the server limits each route to; `nil` for a caller who bypasses that.
    var limit: Limit?
    var rate = Pace.unlimited
    var concurrency = 4
    var movesOpenRooms = false

    /// One record of the mapping.
    enum Line: Sendable, Equatable {
        /// An empty room makes it a visitor line.
        case ids(room: String, old: String, new: String)
        /// What stands on a line that cannot be used, and its reason code.
        case broken(String, reason: String)
    }

    struct Room: Sendable, Equatable {
        var id: String
        var visitor: String
        var type = "l"
        var isOpen = false
        var isAccessible = true
    }

    /// What goes wrong with the request of that number.
    struct Fault: Sendable, Equatable {
        enum Kind: Sendable, Equatable {
            // It does not arrive.
            case unreachable
            case lostOnTheWay
            case gateway(Int)
            case tooMany(seconds: Int?)
            case forbidden
            case emptyRefusal
            // It arrives, and the answer is another one.
            case answerLost
            case gatewayAfterwards(Int)
            case wrongAnswer
            case foreignPage
            /// It arrives twice, and the second answer is the one that counts.
            case doubled
            /// It arrives so many seconds later.
            case stalled(Int)
            /// It is written so many seconds after it was compared.
            case late(Int)
        }

        var request: Int
        var kind: Kind

        var takesLong: Bool {
            switch kind {
            case .stalled, .late: true
            default: false
            }
        }
    }

    /// What every request meets that arrives between two instants, in milliseconds.
    struct Trouble: Sendable, Equatable {
        enum Kind: Sendable, Equatable { case outage, credentials, permission }

        var kind: Kind
        var from: Int
        var to: Int
    }

    /// What somebody else does at an instant, in milliseconds.
    struct Meddling: Sendable, Equatable {
        enum What: Sendable, Equatable {
            case move(room: String, to: String)
            case open(String)
            case close(String)
            case lock(String)
            case delete(String)
            case create(String, visitor: String)
            case remove(visitor: String)
        }

        var at: Int
        var what: What
    }

    struct Limit: Sendable, Equatable {
        var calls: Int
        var milliseconds: Int
    }

    enum Pace: Sendable, Equatable {
        case unlimited
        case auto
        case fixed(calls: Int, seconds: Int)

        var isFixed: Bool {
            if case .fixed = self { true } else { false }
        }
    }

    /// One command, and what ends it before its time.
    struct Act: Sendable, Equatable {
        enum Command: String, Sendable, Equatable {
            case audit, run, verify, undo
            /// A run with a mapping in which something was changed.
            case edited
        }

        var command: Command
        /// Before the job of that number the process is killed: between any two awaits of any task.
        var killedAt: Int?
        /// Before that one it is asked to stop.
        var stoppedAt: Int?
        /// Nothing goes wrong any more.
        var isAtRest = false
    }
}

extension Life {
    /// The life of a seed.
    init(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        self.init(seed: seed)
        make(&generator)
    }

    private mutating func make(_ generator: inout SeededGenerator) {
        func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
        func happens(_ share: Double) -> Bool { Double.random(in: 0..<1, using: &generator) < share }
        let people = (0...number(2...6)).map { "V\($0)" }
        visitors = people.filter { _ in !happens(0.04) }
        func visitor() -> String { people[number(0...people.count - 1)] }
        rooms = (0..<number(1...(happens(0.1) ? 20 : 8))).map { index in
            Room(
                id: "R\(index)", visitor: visitor(), type: happens(0.04) ? "v" : happens(0.03) ? "c" : "l",
                isOpen: happens(0.12), isAccessible: !happens(0.04))
        }
        func room() -> String { "R\(number(0...rooms.count))" }
        let visitorLines = [0, 0.2, 0.7][number(0...2)]
        lines = (0..<number(1...(happens(0.1) ? 12 : 6))).map { _ in
            if happens(0.06) { return Self.broken[number(0...Self.broken.count - 1)] }
            if happens(visitorLines) { return .ids(room: "", old: visitor(), new: visitor()) }
            let id = room()
            // Mostly right: a line that finds nothing says little.
            let old = rooms.first { $0.id == id && !happens(0.1) }?.visitor ?? visitor()
            return .ids(room: id, old: old, new: visitor())
        }
        for line in lines where happens(0.08) { lines.append(line) }
        for case .ids(let room, _, let new) in lines where happens(0.15) {
            lines.append(.ids(room: room, old: new, new: visitor()))
        }
        concurrency = [1, 2, 4, 8][number(0...3)]
        movesOpenRooms = happens(0.4)
        if happens(0.3) { limit = Limit(calls: number(1...8), milliseconds: number(1...6) * 1000) }
        rate = happens(0.6) ? .unlimited : happens(0.5) ? .auto : .fixed(calls: number(1...10), seconds: number(1...2))
        makeTroubles(&generator)
        makeActs(&generator)
    }

    private mutating func makeTroubles(_ generator: inout SeededGenerator) {
        func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
        func happens(_ share: Double) -> Bool { Double.random(in: 0..<1, using: &generator) < share }
        if happens(0.6) {
            let share = [0.03, 0.1, 0.3][number(0...2)]
            faults = (1...60).filter { _ in happens(share) }.map { request in
                Fault(request: request, kind: Self.kinds(number(1...45))[number(0...Self.kinds(1).count - 1)])
            }
        }
        if happens(0.12) {
            let from = number(0...2000)
            let kind = [Trouble.Kind.outage, .outage, .credentials, .permission][number(0...3)]
            troubles = [Trouble(kind: kind, from: from, to: from + number(100...6000))]
        }
        guard happens(0.5) else { return }
        let reach = [300, 1500, 8000][number(0...2)]
        meddlings = (0..<number(1...5)).map { _ in
            let room = "R\(number(0...rooms.count - 1))"
            let visitor = "V\(number(0...6))"
            let what: Meddling.What =
                switch number(0...9) {
                case 0...4: .move(room: room, to: visitor)
                case 5: .open(room)
                case 6: .close(room)
                case 7: .create("N\(number(0...2))", visitor: visitor)
                case 8: happens(0.5) ? .lock(room) : .delete(room)
                default: happens(0.5) ? .remove(visitor: visitor) : .delete(room)
                }
            return Meddling(at: number(0...reach), what: what)
        }
    }

    private mutating func makeActs(_ generator: inout SeededGenerator) {
        func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
        func happens(_ share: Double) -> Bool { Double.random(in: 0..<1, using: &generator) < share }
        func interrupted(_ command: Act.Command) -> Act {
            var act = Act(command: command)
            let step = number(1...[20, 120, 500][number(0...2)])
            if happens(0.7) { act.killedAt = step } else { act.stoppedAt = step }
            return act
        }
        if happens(0.15) { acts.append(happens(0.5) ? interrupted(.audit) : Act(command: .audit)) }
        for _ in 0..<[0, 1, 1, 2, 4][number(0...4)] { acts.append(interrupted(.run)) }
        if happens(0.2) { acts.append(Act(command: .run)) }
        if happens(0.05) { acts.append(Act(command: .edited)) }
        acts.append(Act(command: .run, isAtRest: true))
        if happens(0.15) {
            if happens(0.5) { acts.append(interrupted(.verify)) }
            acts.append(Act(command: .verify, isAtRest: true))
        }
        if happens(0.2) {
            if happens(0.6) { acts.append(interrupted(.undo)) }
            acts.append(Act(command: .undo, isAtRest: true))
            if happens(0.3) { acts.append(Act(command: .verify, isAtRest: true)) }
        }
    }

    private static let broken: [Line] = [
        .broken("R1,V1", reason: "malformed"), .broken("R1,,V2", reason: "missing-old"),
        .broken("R1,V1,", reason: "missing-new"), .broken("R1,NULL,V2", reason: "bad-id"),
        .broken("R1,V 1,V2", reason: "bad-id"), .broken("R1,6.42E+23,V2", reason: "spreadsheet-damage"),
    ]

    private static func kinds(_ seconds: Int) -> [Fault.Kind] {
        [
            .unreachable, .lostOnTheWay, .gateway(502), .gateway(503), .tooMany(seconds: nil),
            .tooMany(seconds: seconds % 4), .forbidden, .emptyRefusal, .answerLost, .answerLost,
            .gatewayAfterwards(504), .wrongAnswer, .foreignPage, .doubled, .stalled(seconds), .late(seconds),
        ]
    }
}
