// How long something takes, as a number and in words.

extension Duration {
    /// For showing and for ratios; not for arithmetic that has to be exact.
    package var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }

    /// The most that is estimated, a century: what takes longer is not worth a forecast, and may be beyond all types.
    package static let longestEstimate = Duration.seconds(3_155_760_000)

    /// Rounded down.
    package var inMilliseconds: Int {
        Int(components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000)
    }

    /// For a person, in at most two units: `450 ms`, `45 s`, `12 min`, `1 h 40 min`, `3 d 4 h`; of the absolute value.
    package var inWords: String {
        let seconds = abs(inSeconds)
        let minutes = Int((seconds / 60).rounded())
        let hours = Int((seconds / 3600).rounded())
        return switch seconds {
        case 0: "0 s"
        case ..<1: "\(Int((seconds * 1000).rounded())) ms"
        case ..<90: "\(Int(seconds.rounded())) s"
        case _ where minutes < 60: "\(minutes) min"
        case _ where hours < 48: Self.pair(minutes, per: 60, "h", "min")
        default: Self.pair(hours, per: 24, "d", "h")
        }
    }

    private static func pair(_ count: Int, per unit: Int, _ large: String, _ small: String) -> String {
        let (whole, rest) = count.quotientAndRemainder(dividingBy: unit)
        return rest == 0 ? "\(whole) \(large)" : "\(whole) \(large) \(rest) \(small)"
    }
}
