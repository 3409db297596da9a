/// The mapping that `suggest` writes: the two columns a run reads, and behind them the evidence for a person.
package enum SuggestionTable {
    package static let header = [
        "old_visitor_id", "new_visitor_id", "group", "because", "old_name", "new_name", "old_last_chat",
        "new_last_chat",
    ]
}

/// What `suggest` found and does not suggest, one row for a value, or for a visitor of a group.
package enum SetAsideTable {
    /// Why something is set aside; the raw values stand in the table.
    package enum Reason: String, Sendable {
        case sharedByMany = "shared-by-many"
        case groupTooLarge = "group-too-large"
        case idNotWritable = "id-not-writable"
        case valueNotReadable = "value-not-readable"
    }

    package static let header = [
        "reason", "group", "visitors", "kind", "value", "visitor_id", "name", "last_chat", "detail",
    ]
}
