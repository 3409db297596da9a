package import Model

/// Reads a mapping line by line, in the memory of its longest record.
///
/// A bad line is data: it comes out with its reason and the next one is read. Whoever holds the reader holds the file,
/// which is closed with it.
package struct MappingReader: ~Copyable, Sendable {
    private enum Layout {
        case csv(CSVHeader)
        case jsonl
    }

    private var records: RecordReader
    private let layout: Layout
    private var keys: JSONKeys
    /// What was noticed so far.
    package private(set) var notes = MappingNotes()

    /// Large enough that system calls cost nothing, small enough for a processor's cache.
    static let usualChunkSize = 256 * 1024

    /// Opens a mapping, finds its format and reads the header of a CSV file.
    ///
    /// `isAskedToStop` is asked while a pipe is waited for, by whichever thread reads.
    package init(
        _ source: MappingSource, options: MappingOptions = MappingOptions(),
        isAskedToStop: @escaping @Sendable () -> Bool = { false }
    ) throws(MappingError) {
        try self.init(source, options: options, chunkSize: Self.usualChunkSize, isAskedToStop: isAskedToStop)
    }

    init(
        _ source: MappingSource, options: MappingOptions, chunkSize: Int,
        isAskedToStop: @escaping @Sendable () -> Bool = { false }
    ) throws(MappingError) {
        keys = JSONKeys(ColumnRules(given: options.columns))
        var notes = MappingNotes()
        let input = try InputFile(source, isAskedToStop: isAskedToStop)
        var records = try RecordReader.open(input, chunkSize: chunkSize, notes: &notes)
        switch options.format ?? MappingFormat(fileName: source.name) ?? MappingFormat(firstByte: records.firstByte) {
        case .csv:
            try JSONStart.check(csv: &records, name: source.name)
            layout = .csv(
                try HeaderSearch.header(of: &records, options: options, source: source, notes: &notes))
        case .jsonl:
            try JSONStart.check(jsonLines: &records, name: source.name, rules: keys.rules)
            layout = .jsonl
            records.putBack()
        }
        self.notes = notes
        self.records = records
    }

    /// The hexadecimal SHA-256 of the whole content, once ``next()`` has returned `nil`.
    package var digest: String? { records.digest }

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
        if let flaw = record.flaw {
            switch record.habit {
            case .spaces?: notes.spacedQuotes.note(line: record.line)
            case .backslash?: notes.escapedQuotes.note(line: record.line)
            case nil: break
            }
            return malformed(record, flaw)
        }
        var text: RawLine
        switch layout {
        case .csv(let header):
            if let flaw = header.flaw(of: record, in: records) {
                if flaw.isShort { notes.short.note(line: record.line) }
                if flaw.isEncoding { noteForeignText(on: record) }
                let line = malformed(record, flaw.detail)
                if flaw.isWidth {
                    notes.widths.note(records.scanner.fieldCount, insteadOf: header.width)
                    records.breakUp(record)
                }
                return line
            }
            notes.widths.fitting += 1
            if records.scanner.hasQuotes { notes.soundQuotes.note(records.bytes(of: record)) }
            if records.scanner.hasHighBytes { notes.foreignText.isMixed = true }
            if record.lineCount > 1 { notes.withLineBreaks.note(line: record.line, height: record.lineCount) }
            text = header.text(of: records)
        case .jsonl:
            let line = JSONLine(
                records.bytes(of: record), hasHighBytes: records.scanner.hasHighBytes, keys: &keys)
            line.ignored.forEach { notes.ignore(column: $0) }
            if let flaw = line.flaw {
                if flaw == JSONLine.notUTF8 { noteForeignText(on: record) }
                return malformed(record, flaw)
            }
            if records.scanner.hasHighBytes { notes.foreignText.isMixed = true }
            text = line.text
            if keys.rules.isName(text.old), keys.rules.isName(text.new),
                text.room.text.isEmpty || keys.rules.isName(text.room)
            {
                return malformed(record, ColumnRules.headerAgain)
            }
        }
        text.unwrap()
        if text.wasTrimmed { notes.trimmed.note(line: record.line) }
        if text.wasUnwrapped { notes.unwrapped.note(line: record.line) }
        let line = text.line(number: record.line)
        guard line.rejection != nil, case .csv(let header) = layout else { return line }
        let carrying = header.carrying(line, of: records)
        if carrying.rejection?.reason == .malformed { notes.carried.note(line: record.line) }
        return carrying
    }

    private mutating func noteForeignText(on record: RecordReader.Record) {
        notes.notUTF8.note(line: record.line)
        notes.foreignText.note(records.bytes(of: record))
    }

    private func malformed(_ record: RecordReader.Record, _ flaw: String) -> MappingLine {
        MappingLine(malformed: record.line, flaw, text: records.text(of: record))
    }
}
