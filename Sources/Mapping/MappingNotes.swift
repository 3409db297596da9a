/// What was noticed while a mapping was read that no line can tell.
package struct MappingNotes: Sendable, Equatable {
    /// The columns that were not read, in the order of a header, fit to print.
    ///
    /// At most ``namesKept`` of them, so that a file with endless names costs no memory.
    package private(set) var ignoredColumns: [String] = []
    /// How many records had spaces around an id.
    package private(set) var trimmedLines = 0
    /// The numbers of the first few of them.
    package private(set) var firstTrimmedLines: [Int] = []
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

    mutating func trimmed(line: Int) {
        trimmedLines += 1
        if firstTrimmedLines.count < 5 { firstTrimmedLines.append(line) }
    }
}
