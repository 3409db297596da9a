import Model

/// The columns in which a list of unsettled lines keeps what stood on lines that could not be read.
///
/// Such a row has no ids. As long as nobody has filled them in, it stands for the line of the first file: that is rejected
/// for the same reason and keeps its text, however often the list is fed in again.
struct CarriedColumns {
    private let line: Int
    private let reason: Int
    private let detail: Int
    private let text: Int

    /// Finds them among the names of a header; `nil` unless all of them are there, once each.
    init?(_ names: [String]) {
        let plainNames = names.map(ColumnRules.plain)
        func place(_ name: String) -> Int? {
            plainNames.count { $0 == name } == 1 ? plainNames.firstIndex(of: name) : nil
        }
        guard let line = place("line"), let reason = place("reason"), let detail = place("detail"),
            let text = place("text")
        else { return nil }
        (self.line, self.reason, self.detail, self.text) = (line, reason, detail, text)
    }

    /// True if a column is one of them.
    func contains(_ column: Int) -> Bool { [line, reason, detail, text].contains(column) }

    /// A rejected line with the text of its row; without any id it is also rejected for the reason that the row gives.
    func carrying(_ line: MappingLine, of records: borrowing RecordReader) -> MappingLine {
        let (reason, text) = (records.text(ofField: reason).text, records.exactText(ofField: text))
        let wasMalformed = ReasonCode(rawValue: reason).map { $0 == .malformed } ?? !reason.isEmpty
        guard wasMalformed || !text.isEmpty else { return line }
        var line = line
        if !text.isEmpty { line.text = text }
        guard line.oldVisitor.isEmpty, line.newVisitor.isEmpty, line.room.isEmpty else { return line }
        let detail = records.text(ofField: detail).text.shown.clipped(toBytes: RecordReader.textKept)
        line.rejection = Rejection(
            .malformed, detail.isEmpty ? "a line that could not be read, and is not corrected yet" : detail)
        return line
    }
}
