extension RecordReader {
    /// Opens an input and goes to its first record that is not blank; that is the present one.
    ///
    /// Throws `MappingError` when there is no such input, it is no text, or nothing is in it.
    static func open(
        _ source: MappingSource, chunkSize: Int, isHashed: Bool = true, notes: inout MappingNotes
    ) throws(MappingError) -> RecordReader {
        var window = ByteWindow(try InputFile(source), chunkSize: chunkSize, isHashed: isHashed)
        try window.fill(upTo: Signature.length)
        try Signature.check(window.bytes[...], name: source.name)
        if window.bytes.starts(with: Signature.byteOrderMark) {
            notes.hasByteOrderMark = true
            window.advance(by: Signature.byteOrderMark.count)
        }
        var records = RecordReader(window)
        var record = try records.next()
        while let blank = record, records.isBlank(blank) {
            notes.blankLines += 1
            record = try records.next()
        }
        guard record != nil, records.firstByte != nil else { throw .empty(source.name) }
        return records
    }
}
