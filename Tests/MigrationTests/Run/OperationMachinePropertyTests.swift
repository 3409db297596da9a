import Model
import RocketChat
import TestSupport
import Testing

@testable import Migration

/// What holds for an operation whatever the server answers.
struct OperationMachinePropertyTests {
    /// How often each kind of answer comes; every seed has its own taste, so that rare sequences come up too.
    private struct Server {
        private var random: SeededGenerator
        private var weights: [Int] = []

        init(seed: UInt64) {
            random = SeededGenerator(seed: seed)
            weights = (0..<12).map { _ in [0, 1, 1, 3, 20].randomElement(using: &random) ?? 1 }
            // Something has to be possible.
            weights[0] = max(weights[0], 1)
        }

        mutating func flip() -> Bool { Bool.random(using: &random) }

        mutating func attempts() -> Int { Int.random(in: 1...6, using: &random) }

        mutating func answer() -> ReplyOutcome<Room> {
            var drawn = Int.random(in: 0..<weights.reduce(0, +), using: &random)
            let kind = weights.firstIndex { weight in
                drawn -= weight
                return drawn < 0
            }
            return switch kind {
            case 1: .atNew
            case 2: .atThird
            case 3: .atLater
            case 4: .notOwner
            case 5: .timeout
            case 6: .notSent(.connectionFailed, "")
            case 7: .tooMany
            case 8: .refused(.newVisitorNotFound, "")
            case 9: .notThere
            case 10: .at("A", isOpen: flip())
            case 11: .refused(.roomNotAllowed, "")
            default: .atOld
            }
        }
    }

    /// What an observer of the wire knows.
    private struct Knowledge {
        /// A PUT of ours may have been carried out: unanswered, or refused for the owner although we had seen him.
        var mayHaveMoved: Bool
        var moveSucceeded = false
        var sawOld = false
        var sawThird = false
        var lastLook: VisitorID?

        mutating func looked(_ meaning: ReplyOutcome<Room>) {
            guard case .success(let room) = meaning else { return }
            lastLook = room.visitor
            sawOld = sawOld || room.visitor == VisitorID("A")
            sawThird = sawThird || room.visitor == VisitorID("X")
        }

        mutating func moved(_ meaning: ReplyOutcome<Room>) {
            switch meaning {
            case .success: moveSucceeded = true
            case .unknown: mayHaveMoved = true
            case .notOwner: mayHaveMoved = mayHaveMoved || sawOld
            default: break
            }
        }
    }

    /// Every trouble costs an attempt and may bring four requests, each after as many answers 429 as are accepted.
    private func bound(_ attempts: Int) -> Int { (attempts + 2) * 4 * (RetryPolicy.maxRateLimited + 1) * 2 }

    @Test(arguments: 0..<16 as Range<UInt64>)
    func `random answers never lead to an untrue outcome`(_ block: UInt64) {
        for seed in block * 500..<(block + 1) * 500 {
            var server = Server(seed: seed)
            let mayHaveMoved = server.flip()
            let attempts = server.attempts()
            var walk = MachineWalk(
                mayHaveMoved ? .inDoubt : .sample, openRooms: server.flip() ? .defer : .move,
                retry: RetryPolicy(maxAttempts: attempts))
            var known = Knowledge(mayHaveMoved: mayHaveMoved)
            var steps = 0
            while walk.settlement == nil, steps <= bound(attempts) {
                steps += 1
                switch walk.action {
                case .look:
                    let meaning = server.answer()
                    known.looked(meaning)
                    walk.take(.looked(Reply(meaning: meaning, status: meaning.usualStatus)))
                case .move:
                    #expect(!known.sawThird, "seed \(seed): moved after somebody else had it")
                    #expect(!mayHaveMoved || known.sawOld, "seed \(seed): sent although in doubt")
                    let drawn = server.answer()
                    // A PUT that succeeds shows the room at the new visitor, nothing else.
                    let meaning = if case .success = drawn { ReplyOutcome.atNew } else { drawn }
                    known.moved(meaning)
                    walk.take(.moved(Reply(meaning: meaning, status: meaning.usualStatus)))
                default:
                    walk.take(.waited)
                }
            }
            check(walk, known, "seed \(seed): \(walk.trail.joined(separator: " "))")
        }
    }

    private func check(_ walk: MachineWalk, _ known: Knowledge, _ comment: Comment) {
        guard let settlement = walk.settlement else {
            Issue.record("Never ends: \(comment)")
            return
        }
        switch settlement.state {
        case .moved where settlement.confirmedBy == .response:
            #expect(known.moveSucceeded, comment)
        case .moved:
            #expect(known.mayHaveMoved && known.lastLook == VisitorID("B"), comment)
        case .already where settlement.reason == .alreadyFurther:
            // Nobody's PUT of this operation can have brought it there.
            #expect(known.lastLook == VisitorID("C"), comment)
        case .already:
            #expect(!known.mayHaveMoved && known.lastLook == VisitorID("B"), comment)
        case .conflict:
            #expect(known.lastLook == VisitorID("X") && settlement.foundVisitor == VisitorID("X"), comment)
        case .failed, .refused, .deferred:
            #expect(!known.moveSucceeded, comment)
        case .unknown:
            #expect(known.mayHaveMoved && !known.moveSucceeded, comment)
        case .pending, .sent:
            Issue.record("No outcome: \(comment)")
        }
        #expect((settlement.state == .moved) == (settlement.confirmedBy != nil), comment)
    }
}
