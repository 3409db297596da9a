import Journal
import Model

/// `lines.csv`: every line of the mapping once, in file order (TheReport, "lines.csv").
enum LineTable {
    static let header = [
        "line", "old_visitor_id", "new_visitor_id", "room_id", "outcome", "reason", "operations", "moved", "detail",
    ]

    static func cells(_ row: LineRow) -> [String] {
        [
            String(row.line), row.oldVisitor, row.newVisitor, row.room, row.outcome.rawValue,
            row.reason?.rawValue ?? "", String(row.operations), String(row.moved), row.explanation,
        ]
    }
}

/// `operations.csv`: every operation once, in plan order (TheReport, "operations.csv").
enum OperationTable {
    static let header = [
        "room_id", "old_visitor_id", "new_visitor_id", "line", "state", "reason", "confirmed_by", "attempts",
        "http_status", "found_visitor_id", "was_open", "settled_at",
    ]

    static func cells(_ row: OperationRow) -> [String] {
        [
            row.room, row.oldVisitor, row.newVisitor, String(row.line), row.state.rawValue, row.reason?.rawValue ?? "",
            row.confirmedBy?.rawValue ?? "", String(row.attempts), row.httpStatus.map(String.init) ?? "",
            row.foundVisitor ?? "", row.wasOpen.map { $0 ? "true" : "false" } ?? "", row.settledAt?.iso8601 ?? "",
        ]
    }
}

/// `unsettled.csv`: what still needs work, in the shape of a mapping (TheReport, "unsettled.csv").
///
/// Read again as it is, it asks for nothing that the mapping did not ask for. What could be read of a malformed line may be
/// shifted or incomplete, and an empty room means all rooms: such a row has no ids, but the text to take them from. A
/// visitor line names the end of its chain, because the lines that lead there may be settled and missing here.
enum UnsettledTable {
    static let header = ["old_visitor_id", "new_visitor_id", "room_id", "line", "reason", "detail", "text"]

    static func cells(_ row: LineRow) -> [String] {
        // A reason of a later version may be of the same kind.
        let hasIDs = row.outcome != .rejected || row.reason != nil && row.reason != .malformed
        let ids = hasIDs ? [row.oldVisitor, row.finalVisitor ?? row.newVisitor, row.room] : ["", "", ""]
        return ids + [
            String(row.line), row.reason?.rawValue ?? row.outcome.rawValue, row.explanation, row.text ?? "",
        ]
    }
}

/// `emptied-visitors.csv`: old visitors that should have no room left, for a person to decide about.
///
/// See TheReport, "emptied-visitors.csv"; TheMove, "Deleting an old visitor".
enum EmptiedTable {
    static let header = [
        "old_visitor_id", "new_visitor_id", "rooms_moved", "open_rooms_moved", "rooms_left", "shares_token", "warning",
        "confirmed_at",
    ]

    static func cells(_ row: EmptiedRow) -> [String] {
        [
            row.visitor, row.newVisitor, String(row.moved), String(row.movedOpen),
            row.roomsLeft.map { String($0) } ?? "", row.sharesToken.map { $0 ? "true" : "false" } ?? "", warning(row),
            row.confirmedAt?.iso8601 ?? "",
        ]
    }

    /// Deleting a visitor deletes by its token, whatever rooms and queue entries still carry that.
    private static func warning(_ row: EmptiedRow) -> String {
        if let left = row.roomsLeft, left > 0 { return "never delete: the rooms that are left would go" }
        if row.sharesToken == true { return "never delete: both visitors share one token and the moved rooms would go" }
        if row.movedOpen > 0 { return "close the rooms that were open when they were moved before deleting anything" }
        return row.sharesToken == nil ? "whether both visitors share one token is not known" : ""
    }
}

/// `contacts.csv`: every pair of visitors once, by line (TheReport, "contacts.csv"); names of fields, never their values.
enum ContactTable {
    static let header = [
        "old_visitor_id", "new_visitor_id", "line", "rooms_moved", "outcome", "reason", "copied", "differs", "detail",
        "settled_at",
    ]

    static func cells(_ pair: ContactPair) -> [String] {
        [
            pair.old.rawValue, pair.survivor.rawValue, String(pair.line), String(pair.rooms), pair.outcome.rawValue,
            pair.reason?.rawValue ?? "", pair.copied.joined(separator: " "), pair.differs.joined(separator: " "),
            pair.detail ?? pair.reason?.explanation ?? "", pair.settledAt?.iso8601 ?? "",
        ]
    }
}

extension LineRow {
    /// What a person should know about the line beyond its reason code.
    var explanation: String {
        if let repeatedOutcome {
            return "\(detail ?? "") (\(repeatedOutcome.rawValue))"
        }
        if let detail { return detail }
        if let foundVisitor { return "the room is with visitor \(foundVisitor)" }
        return reason.map(\.explanation) ?? ""
    }
}
