import Model

/// Which names stand for which column: a CSV header and the keys of a JSON object follow the same rules.
struct ColumnRules: Sendable {
    var given: ColumnNames?

    /// For every role, where among the names its columns are: none, one, or too many.
    ///
    /// A name that a person gave is looked for exactly first, then as loosely as the usual ones. A column that was
    /// claimed by a given name is not available to the usual ones.
    func places(in names: [String]) -> [ColumnRole: [Int]] {
        let plainNames = names.map(Self.plain)
        var places: [ColumnRole: [Int]] = [:]
        var claimed: Set<Int> = []
        for role in ColumnRole.allCases {
            guard let name = given?[role] else { continue }
            // An empty name says that there is no such column, although one may look like it.
            var found = name.isEmpty ? [] : names.indices.filter { names[$0].hasSameBytes(as: name) }
            if found.isEmpty, !name.isEmpty {
                let plainName = Self.plain(name)
                found = plainNames.indices.filter { plainNames[$0].hasSameBytes(as: plainName) }
            }
            places[role] = found
            claimed.formUnion(found)
        }
        for role in ColumnRole.allCases where places[role] == nil {
            let usual = Self.usualNames(of: role)
            places[role] = plainNames.indices.filter { usual.contains(plainNames[$0]) && !claimed.contains($0) }
        }
        return places
    }

    /// The name among those that stand for nothing which was probably meant for the room, if nothing says where that is;
    /// of the names that mean a conversation alone, the value has to tell.
    func overlookedRoom(in ignored: [String], _ places: [ColumnRole: [Int]]) -> String? {
        guard given?.room == nil, places[.room, default: []].isEmpty else { return nil }
        return ignored.first(where: RoomLikeName.namesRoom)
    }

    /// What is said of a key that may be the room's on a line without a room.
    func sentence(overlooked key: String) -> String {
        "the key \(key.quotedForPerson) looks as if it were meant for the room: rename it to "
            + (given?.room?.printable ?? "room_id")
    }

    /// What is said of a line that holds the names of the columns.
    static let headerAgain = "the header once more"

    /// Whether the text stands where an id belongs and is the name of a column: a usual one in whatever spelling, one that
    /// was given as it was given.
    func isName(_ field: TrimmedField) -> Bool {
        // Nearly every id ends here.
        guard !field.isPlain, !field.text.isEmpty, field.text.utf8.count <= Self.longestName else { return false }
        let name = Self.plain(field.text)
        return ColumnRole.allCases.contains { role in
            Self.usualNames(of: role).contains(name) || given?[role]?.hasSameBytes(as: field.text) ?? false
        } || IDRules.columnNames.contains(name)
    }

    /// No name that means something to this program is longer, and no person's name for a column.
    private static let longestName = 64

    /// The usual names (TheMapping, "Overview") in the shape that ``plain(_:)`` gives them.
    private static func usualNames(of role: ColumnRole) -> [String] {
        switch role {
        case .old: ["oldvisitorid", "old", "from"]
        case .new: ["newvisitorid", "new", "to"]
        case .room: ["rid", "roomid", "room"]
        }
    }

    /// A name as it is compared: letter case, `_`, `-` and spaces do not count.
    static func plain(_ name: String) -> String {
        name.lowercased().filter { $0 != "_" && $0 != "-" && $0 != " " }
    }
}
