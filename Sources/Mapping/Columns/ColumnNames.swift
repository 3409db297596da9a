import Model

/// One of the three columns that a mapping is read for.
package enum ColumnRole: String, CaseIterable, Sendable {
    case old
    case new
    case room
}

/// The names that a person gives the three columns, for a file that calls them otherwise.
package struct ColumnNames: Sendable, Equatable {
    /// The column of the old visitor.
    package var old: String
    /// The column of the new visitor.
    package var new: String
    /// The column of the room; `nil` looks for the usual names, so that a room column is never overlooked, and an empty
    /// name says that there is none.
    package var room: String?

    package init(old: String, new: String, room: String? = nil) {
        self.old = old
        self.new = new
        self.room = room
    }

    /// Reads `old=A,new=B,room=C`: any order, `room` optional, spaces around a name ignored; `room=` says that the file has
    /// no such column.
    ///
    /// Throws ``ColumnNamesError`` when it is anything else.
    package init(parsing text: String) throws {
        var names: [ColumnRole: String] = [:]
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let word = TrimmedField(String(sides[0])).text.lowercased()
            guard sides.count == 2, let role = ColumnRole(rawValue: word) else {
                throw ColumnNamesError(problem: "\(String(part).quotedForPerson) is not old=, new= or room= and a name")
            }
            let name = TrimmedField(String(sides[1])).text
            guard !name.isEmpty || role == .room else {
                throw ColumnNamesError(problem: "\(role.rawValue)= has no name")
            }
            guard names.updateValue(name, forKey: role) == nil else {
                throw ColumnNamesError(problem: "\(role.rawValue)= is given twice")
            }
        }
        guard let old = names[.old] else { throw ColumnNamesError(problem: "old= is missing") }
        guard let new = names[.new] else { throw ColumnNamesError(problem: "new= is missing") }
        guard Set(names.values.map { Array($0.utf8) }).count == names.count else {
            throw ColumnNamesError(problem: "one column is named for two purposes")
        }
        self.init(old: old, new: new, room: names[.room])
    }

    subscript(role: ColumnRole) -> String? {
        switch role {
        case .old: old
        case .new: new
        case .room: room
        }
    }
}

extension ColumnNames: CustomStringConvertible {
    /// The option that names these columns, as it is typed; `nil` where that would be read as something else.
    ///
    /// A name with a comma ends early, and no shell hands on a zero byte or the line breaks at the end of what it prints.
    var option: String? {
        let text = description
        // Why it cannot be read is of no interest: it is not proposed.
        guard let read = try? ColumnNames(parsing: text), read.description.hasSameBytes(as: text), read == self,
            !text.utf8.contains(where: { $0 == 0 || $0 == .lineFeed || $0 == .carriageReturn })
        else { return nil }
        return "--columns " + text.quotedForShell
    }

    /// The names as they are given on a command line.
    package var description: String { "old=\(old),new=\(new)" + (room.map { ",room=\($0)" } ?? "") }
}

/// Why a list of column names cannot be understood.
package struct ColumnNamesError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is wrong with it.
    package var problem: String

    package var description: String {
        "\(problem); column names are given as old=NAME,new=NAME or old=NAME,new=NAME,room=NAME, or with room= if there is none"
    }
}
