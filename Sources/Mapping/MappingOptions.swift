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
