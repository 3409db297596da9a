import Model
import RocketChat
import Synchronization
import TestSupport

/// A workspace with rooms, visitors and other people, and what stands between it and the job: a simulated server.
///
/// It is not the sandbox of the product. It knows what really happened, which is what the oracle compares with. Whatever
/// it does is an entry of an agenda, so that a request goes on when the process that sent it is gone.
///
/// A class because the requests of a job, other people and the oracle look at the same rooms; all of its state is behind
/// one lock.
final class World: Sendable {
    let name: String
    let clock: SimulatedClock
    private let state: Mutex<WorldState>
    private let agenda = Mutex(Agenda())

    /// A fraction of a second after noon, so that the whole seconds of `Date` are not the whole truth.
    static let noon: Int64 = 1_714_651_200_350

    init(_ life: Life, clock: SimulatedClock) {
        name = "seed \(life.seed)"
        self.clock = clock
        state = Mutex(WorldState(life))
        for meddling in life.meddlings {
            schedule(at: .milliseconds(meddling.at)) { $0.meddle(meddling) }
        }
    }

    /// The wall clock.
    var now: Timestamp { Self.timestamp(clock.offset) }

    static func timestamp(_ offset: Duration) -> Timestamp {
        Timestamp(milliseconds: noon + Int64((offset / .milliseconds(1)).rounded(.down)))
    }

    /// What the oracle may look at.
    var facts: WorldState { state.withLock { $0 } }

    func change<Value>(_ body: (inout WorldState) -> Value) -> Value { state.withLock { body(&$0) } }

    // MARK: - The agenda

    private struct Agenda {
        var last = 0
        var entries: [(at: Duration, number: Int, action: @Sendable (World) -> Void)] = []
    }

    func schedule(at instant: Duration, _ action: @escaping @Sendable (World) -> Void) {
        agenda.withLock { agenda in
            agenda.last += 1
            agenda.entries.append((instant, agenda.last, action))
        }
    }

    /// When something happens next by itself.
    var next: Duration? { agenda.withLock { $0.entries.map(\.at).min() } }

    func goOn(to instant: Duration) {
        let due = agenda.withLock { agenda in
            let due = agenda.entries.filter { $0.at <= instant }
            agenda.entries.removeAll { $0.at <= instant }
            return due.sorted { ($0.at, $0.number) < ($1.at, $1.number) }
        }
        for entry in due { entry.action(self) }
    }

    /// Nothing goes wrong from now on, nobody else does anything, and what is under way arrives.
    func comeToRest() {
        while let next {
            clock.goOn(to: next)
            goOn(to: next)
        }
        change { $0.rest() }
    }

    private func meddle(_ meddling: Life.Meddling) {
        let now = clock.offset
        change { $0.meddle(meddling, at: now) }
    }

    // MARK: - Requests

    private let open = Mutex<[Int: @Sendable () -> Void]>([:])

    /// The process is gone: it gets no answer any more, but what it sent is on its way.
    func cut() {
        let open = open.withLock { open in
            defer { open = [:] }
            return open
        }
        for number in open.keys.sorted() { open[number]?() }
    }

    /// What the server does with a request when it has come so far.
    typealias Handler<Value: Sendable> = @Sendable (inout WorldState, Progress) -> ReplyOutcome<Value>

    /// How far a request has come: a read is over when it is asked, a move is written later.
    enum Progress: Sendable { case asked, written }

    /// Sends a request and waits for its answer.
    ///
    /// `handle` is what the server does with it when it arrives. What it returns is the answer, unless something between
    /// has another one.
    func ask<Value: Sendable>(
        _ route: Endpoint, _ subject: Subject,
        _ handle: @escaping Handler<Value>
    ) async -> Reply<Value> {
        await withCheckedContinuation { continuation in
            let sentAt = clock.offset
            guard let request = change({ $0.send(route, subject, at: sentAt) }) else {
                continuation.resume(returning: Reply(meaning: .notSent(.connectionFailed, "the process is gone")))
                return
            }
            open.withLock { open in
                open[request.number] = {
                    continuation.resume(returning: Reply(meaning: .notSent(.connectionFailed, "the process is gone")))
                }
            }
            let answer: @Sendable (World, Reply<Value>) -> Void = { world, reply in
                // Only the first answer is one.
                guard world.open.withLock({ $0.removeValue(forKey: request.number) }) != nil else { return }
                world.change { $0.answered(request.number, reply.meaning.word, reply.status, at: world.clock.offset) }
                var reply = reply
                reply.duration = world.clock.offset - sentAt
                continuation.resume(returning: reply)
            }
            Delivery(request: request, handle: handle, answer: answer).begin(in: self)
        }
    }
}

/// What a request is about.
enum Subject: Sendable, Hashable {
    case move(room: String, old: String, new: String)
    case look(room: String)
    case visitor(String)
    case history(String)
    case other
}
