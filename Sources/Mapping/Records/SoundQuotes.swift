/// What stands in the quotes of sound records and looks like what breaks others: a command that mends those would change
/// these as well.
package struct SoundQuotes: Sendable, Equatable {
    /// A backslash before a quote, such as that of a path in `"C:\"`.
    package private(set) var hasBackslashes = false
    /// Spaces between a delimiter and a quote.
    package private(set) var hasSpaces = false

    mutating func note(_ record: ArraySlice<UInt8>) {
        for place in record.indices where record[place] == .quote {
            let before = record[..<place]
            if before.last == UInt8(ascii: "\\") { hasBackslashes = true }
            let behind = record[place...].dropFirst()
            if Self.isBlank(before.last), Self.isEdge(before.last { !Self.isBlank($0) }) { hasSpaces = true }
            if Self.isBlank(behind.first), Self.isEdge(behind.first { !Self.isBlank($0) }) { hasSpaces = true }
        }
    }

    private static func isBlank(_ byte: UInt8?) -> Bool { byte == .space || byte == .tab }

    /// A delimiter, or the end of a line.
    private static func isEdge(_ byte: UInt8?) -> Bool {
        guard let byte else { return true }
        return byte == .lineFeed || byte == .carriageReturn || Delimiter.allCases.contains { $0.byte == byte }
    }
}
