/// What was noticed while a mapping was read that no line can tell.
package struct MappingNotes: Sendable, Equatable {
    /// The columns that were not read, in the order of a header, fit to print.
    ///
    /// At most ``namesKept`` of them, so that a file with endless names costs no memory.
    package private(set) var ignoredColumns: [String] = []
    /// Records with spaces around an id.
    package internal(set) var trimmed = Occurrences()
    /// Records with something around an id that was taken off, such as `="…"`.
    package internal(set) var unwrapped = Occurrences()
    /// Records that take several physical lines, because line breaks stand in their quotes.
    package internal(set) var withLineBreaks = Occurrences()
    /// Records with fewer fields than the header.
    package internal(set) var short = Occurrences()
    /// How many fields records have.
    package internal(set) var widths = Widths()
    /// Records that are not UTF-8.
    package internal(set) var notUTF8 = Occurrences()
    /// What is known of the encoding of those.
    package internal(set) var foreignText = ForeignText()
    /// Records that spaces between a delimiter and a quote broke.
    package internal(set) var spacedQuotes = Occurrences()
    /// Records that backslashes before quotes broke.
    package internal(set) var escapedQuotes = Occurrences()
    /// What would be changed in sound records by commands that mend broken ones.
    package internal(set) var soundQuotes = SoundQuotes()
    /// Rows that stand for malformed lines of another file, and are still without their ids.
    package internal(set) var carried = Occurrences()
    /// The lines before the header that were passed over.
    package private(set) var linesBeforeHeader: [Int] = []
    /// What stands on those of them that say nothing to a program, fit to print.
    package private(set) var titles: [String] = []
    /// The line of the header, where something stands before it.
    package private(set) var headerLine = 1
    /// How many physical lines were blank: they are not records.
    package internal(set) var blankLines = 0
    /// Whether the file began with a UTF-8 byte order mark.
    package internal(set) var hasByteOrderMark = false

    /// More names than a person would read in one message.
    package static let namesKept = 50

    package init() {}

    mutating func ignore(column name: String) {
        guard ignoredColumns.count < Self.namesKept else { return }
        let name = name.printable
        if !ignoredColumns.contains(name) { ignoredColumns.append(name) }
    }

    mutating func skip(_ lines: [(number: Int, title: String?)], beforeHeaderIn line: Int) {
        linesBeforeHeader = lines.map(\.number)
        titles = lines.compactMap(\.title)
        headerLine = line
    }
}

extension MappingNotes {
    /// How many fields the records have that can be divided, beside the header.
    package struct Widths: Sendable, Equatable {
        /// The columns of the header; `nil` while every record has as many fields.
        package private(set) var header: Int?
        /// Records with as many fields as the header.
        package internal(set) var fitting = 0
        /// The others, and the fewest and the most fields among them.
        package private(set) var count = 0
        package private(set) var fewest: Int?
        package private(set) var most: Int?

        mutating func note(_ fields: Int, insteadOf columns: Int) {
            header = columns
            count += 1
            fewest = min(fewest ?? fields, fields)
            most = max(most ?? fields, fields)
        }
    }

    /// How often something was seen, and on which lines first.
    package struct Occurrences: Sendable, Equatable {
        package private(set) var count = 0
        /// The numbers of the first few lines.
        package private(set) var first: [Int] = []
        /// How many physical lines each of those takes.
        package private(set) var heights: [Int] = []

        mutating func note(line: Int, height: Int = 1) {
            count += 1
            guard first.count < 5 else { return }
            first.append(line)
            heights.append(height)
        }
    }
}
