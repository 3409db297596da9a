import Model

/// Finds the record that names the columns of a CSV file: the first one, or a later one where something stands before it,
/// such as a title or what a program says about the file.
struct HeaderSearch {
    /// The physical lines that are looked at.
    static let lines = 10

    private let options: MappingOptions
    private let rules: ColumnRules
    private let source: MappingSource
    /// The delimiter that the file declares with `sep=`.
    private var declared: Delimiter?
    /// The lines that name no columns: their numbers, and their bytes as far as they are kept.
    private var passed: [(line: Int, bytes: [UInt8])] = []
    /// Why the first of them is no header.
    private var failure: MappingError?

    private init(_ options: MappingOptions, _ source: MappingSource) {
        self.options = options
        self.source = source
        rules = ColumnRules(given: options.columns)
    }

    /// Finds the header, and leaves the reader ready for the records behind it.
    ///
    /// Throws what is wrong with the first line that is not blank, if no line among the first ones is a header.
    static func header(
        of records: inout RecordReader, options: MappingOptions, source: MappingSource, notes: inout MappingNotes
    ) throws(MappingError) -> CSVHeader {
        var search = HeaderSearch(options, source)
        do throws(MappingError) {
            return try search.header(of: &records, notes: &notes)
        } catch {
            throw search.explained(error, records)
        }
    }

    private mutating func header(
        of records: inout RecordReader, notes: inout MappingNotes
    ) throws(MappingError) -> CSVHeader {
        let first = records.lineNumber
        while true {
            if records.isNothingButDelimiters {
                notes.blankLines += 1
            } else if let header = try look(at: &records) {
                try checkPassed(header, before: records.lineNumber)
                notes.skip(passed.map { ($0.line, Self.title(in: $0.bytes)) }, beforeHeaderIn: records.lineNumber)
                header.ignored.forEach { notes.ignore(column: $0) }
                return header
            }
            guard let next = try Self.moveOn(&records), next < first + Self.lines else { break }
        }
        throw refusal
    }

    /// The error, or a better one if what was looked at is no text.
    private func explained(_ error: MappingError, _ records: borrowing RecordReader) -> MappingError {
        var why: String?
        switch error {
        case .brokenHeader(let line, let detail): why = "line \(line): \(detail)"
        case .missingColumns, .ambiguousColumns, .foreignDelimiter: break
        default: return error
        }
        let bytes = passed.flatMap(\.bytes) + records.line
        if let content = FileSignature.content(of: bytes, why: why) {
            return .foreignContent(content, name: source.name)
        }
        return bytes.contains(0) ? .zeroBytes(error, name: source.name) : error
    }

    /// The header on the present record, if it is one.
    private mutating func look(at records: inout RecordReader) throws(MappingError) -> CSVHeader? {
        let bytes = Array(records.line)
        if let declared = try Self.declared(in: bytes) {
            self.declared = declared
            passed.append((records.lineNumber, bytes))
            return nil
        }
        do throws(MappingError) {
            let (names, delimiter) = try CSVHeader.names(of: &records, among: candidates) { rank($0) }
            if try holdsIDs(names, delimiter, &records) {
                throw MappingError.noHeader(line: records.lineNumber, fields: names.count, delimiter: delimiter)
            }
            let header = try CSVHeader(names, by: rules)
            // A record with more fields is rejected: they need no room in memory.
            records.keepFields(names.count)
            return header
        } catch {
            if try !isOpen(error, of: &records) { throw error }
            passed.append((records.lineNumber, bytes))
            return nil
        }
    }

    /// Whether the names that were given for the columns are ids, as they are if a person took the first line of the
    /// mapping for its header.
    private func holdsIDs(
        _ names: [String], _ delimiter: Delimiter, _ records: inout RecordReader
    ) throws(MappingError) -> Bool {
        guard options.columns != nil, rank(names) == 2 else { return false }
        let places = rules.places(in: names)
        let columns = [places[.old]?.first, places[.new]?.first].compactMap(\.self)
        let below = try Self.fieldsBelow(&records, delimiter)
        return columns.allSatisfy { IDRules.isID(names[$0], above: $0 < below.count ? below[$0] : "") }
    }

    /// The fields of the line below the present one that is not blank, as far as they can be told without reading quotes.
    private static func fieldsBelow(
        _ records: inout RecordReader, _ delimiter: Delimiter
    ) throws(MappingError) -> [String] {
        let bytes = try records.peek(2 * RecordReader.headerKept)
        let lines = bytes.split(maxSplits: 2) { $0 == .lineFeed || $0 == .carriageReturn }
        guard lines.count > 1 else { return [] }
        return lines[1].split(separator: delimiter.byte, omittingEmptySubsequences: false)
            .map { TrimmedField($0.filter { $0 != .quote }[...]).text }
    }

    private var candidates: [Delimiter] {
        if let given = options.delimiter { return [given] }
        return (declared.map { [$0] } ?? []) + Delimiter.allCases.filter { $0 != declared }
    }

    /// How many of the columns that have to be there are among the names.
    private func rank(_ names: [String]) -> Int {
        let places = rules.places(in: names)
        return [ColumnRole.old, .new].count { !places[$0, default: []].isEmpty }
    }

