import FoundationEssentials
package import Model

/// Reads a mapping line by line, in the memory of its longest record.
///
/// A bad line is data: it comes out with its reason and the next one is read. Whoever holds the reader holds the file,
/// which is closed with it.
package struct MappingReader: ~Copyable, Sendable {
    private enum Layout {
        case csv(CSVHeader)
        case jsonl(ColumnRules, JSONDecoder)
    }

    private var records: RecordReader
    private let layout: Layout
    /// What was noticed so far.
    package private(set) var notes = MappingNotes()

    /// Large enough that system calls cost nothing, small enough for a processor's cache.
    static let usualChunkSize = 256 * 1024

    /// Opens a mapping, finds its format and reads the header of a CSV file.
    package init(_ source: MappingSource, options: MappingOptions = MappingOptions()) throws(MappingError) {
        try self.init(source, options: options, chunkSize: Self.usualChunkSize)
    }

    init(_ source: MappingSource, options: MappingOptions, chunkSize: Int) throws(MappingError) {
        var notes = MappingNotes()
        var records = try RecordReader.open(source, chunkSize: chunkSize, notes: &notes)
        switch options.format ?? MappingFormat(fileName: source.name) ?? MappingFormat(firstByte: records.firstByte) {
        case .csv:
            let header = try CSVHeader(of: &records, options: options)
            header.ignored.forEach { notes.ignore(column: $0) }
            layout = .csv(header)
        case .jsonl:
            layout = .jsonl(ColumnRules(given: options.columns), JSONDecoder())
            records.putBack()
        }
        self.notes = notes
        self.records = records
    }

    /// The hexadecimal SHA-256 of the whole content, once ``next()`` has returned `nil`.
    package var digest: String? { records.digest }

    /// The seal of the file, if it did not change since it was opened.
    package var seal: FileSeal? { records.seal }

    /// The next line, or `nil` at the end; throws only when reading fails.
    package mutating func next() throws(MappingError) -> MappingLine? {
        while let record = try records.next() {
            if records.isBlank(record) {
                notes.blankLines += 1
                continue
            }
            return line(of: record)
        }
        return nil
    }

    private mutating func line(of record: RecordReader.Record) -> MappingLine {
        if let flaw = record.flaw { return RecordText().line(number: record.line, flaw: flaw) }
        var text: RecordText
        var flaw: String?
        switch layout {
        case .csv(let header):
            text = header.text(of: records)
            flaw = header.flaw(of: record, in: records)
        case .jsonl(let rules, let decoder):
            let line = JSONLine(
                records.bytes(of: record), hasHighBytes: records.scanner.hasHighBytes, rules: rules, decoder: decoder
            )
            text = line.text
            flaw = line.flaw
            line.ignored.forEach { notes.ignore(column: $0) }
        }
        if text.wasTrimmed { notes.trimmed(line: record.line) }
        return text.line(number: record.line, flaw: flaw)
    }
}
