import Mapping

extension MappingNotes {
    /// What the reader noticed, each thing said once.
    var sentences: [String] {
        var sentences: [String] = []
        if !ignoredColumns.isEmpty {
            let names = ignoredColumns.joined(separator: ", ")
            sentences.append("Ignored \(ignoredColumns.count == 1 ? "the column" : "the columns") \(names).")
        }
        if trimmedLines > 0 {
            let first = firstTrimmedLines.map(String.init).joined(separator: ", ")
            let more = trimmedLines > firstTrimmedLines.count ? " and others" : ""
            sentences.append(
                "Trimmed spaces around ids on \(trimmedLines) \(trimmedLines == 1 ? "line" : "lines"): \(first)\(more)."
            )
        }
        if blankLines > 0 {
            sentences.append("Skipped \(blankLines) blank \(blankLines == 1 ? "line" : "lines").")
        }
        return sentences
    }
}
