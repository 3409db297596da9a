package import Model
import DequeModule

/// When the next request of a route may leave: arithmetic alone, somebody else sleeps.
///
/// Turns lie on absolute slots, so that waking late does not slow the average; a slot that was missed is lost, never
/// caught up. Besides, the last requests are remembered, so that no sliding window ever holds more than the rate
/// allows however unevenly the slots were used (Specification, "Promises").
package struct RequestSchedule: Sendable {
    /// A place in the line; it lapses when the route is held or its rate changes.
    package struct Reservation: Sendable, Equatable {
        package let slot: Instant
        fileprivate let generation: Int
    }

    /// What to do with a turn whose slot has come.
    package enum Decision: Sendable, Equatable {
        case go
        case wait(until: Instant)
        /// The turn lapsed: ask for another.
        case again
    }

    /// `nil` means unlimited.
    package private(set) var rate: Rate?
    package private(set) var heldUntil: Instant?
    private var nextSlot: Instant?
    private var generation = 0
    /// The last requests, in the order in which they left, each with the place at which it was let go.
    private var departures: Deque<(place: Int, instant: Instant)> = []
    /// Requests that were let go so far.
    private var gone = 0

    package init(rate: Rate?) {
        self.rate = rate
    }

    /// The next free slot, not before the route's hold ends.
    package mutating func reserve(now: Instant) -> Reservation {
        var slot = max(nextSlot ?? now, now)
        if let heldUntil {
            slot = max(slot, heldUntil)
        }
        nextSlot = rate.map { slot.advanced(by: $0.spacing) }
        return Reservation(slot: slot, generation: generation)
    }

    /// Whether the holder of a turn may send now; with `go` the request counts as sent.
    package mutating func take(_ turn: Reservation, now: Instant) -> Decision {
        guard turn.generation == generation else { return .again }
        guard now >= turn.slot else { return .wait(until: turn.slot) }
        if let rate {
            guard now < turn.slot.advanced(by: max(rate.spacing, .milliseconds(100))) else {
                // Everybody wakes at once from a stall: a slot that the next one has passed is lost. Waking late by less
                // than that is ordinary, and at a quick rate it must not cost everybody's turn again and again.
                return .again
            }
            let (count, window) = rate.log
            if departures.count >= count {
                let free = departures[departures.count - count].instant.advanced(by: window)
                guard now >= free else { return .wait(until: free) }
            }
        }
        // Without a limit as well: a rate that is set later counts what left before.
        gone += 1
        insert(gone, now)
        if departures.count > Rate.greatestLog { departures.removeFirst() }
        return .go
    }

    /// The place of the request that was let go last.
    package var lastPlace: Int { gone }

    /// Counts a request as sent that much later than it was let go: its connection had to be made first, or its thread
    /// to be woken.
    ///
    /// The server sees when it left, so that is where its window begins. Without a rate nobody counts that closely.
    package mutating func delay(_ place: Int, by length: Duration) {
        guard rate != nil, length > .zero, let index = departures.lastIndex(where: { $0.place == place }) else {
            return
        }
        insert(place, departures.remove(at: index).instant.advanced(by: length))
    }

    private mutating func insert(_ place: Int, _ instant: Instant) {
        let next = departures.lastIndex { $0.instant <= instant }.map { $0 + 1 } ?? 0
        departures.insert((place, instant), at: next)
    }

    /// Counts requests that left before this process began, so that a resume does not exceed the rate either.
    package mutating func remember(_ earlier: [Instant]) {
        guard let rate, let last = earlier.max() else { return }
        departures = Deque(earlier.sorted().suffix(Rate.greatestLog).map { (place: 0, instant: $0) })
        nextSlot = last.advanced(by: rate.spacing)
    }

    /// Lets nothing leave before an instant, and lets turns handed out already lapse; a hold is never shortened.
    package mutating func hold(until instant: Instant) {
        guard heldUntil.map({ instant > $0 }) ?? true else { return }
        heldUntil = instant
        lapseTurns()
    }

    /// Changes the rate from now on; turns handed out already lapse.
    package mutating func change(to rate: Rate?, now: Instant) {
        guard rate != self.rate else { return }
        self.rate = rate
        lapseTurns()
    }

    /// The request before still counts: the first slot from now on keeps its distance from it.
    private mutating func lapseTurns() {
        generation += 1
        nextSlot = departures.last.flatMap { last in rate.map { last.instant.advanced(by: $0.spacing) } }
    }
}

extension Rate {
    /// What a window is wider than the rate asks: clocks and networks jitter, and "never above" comes before "exactly".
    ///
    /// A thousandth of it; where that is less than the 4 ms by which a request may be late on its way to a busy server,
    /// up to four thousandths.
    private var margin: Duration { max(window / 1000, min(window / 250, .milliseconds(4))) }

    fileprivate var spacing: Duration { (window + margin) / count }

    /// Requests that are remembered.
    fileprivate static let greatestLog = 4096

    /// What to look at for the sliding window: parts of it that keep the rate keep it together, and are shorter.
    ///
    /// Of the margin up to 3.5 ms are kept between any two requests that are a window apart, for their way to the server;
    /// by the rest those that left late get back to their slots.
    fileprivate var log: (count: Int, window: Duration) {
        let parts = (count - 1) / Self.greatestLog + 1
        return (count / parts, (window + min(margin - margin / 8, .microseconds(3500))) / parts)
    }
}
