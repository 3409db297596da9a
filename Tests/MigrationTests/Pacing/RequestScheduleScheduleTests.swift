import Model
import TestSupport
import Testing

@testable import Migration

/// The promises of the schedule in thousands of made-up schedules, each with an exact answer (Specification, "Promises").
struct PacerScheduleTests {
    @Test(arguments: 1...50 as ClosedRange<UInt64>)
    func `whatever happens, no sliding window holds more than the rate in force`(_ seed: UInt64) throws {
        for part in 0..<50 {
            var schedule = PacerSchedule(seed: seed * 1000 + UInt64(part))
            try schedule.run(requests: 60)
        }
    }
}

/// A crowd of senders on one schedule, with everything that may happen to them.
struct PacerSchedule {
    typealias Instant = ManualClock.Instant

    private var random: SeededGenerator
    private var schedule: RequestSchedule
    private var rate: Rate?
    private var now = Instant()
    private var heldUntil = Instant()
    private var senders: [(wakes: Instant, turn: RequestSchedule.Reservation?)]
    private var sent: [Instant] = []
    private let seed: UInt64

    init(seed: UInt64) {
        self.seed = seed
        random = SeededGenerator(seed: seed)
        rate = Self.rate(&random)
        schedule = RequestSchedule(rate: rate)
        senders = Array(repeating: (Instant(), nil), count: [1, 2, 8, 24].randomElement(using: &random) ?? 1)
    }

    private static func rate(_ random: inout SeededGenerator) -> Rate {
        let window = [Duration.seconds(1), .seconds(5), .seconds(60)].randomElement(using: &random) ?? .seconds(1)
        return Rate(count: [1, 2, 3, 10, 20].randomElement(using: &random) ?? 1, per: window)
    }

    /// Lets things happen until so many requests have left.
    mutating func run(requests: Int) throws {
        while sent.count < requests {
            guard let next = senders.indices.min(by: { senders[$0].wakes < senders[$1].wakes }) else { return }
            now = max(now, senders[next].wakes)
            try step(next)
            if Int.random(in: 0..<40, using: &random) == 0 { happen() }
        }
    }

    private mutating func step(_ sender: Int) throws {
        let turn = senders[sender].turn ?? schedule.reserve(now: now)
        switch schedule.take(turn, now: now) {
        case .go:
            try check()
            sent.append(now)
            // A round trip, often none at all.
            senders[sender] = (now.advanced(by: interval * ([0, 0, 1, 5].randomElement(using: &random) ?? 0)), nil)
        case .again:
            senders[sender].turn = nil
        case .wait(let instant):
            try #require(instant > now, "seed \(seed): a wait that is over")
            let isPrompt = Bool.random(using: &random)
            let lateness = isPrompt ? .zero : interval * Double.random(in: 0...0.4, using: &random)
            senders[sender] = (instant.advanced(by: lateness), turn)
        }
    }

    /// Judges a request that leaves now.
    private func check() throws {
        try #require(now >= heldUntil, "seed \(seed): request \(sent.count) leaves during a hold")
        guard let rate, sent.count >= rate.count else { return }
        let span = sent[sent.count - rate.count].duration(to: now)
        try #require(
            span >= rate.window, "seed \(seed): request \(sent.count) is one too many for \(rate) after \(span)")
    }

    private var interval: Duration { rate?.interval ?? .milliseconds(10) }

    private mutating func happen() {
        switch Int.random(in: 0..<6, using: &random) {
        case 0: stall(.seconds(5))
        case 1: stall(interval * Double.random(in: 0...3, using: &random))
        case 2: hold(for: interval * Double.random(in: 0...20, using: &random))
        case 3: change(to: Self.rate(&random))
        case 4: change(to: nil)
        default: restart()
        }
    }

    /// The machine stands still: whoever would have woken wakes late, all at once.
    private mutating func stall(_ length: Duration) {
        let end = now.advanced(by: length)
        for sender in senders.indices { senders[sender].wakes = max(senders[sender].wakes, end) }
    }

    private mutating func hold(for length: Duration) {
        heldUntil = max(heldUntil, now.advanced(by: length))
        schedule.hold(until: heldUntil)
    }

    private mutating func change(to rate: Rate?) {
        self.rate = rate
        schedule.change(to: rate, now: now)
    }

    /// The process is killed and begins again with a fixed rate; some of what left last is nowhere on record.
    private mutating func restart() {
        let rate = Self.rate(&random)
        let killed = now
        let lost = min(Int.random(in: 0...3, using: &random), senders.count, sent.count)
        now = now.advanced(by: interval * Double.random(in: 0...2, using: &random))
        let recorded = sent.dropLast(lost).map(\.timestamp) + Array(repeating: killed.timestamp, count: lost + 1)
        let ages = recorded.map { $0.age(at: now.timestamp) }
        schedule = RequestSchedule(rate: rate)
        schedule.remember(ages.map { now.advanced(by: .zero - $0) })
        self.rate = rate
        // A hold is the server's to repeat.
        heldUntil = now
        for sender in senders.indices { senders[sender] = (now, nil) }
    }
}

extension ManualClock.Instant {
    /// As a journal remembers it.
    fileprivate var timestamp: Timestamp {
        Timestamp(milliseconds: Int64(((offset + .microseconds(500)) / .milliseconds(1)).rounded(.down)))
    }
}
