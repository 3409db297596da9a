import FoundationEssentials
import NIOCore
import TestSupport
import Testing

@testable import HTTPClient

/// The pool against any order of events, beside a world that is too simple to be wrong.
struct PoolStateRandomTests {
    private static let seeds: [UInt64] =
        ProcessInfo.processInfo.environment["POOL_SEED"].flatMap { UInt64($0) }.map { [$0] }
        ?? (0..<200).map { _ in .random(in: 0...UInt64(UInt32.max)) }

    /// A seed that fails is tried again with `POOL_SEED`.
    @Test(arguments: seeds)
    func `Nothing is promised that is not kept`(seed: UInt64) {
        var world = World(seed: seed)
        for _ in 0..<400 where world.complaint == nil {
            world.step()
        }
        world.end()
        #expect(world.complaint == nil, "POOL_SEED=\(seed)")
    }
}

/// Everything that the pool was told and has said, and what may follow from that.
private struct World {
    private struct Link {
        enum Phase { case coming, open, closing }
        var phase = Phase.coming
        /// What it was given.
        var request: Int?
        /// It has begun that, as far as the connection is concerned.
        var hasBegun = false

        mutating func free() {
            request = nil
            hasBegun = false
        }
    }

    private var random: SeededGenerator
    private var pool: PoolState
    private let limit: Int
    /// How many of ten steps are new requests.
    private let load: Int
    private var now = s(1)
    private var wakes: [NIODeadline] = []
    private var links: [Int: Link] = [:]
    private var waiting: [Int: NIODeadline] = [:]
    private var sent: [Int: NIODeadline] = [:]
    private var lastRequest = 0
    private var isClosed = false
    private var history: [String] = []
    /// What was not kept, and what had happened before.
    private(set) var complaint: String?

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        limit = Int.random(in: 1...4, using: &random)
        load = Int.random(in: 1...4, using: &random)
        pool = PoolState(limit: limit, longestIdleness: .seconds(.random(in: 0...4, using: &random)))
    }

    mutating func step() {
        let link = links.keys.sorted().randomElement(using: &random)
        switch Int.random(in: 0..<10, using: &random) {
        case ..<load:
            lastRequest += 1
            let deadline = now + .milliseconds(.random(in: 1...8000, using: &random))
            waiting[lastRequest] = deadline
            tell(.requested(lastRequest, by: deadline))
        case 4: tell(.cancelled(.random(in: 0...lastRequest, using: &random)))
        case 5: pass(.milliseconds(.random(in: 1...3000, using: &random)))
        default: if let link { change(link) }
        }
    }

    /// Something happens to a connection that can.
    private mutating func change(_ id: Int) {
        guard let link = links[id] else { return }
        switch (link.phase, Int.random(in: 0..<8, using: &random)) {
        case (.coming, 0): tell(.reached(id, ifLate: .handshakeTimeout))
        case (.coming, 1):
            links[id] = nil
            tell(.notConnected(id, .unreachable("")))
        case (.coming, 2...5):
            links[id]?.phase = .open
            tell(.connected(id))
        case (.open, 0..<3) where link.request != nil: links[id]?.hasBegun = true
        case (.open, 3...5) where link.hasBegun:
            let isReusable = Bool.random(using: &random)
            links[id]?.free()
            if !isReusable { links[id]?.phase = .closing }
            tell(.answered(id, isReusable: isReusable))
        case (.open, 6) where !link.hasBegun:
            // It is gone without a word.
            links[id] = nil
            if let request = link.request { waiting[request] = sent.removeValue(forKey: request) }
            tell(.closed(id))
        case (.open, 7):
            lose(id)
            if Bool.random(using: &random) { gone(id) }
        case (.closing, 0...5): gone(id)
        default: break
        }
    }

    /// A connection knows of its end, and says whether it takes a request along.
    private mutating func lose(_ id: Int) {
        guard let link = links[id] else { return }
        links[id]?.phase = .closing
        if let request = link.request, !link.hasBegun, let deadline = sent.removeValue(forKey: request) {
            waiting[request] = deadline
        }
        links[id]?.request = nil
        tell(link.hasBegun ? .brokeOff(id, .closed) : .useless(id))
    }

    private mutating func gone(_ id: Int) {
        guard links[id]?.phase == .closing else { return }
        links[id] = nil
        tell(.closed(id))
    }

    /// Time passes, and nobody who asked to be woken is forgotten.
    private mutating func pass(_ time: TimeAmount) {
        let end = now + time
        while let wake = wakes.min(), wake <= end {
            wakes.remove(at: wakes.firstIndex(of: wake) ?? 0)
            now = max(now, wake)
            tell(.timePassed)
        }
        now = end
        let late = (Array(waiting) + Array(sent)).filter { $0.value <= now }
        expect(late.isEmpty, "\(late) should have ended")
    }

    /// Closes the pool or lets everything run out, after which every request has ended.
    mutating func end() {
        guard complaint == nil else { return }
        if Bool.random(using: &random) {
            isClosed = true
            tell(.closeAll)
            tell(.requested(0, by: now + .seconds(1)), ends: 0)
        } else {
            pass(.seconds(9))
        }
        expect(waiting.isEmpty && sent.isEmpty, "\(waiting) \(sent) have not ended")
        for id in links.keys.sorted() where links[id]?.phase == .coming {
            links[id]?.phase = .open
            tell(.connected(id))
        }
        if !isClosed { pass(.seconds(9)) }
        expect(links.values.allSatisfy { $0.phase == .closing }, "\(links) are still open")
    }

    private mutating func tell(_ event: PoolState.Event, ends extra: Int? = nil) {
        guard complaint == nil else { return }
        history.append("\(now.uptimeNanoseconds / 1_000_000) \(event)")
        if let extra { waiting[extra] = now + .seconds(1) }
        for action in pool.handle(event, at: now) {
            history.append("    \(action)")
            apply(action, after: event)
        }
        let open = links.values.filter { $0.phase == .open }
        expect(waiting.allSatisfy { $0.value > now }, "something waits past its deadline")
        expect(waiting.isEmpty || open.allSatisfy { $0.request != nil }, "something waits beside an idle connection")
        let coming = links.values.filter { $0.phase == .coming }.count
        expect(
            waiting.isEmpty || links.count == limit || coming >= waiting.count, "nothing is done for what waits")
        expect(pool.waitingRequests == waiting.count, "\(pool.waitingRequests) wait")
    }

    private mutating func apply(_ action: PoolState.Action, after event: PoolState.Event) {
        switch action {
        case .connect(let id):
            expect(links[id] == nil && !isClosed, "\(id) is not new")
            links[id] = Link()
            expect(links.count <= limit, "there are more than \(limit) connections")
        case .send(let request, let id):
            let first = waiting.min { ($0.value, $0.key) < ($1.value, $1.key) }
            expect(first?.key == request, "\(request) is not the first in line")
            expect(links[id]?.phase == .open && links[id]?.request == nil, "\(id) is not free")
            sent[request] = waiting.removeValue(forKey: request)
            links[id]?.request = request
            links[id]?.hasBegun = Bool.random(using: &random)
        case .succeed(let request):
            let isAnswered = if case .answered = event { true } else { false }
            expect(sent.removeValue(forKey: request) != nil && isAnswered, "\(request) was not in flight")
        case .fail(let request, _):
            let wasThere = waiting.removeValue(forKey: request) ?? sent.removeValue(forKey: request)
            expect(wasThere != nil, "\(request) had ended")
        case .close(let id):
            expect(links[id]?.phase != .coming, "\(id) is not there yet")
            if let request = links[id]?.request { expect(sent[request] == nil, "\(request) is still in flight") }
            links[id]?.phase = .closing
            links[id]?.free()
        case .wake(let time):
            wakes.append(time)
        }
    }

    private mutating func expect(_ isTrue: Bool, _ sentence: String) {
        guard !isTrue, complaint == nil else { return }
        complaint = sentence + " after\n" + history.suffix(40).joined(separator: "\n")
    }
}
