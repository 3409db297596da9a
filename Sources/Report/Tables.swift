import Journal
import Model

/// `lines.csv`: every line of the mapping once, in file order (spec 8).
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

/// `operations.csv`: every operation once, in plan order (spec 8).
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

/// `unsettled.csv`: what still needs work, in the shape of a mapping (spec 8).
enum UnsettledTable {
    static let header = ["old_visitor_id", "new_visitor_id", "room_id", "line", "reason"]

    static func cells(_ row: LineRow) -> [String] {
        [row.oldVisitor, row.newVisitor, row.room, String(row.line), row.reason?.rawValue ?? row.outcome.rawValue]
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
