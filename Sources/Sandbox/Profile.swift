/// The Rocket.Chat release the sandbox imitates (TheServer, "Versions").
package enum Profile: String, CaseIterable, Sendable {
    /// The era 6.5–6.13: one permission, disabled visitors are not found.
    case v6_9 = "6.9"
    /// The era 5.2–6.4: two permissions, deleted visitors leave no record.
    case v6_4 = "6.4"
    /// The last release that moves rooms: it lists rooms that wait for an agent apart, and shows less of the caller.
    case v6_13 = "6.13"
    /// The era from 7.0 on: `livechat/room.visitor` is gone.
    case v7_0 = "7.0"

    /// The full version that privileged users see.
    var fullVersion: String {
        switch self {
        case .v6_9: "6.9.2"
        case .v6_4: "6.4.8"
        case .v6_13: "6.13.0"
        case .v7_0: "7.0.3"
        }
    }

    /// Visitors can be disabled instead of deleted, and are then not found (since 6.5).
    var hidesDisabledVisitors: Bool { self != .v6_4 }

    /// `livechat/rooms` knows `queued`, and `open=true` leaves out rooms that nobody serves (since 6.11).
    var listsQueuedRooms: Bool { self == .v6_13 || self == .v7_0 }

    /// The release that removes the parameters `fields` and `query`, as announced by this one (TheReads, "Paging").
    var removalOfQueryParameters: String { self == .v7_0 ? "9.0.0" : "7.0.0" }
}
