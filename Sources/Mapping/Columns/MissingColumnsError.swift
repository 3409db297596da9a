import Model

/// A header that lacks columns, and what can be done about it.
package struct MissingColumnsError: Equatable, Sendable {
    /// The names of the header.
    package var found: [String]
    /// The columns that are wanted and not there.
    package var missing: [ColumnRole]
    /// The names of those that are there.
    package var present: [ColumnRole: String]
    /// The names that a person gave.
    package var given: ColumnNames?

    init(found: [String], missing: [ColumnRole], present: [ColumnRole: String] = [:], given: ColumnNames? = nil) {
        self.found = found
        self.missing = missing
        self.present = present
        self.given = given
    }
}

extension MissingColumnsError: CustomStringConvertible {
    package var description: String {
        let wanted = missing.map { "\(purpose($0)) (\(wantedNames($0)[0].printable))" }.joined(separator: " and ")
        return
            "No \(missing.count == 1 ? "column" : "columns") for \(wanted). The header has \(found.listedForPerson). \(advice)"
    }

    private var advice: String {
        let likely = likelyColumns
        let names = missing.compactMap { likely[$0] }
        guard !names.isEmpty else {
            let advice = "Name the columns with --columns \(Self.form)."
            // Where no name of a column is known, the line may be one of the mapping.
            guard present[.old] == nil, present[.new] == nil, given == nil else { return advice }
            return
                "\(advice) If these are ids, the file has no header: add old_visitor_id and new_visitor_id as its first line."
        }
        let seen = names.map(\.quotedForPerson).joined(separator: " and ")
        let verbs = names.count == 1 ? "looks like it: rename it" : "look like them: rename them"
        let columns = present.merging(likely) { $1 }
        guard let old = columns[.old], let new = columns[.new] else {
            return "\(seen) \(verbs), or \(verb) --columns \(Self.form)."
        }
        let room = given?.room.flatMap { $0.isEmpty ? "" : columns[.room] }
        // A name that cannot be typed has to be another one in any case.
        guard let option = ColumnNames(old: old, new: new, room: room).option else { return "\(seen) \(verbs)." }
        return "\(seen) \(verbs), or \(verb) \(option)."
    }

    private var verb: String { given == nil ? "add" : "give" }

    private static let form = "old=NAME,new=NAME[,room=NAME]"

    /// The columns that are probably meant, each for one purpose.
    private var likelyColumns: [ColumnRole: String] {
        var rest = found.filter { !present.values.contains($0) }
        var likely: [ColumnRole: String] = [:]
        for role in missing {
            guard let name = wantedNames(role).lazy.compactMap({ nearestName(to: $0, among: rest) }).first else {
                continue
            }
            likely[role] = name
            rest.removeAll { $0 == name }
        }
        return likely
    }

    /// What the column may be called, as people write it, the most telling name first.
    private func wantedNames(_ role: ColumnRole) -> [String] {
        if let name = given?[role] { return [name] }
        // Every word of two letters is near to another one.
        return switch role {
        case .old: ["old_visitor_id", "old", "from"]
        case .new: ["new_visitor_id", "new"]
        case .room: ["room_id", "rid", "room"]
        }
    }

    private func purpose(_ role: ColumnRole) -> String {
        switch role {
        case .old: "the old visitor"
        case .new: "the new visitor"
        case .room: "the room"
        }
    }
}
