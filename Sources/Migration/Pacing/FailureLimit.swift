/// How many operations may fail before the run stops (Specification, "Options", `--max-failures`).
package enum FailureLimit: Sendable, Equatable, CustomStringConvertible {
    case count(Int)
    /// In per cent of the operations that ended in this run; counts after the first ``leastForShare``.
    case share(Int)

    /// Earlier than this a share says nothing.
    static let leastForShare = 50

    package static let standard = FailureLimit.share(10)

    /// Reads `25` or `10%`; `nil` for anything else.
    package init?(_ text: String) {
        if text.hasSuffix("%") {
            guard let share = Int(text.dropLast()), (0...100).contains(share) else { return nil }
            self = .share(share)
        } else {
            guard let count = Int(text), count >= 0 else { return nil }
            self = .count(count)
        }
    }

    package var description: String {
        switch self {
        case .count(let count): String(count)
        case .share(let share): "\(share)%"
        }
    }

    /// Whether so many failures among so many ended operations are too many.
    func isExceeded(failures: Int, ended: Int) -> Bool {
        switch self {
        case .count(let count): failures > count
        case .share(let share): ended >= Self.leastForShare && failures * 100 > ended * share
        }
    }
}
