/// How the records of a mapping are written.
package enum MappingFormat: String, CaseIterable, Sendable {
    case csv
    case jsonl

    /// The format that a file name ends in, whatever its case (TheMapping, "Overview"); `nil` if it tells nothing.
    package init?(fileName: String) {
        let name = fileName.lowercased()
        if name.hasSuffix(".csv") || name.hasSuffix(".tsv") {
            self = .csv
        } else if name.hasSuffix(".jsonl") || name.hasSuffix(".ndjson") {
            self = .jsonl
        } else {
            return nil
        }
    }

    /// What a mapping must be whose first byte that is not blank is this one.
    init(firstByte: UInt8?) {
        self = firstByte == UInt8(ascii: "{") ? .jsonl : .csv
    }
}
