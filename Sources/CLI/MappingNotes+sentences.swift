import Mapping
import Model

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
            let lines = trimmedLines == 1 ? "line \(first)" : "\(counted(trimmedLines, "line")): \(first)\(more)"
            sentences.append("Trimmed spaces around ids on \(lines).")
        }
        if blankLines > 0 {
            sentences.append("Skipped \(counted(blankLines, "blank line")).")
        }
        return sentences
    }
}
