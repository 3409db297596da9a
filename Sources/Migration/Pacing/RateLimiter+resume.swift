package import Journal
package import Model
import RocketChat

extension RateLimiter {
    /// Counts what earlier runs on a journal sent in the last window, before this one sends anything (TheRun,
    /// "Pacing").
    ///
    /// Not every request is on record: those that a killed run had in flight are taken to have left when it may have
    /// been killed, and every run to have asked something on every route at its very end. Only a fixed rate is a promise
    /// of ours; with `auto` the server's own counter goes on across runs. `run` is the one that is about to begin, or
    /// `nil` if none is; `readUntil` is when a reading that left no run was interrupted.
    package func remember(
        _ journal: Journal, before run: Int64?, readUntil: Timestamp? = nil, at now: Timestamp
    ) throws {
        guard case .fixed(let rate) = setting else { return }
        // The longest window that a rate can have: another rate may be set in the middle of the run.
        let reach = max(rate.window, .seconds(3600))
        let start = Timestamp(milliseconds: now.milliseconds - Int64(reach.inMilliseconds) - 1)
        let ends =
            try journal.runEnds(before: run, since: start)
            + (readUntil.map { [RunEnd(instant: $0, unrecorded: 0)] } ?? [])
        for route in Endpoint.allCases {
            var departures = ends.map { $0.instant ?? now }
            if let action = route.recordedAction {
                departures += try journal.departures(of: action, since: start)
                departures += ends.flatMap { Array(repeating: $0.instant ?? now, count: $0.unrecorded) }
            }
            remember(departures.map { $0.age(at: now) }, on: route)
        }
    }
}

extension Endpoint {
    /// The kind of attempt that the journal records for a request on this route.
    fileprivate var recordedAction: Attempt.Action? {
        switch self {
        case .roomVisitor: .move
        case .roomsInfo: .look
        case .me, .info, .chatHistory, .livechatRooms, .visitorsInfo, .visitorsSearch, .contact, .contactSearch,
            .contactWrite,
            .customFields:
            nil
        }
    }
}

extension Timestamp {
    /// How long ago this was at least: both instants are rounded to whole milliseconds.
    func age(at now: Timestamp) -> Duration { .milliseconds(max(now.milliseconds - milliseconds - 1, 0)) }
}
