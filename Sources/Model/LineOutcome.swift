/// What became of one line of the mapping.
///
/// The raw values stand in reports.
package enum LineOutcome: String, CaseIterable, Sendable {
    case merged
    case already
    case noRooms = "no-rooms"
    case noop
    case duplicate
    case rejected
    case conflict
    case refused
    case deferred
    case failed
    case unknown
    case pending

    /// Settled as the mapping asked.
    package var isWell: Bool {
        switch self {
        case .merged, .already, .noRooms, .noop, .duplicate: true
        case .rejected, .conflict, .refused, .deferred, .failed, .unknown, .pending: false
        }
    }

    /// Running the same command again goes on with it.
    package var isLeftForLater: Bool { self == .deferred || self == .pending }

    /// Somebody has to look at it.
    package var needsPerson: Bool { !isWell && !isLeftForLater }
}
