import Model
import Migration

/// How fast a count has grown lately: a value that is told the time.
///
/// Steps that come evenly, however rarely, have exactly their rate; once they are late it falls.
struct ProgressMeter: Sendable {
    /// What counts as lately, where there are enough steps in it.
    private static let memory = Duration.seconds(60)
    /// So many are remembered at least, so that a slow rate has a figure too.
    private static let leastSteps = 8

    private var subject: String?
    private var steps: [(instant: Instant, count: Int)] = []

    /// Takes note of a count; one of another subject begins anew.
    mutating func note(_ count: Int, of subject: String, at now: Instant) {
        if subject != self.subject || count < steps.last?.count ?? 0 {
            self.subject = subject
            steps.removeAll()
        }
        guard steps.last?.count != count else { return }
        steps.append((now, count))
        while steps.count > Self.leastSteps, steps[1].instant.duration(to: now) > Self.memory {
            steps.removeFirst()
        }
    }

    /// Steps in a second; `nil` until there were enough to tell.
    func perSecond(at now: Instant) -> Double? {
        guard steps.count > 2, let first = steps.first, let last = steps.last else { return nil }
        let grown = Double(last.count - first.count)
        let span = first.instant.duration(to: last.instant).inSeconds
        // The next step is late only when more than the usual time has passed.
        let late = first.instant.duration(to: now).inSeconds - span / grown
        guard max(span, late) >= 1 else { return nil }
        return grown / max(span, late)
    }
}
