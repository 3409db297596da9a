/// What a person says about a mapping instead of leaving it to be found out.
package struct MappingOptions: Sendable, Equatable {
    /// The format; `nil` finds it by file name, then by the first byte.
    package var format: MappingFormat?
    /// What stands between two fields of a CSV file; `nil` finds it from the header.
    ///
    /// Means nothing to JSON lines.
    package var delimiter: Delimiter?
    /// The names of the columns; `nil` looks for the usual ones (TheMapping, "Overview").
    package var columns: ColumnNames?

    package init(format: MappingFormat? = nil, delimiter: Delimiter? = nil, columns: ColumnNames? = nil) {
        self.format = format
        self.delimiter = delimiter
        self.columns = columns
    }
}

extension MappingOptions: CustomStringConvertible {
    /// A text that is the same for the same options, and for no others.
    package var description: String {
        let columns = columns.map { [$0.old, $0.new] + ($0.room.map { [$0] } ?? []) }
        return [format?.rawValue ?? "-", delimiter?.rawValue ?? "-", columns.map { "\($0)" } ?? "-"]
            .joined(separator: " ")
    }
}
