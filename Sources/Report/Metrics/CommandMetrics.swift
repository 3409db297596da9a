/// What a command counted, by what it did.
package enum CommandMetrics: Sendable {
    case job(JobMetrics)
    /// Rooms that a verification read, by what it found, and rooms that came to old visitors since.
    case verification(rooms: [(verdict: String, count: Int)], newRooms: Int)

    /// Pairs of visitors whose records were consolidated or restored, by what became of them.
    case contacts(pairs: [(outcome: String, count: Int)])

    var families: [MetricFamily] {
        switch self {
        case .job(let tallies): tallies.families
        case .contacts(let pairs):
            [
                MetricFamily(
                    "contact_pairs", .gauge, "Pairs of visitors by what became of their records.",
                    pairs.map { .init(.count($0.count), [("outcome", $0.outcome)]) })
            ]
        case .verification(let rooms, let newRooms):
            [
                MetricFamily(
                    "verified_rooms", .gauge, "Moved rooms by what a look at them found.",
                    rooms.map { .init(.count($0.count), [("verdict", $0.verdict)]) }),
                MetricFamily(
                    "new_rooms", .gauge, "Rooms that old visitors got since the plan was made.",
                    [.init(.count(newRooms))]),
            ]
        }
    }
}
