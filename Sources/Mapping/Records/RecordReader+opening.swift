extension RecordReader {
    /// Goes to the first record of an input that is not blank; that is the present one.
    ///
    /// Throws `MappingError` when there is no such input, it is no text, or nothing is in it.
    static func open(
        _ input: consuming InputFile, chunkSize: Int, isHashed: Bool = true, notes: inout MappingNotes
    ) throws(MappingError) -> RecordReader {
        let name = input.name
        var window = BufferedInput(input, chunkSize: chunkSize, isHashed: isHashed)
        try window.fill(upTo: FileSignature.length)
        if FileSignature.needsMore(window.bytes[...]) { try window.fill(upTo: FileSignature.moreLength) }
        try FileSignature.check(window.bytes[...], name: name)
        if window.bytes.starts(with: FileSignature.byteOrderMark) {
            notes.hasByteOrderMark = true
            window.advance(by: FileSignature.byteOrderMark.count)
        }
        var records = RecordReader(window)
        var record = try records.next()
        while let blank = record, records.isBlank(blank) {
            notes.blankLines += 1
            record = try records.next()
        }
        guard record != nil, records.firstByte != nil else { throw .empty(name) }
        return records
    }
}
