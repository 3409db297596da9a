package import Journal
package import Model
import RocketChat

extension Turnstile {
    /// Counts what earlier runs on a journal sent in the last window, before this one sends anything (spec 2.5).
    ///
    /// Requests that a killed run had in flight are nowhere on record: they are taken to have left just now. Only a
    /// fixed rate is a promise of ours; with `auto` the server's own counter goes on across runs.
    package func remember(_ journal: Journal, at now: Timestamp) throws {
        guard case .fixed(let rate) = setting else { return }
        let start = Timestamp(milliseconds: now.milliseconds - Int64(rate.window.inMilliseconds))
        for (route, action) in [(RouteKind.roomVisitor, Attempt.Action.move), (.roomsInfo, .look)] {
            let earlier = try journal.departures(of: action, since: start)
            let recorded = earlier.recorded.map { Duration.milliseconds(max(now.milliseconds - $0.milliseconds, 0)) }
            remember(recorded + Array(repeating: .zero, count: earlier.unrecorded), on: route)
        }
    }
}
