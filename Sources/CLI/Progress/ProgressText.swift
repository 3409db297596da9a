/// A job that is going in one line, for a log or for whoever asks with a signal.
enum ProgressText {
    static func line(_ state: ProgressState, clock: LocalClock) -> String {
        let phrases = ProgressPhrases(state: state, clock: clock)
        let count = phrases.count.map { ": \($0.numbers) (\($0.share))" } ?? ""
        let parts = [phrases.title + count] + phrases.outcomes.map(\.text) + phrases.rates
        return (parts + [phrases.left, phrases.limit, phrases.wait].compactMap(\.self)).joined(separator: " · ")
    }

    /// How long after the last line the next one comes: often at first, and not a thousand times in a night.
    static func interval(after elapsed: Duration) -> Duration {
        switch elapsed {
        case ..<Duration.seconds(60): .seconds(10)
        case ..<Duration.seconds(3600): .seconds(60)
        default: .seconds(600)
        }
    }
}