    /// Whether a header may follow a line of which this is wrong; keeps what is said if none does.
    private mutating func isOpen(_ error: MappingError, of records: inout RecordReader) throws(MappingError) -> Bool {
        switch error {
        case .missingColumns(let columns):
            guard columns.present[.old] == nil, columns.present[.new] == nil else { return false }
            if failure == nil { failure = try noHeader(&records) }
            if failure == nil { failure = try betterDelimiter(&records) }
            if failure == nil { failure = error }
            return true
        case .brokenHeader(_, let detail):
            failure = failure ?? error
            // What is too long for a record is no title either.
            return !detail.hasPrefix(QuoteFault.tooLong.detail)
        default: return false
        }
    }

    /// Says so if another delimiter than those that were tried finds the columns.
    private func betterDelimiter(_ records: inout RecordReader) throws(MappingError) -> MappingError? {
        for sign in Self.foreignDelimiters {
            let fields = records.line.split(separator: sign).map { TrimmedField($0.filter { $0 != .quote }[...]).text }
            if rank(fields) == 2 { return .foreignDelimiter(String(UnicodeScalar(sign))) }
        }
        guard let given = options.delimiter else { return nil }
        for other in Delimiter.allCases where other != given {
            guard let record = try records.readAgain(as: .csv(other)), record.flaw == nil else { continue }
            let names = (0..<records.scanner.fieldCount).map { records.text(ofField: $0).text }
            if rank(names) == 2 { return .wrongDelimiter(given: given, right: other) }
        }
        return nil
    }

    /// What divides the fields of some files and is never looked for.
    private static let foreignDelimiters = ":^~#!&\u{1}\u{1F} ".utf8

    /// Says so if the present record holds ids where the names of columns belong.
    private func noHeader(_ records: inout RecordReader) throws(MappingError) -> MappingError? {
        for delimiter in candidates {
            guard let record = try records.readAgain(as: .csv(delimiter)), record.flaw == nil else { continue }
            let fields = (0..<records.scanner.fieldCount).map { records.text(ofField: $0).text }
            let below = try Self.fieldsBelow(&records, delimiter)
            let ids = fields.indices.count { IDRules.isID(fields[$0], above: $0 < below.count ? below[$0] : "") }
            if ids >= 2 {
                return .noHeader(line: record.line, fields: fields.count, delimiter: delimiter)
            }
        }
        return nil
    }

    /// Goes to the next physical line that is not blank, and returns its number.
    static func moveOn(_ records: inout RecordReader) throws(MappingError) -> Int? {
        _ = try records.readAgain(as: .lines)
        return try records.next()?.line
    }

    /// A line before the header that could be a line of the mapping must not get lost.
    private func checkPassed(_ header: CSVHeader, before line: Int) throws(MappingError) {
        for passed in passed where Self.mayBeRecord(passed.bytes) {
            throw .linesBeforeHeader(line: passed.line, header: line)
        }
    }

    /// What a person should see of a line before the header; `nil` where it is known to say something to a program.
    private static func title(in bytes: [UInt8]) -> String? {
        let text = String(decoding: bytes, as: UTF8.self)
        // A delimiter that cannot be used would have ended the search.
        let isDeclared = (try? declared(in: bytes)) != nil
        return isDeclared || text.hasPrefix("#TYPE") ? nil : text.printable
    }

    /// Whether the line has ids enough for the two visitors by any delimiter: two texts that are rather ids than words, or
    /// nothing but texts that could be ids, of which a title is none; or an id of a server, or one beside empty fields.
    private static func mayBeRecord(_ bytes: [UInt8]) -> Bool {
        // Whatever divides them.
        let words = bytes.split { !isOfWord($0) }.map { String(decoding: $0, as: UTF8.self) }
        if words.contains(where: IDRules.looksLikeServerID) { return true }
        if words.count >= 2, words.allSatisfy(IDRules.looksLikeID) { return true }
        return Delimiter.allCases.contains { delimiter in
            let texts = bytes.split(separator: delimiter.byte).map {
                TrimmedField($0.filter { $0 != .quote }[...]).text
            }
            .filter { !$0.isEmpty }
            guard texts.count >= 2 else {
                return bytes.contains(delimiter.byte) && texts.allSatisfy(IDRules.looksLikeID) && !texts.isEmpty
            }
            return texts.count { IDRules.looksLikeID($0) || IDRules.damage(in: $0) != nil } >= 2
                || texts.allSatisfy { IDRules.damage(in: $0) != nil || IDRules.flaw(in: $0) == nil }
        }
    }

    private static func isOfWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), 0x80...:
            true
        default: false
        }
    }

    /// The delimiter in a line such as `sep=;`, which tells a spreadsheet how the file is divided.
    static func declared(in line: [UInt8]) throws(MappingError) -> Delimiter? {
        let bytes = line.filter { $0 != .quote }
        guard bytes.count == 5, String(decoding: bytes.prefix(4), as: UTF8.self).lowercased() == "sep=" else {
            return nil
        }
        guard let delimiter = Delimiter.allCases.first(where: { $0.byte == bytes[4] }) else {
            throw .foreignDelimiter(String(UnicodeScalar(bytes[4])))
        }
        return delimiter
    }

    /// What is wrong, if there is no header.
    private var refusal: MappingError {
        failure ?? .empty(source.name)
    }
}
