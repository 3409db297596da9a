package import Model

/// Which visitor of a group is kept, to whom the rooms of the others go.
package enum SurvivorRule: String, CaseIterable, Sendable {
    case latestChat = "latest-chat"
    case oldest
    case mostRooms = "most-rooms"
    /// The one that the server finds first for the values of the group: there the next message arrives.
    case firstMatch = "first-match"

    /// What has to be known of each visitor of a group before one of them can be chosen: nothing can be moved to a
    /// disabled one.
    package var decidingFields: VisitorFields {
        switch self {
        case .latestChat: [.lastChat, .disabled]
        case .oldest: [.createdAt, .disabled]
        case .mostRooms: [.rooms, .disabled]
        case .firstMatch: .disabled
        }
    }

    /// Whether one visitor is to be kept rather than another; of two equals the one whose id comes first, so that the
    /// answer is the same every time.
    func prefers(_ one: Member, to other: Member) -> Bool {
        let (mine, theirs) =
            switch self {
            case .latestChat: (one.lastChat?.milliseconds, other.lastChat?.milliseconds)
            case .oldest: (one.age.map { -$0 }, other.age.map { -$0 })
            case .mostRooms: (one.rooms.map(Int64.init), other.rooms.map(Int64.init))
            case .firstMatch: (Int64(one.firstMatches), Int64(other.firstMatches))
            }
        // A visitor of whom nothing is known comes last.
        let (rank, otherRank) = (mine ?? .min, theirs ?? .min)
        guard rank == otherRank else { return rank > otherRank }
        return one.id.rawValue.utf8.lexicographicallyPrecedes(other.id.rawValue.utf8)
    }
}
