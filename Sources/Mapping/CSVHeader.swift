/// Where the three columns of a CSV file are, and how many columns every record has to have.
struct CSVHeader {
    /// The columns that are not read, in their order.
    let ignored: [String]
    private let columns: Columns
    private let count: Int

    private struct Columns {
        var old: Int
        var new: Int
        var room: Int?
    }

    /// Reads the present record as a header and leaves the reader ready for the records behind it.
    init(of records: inout RecordReader, options: MappingOptions) throws(MappingError) {
        let names = try Self.names(of: &records, delimiter: options.delimiter)
        count = names.count
        let columns = try Self.columns(in: names, by: ColumnRules(given: options.columns))
        self.columns = columns
        ignored = names.indices
            .filter { $0 != columns.old && $0 != columns.new && $0 != columns.room }
            .map { names[$0] }
    }

    /// Reads the present record as a header, which decides how the records behind it are read.
    static func names(of records: inout RecordReader, delimiter: Delimiter?) throws(MappingError) -> [String] {
        let delimiter = try Self.delimiter(of: &records, among: delimiter.map { [$0] } ?? Delimiter.allCases)
        if let record = try records.readAgain(as: .csv(delimiter)), let flaw = record.flaw {
            throw .brokenHeader(line: record.line, detail: flaw)
        }
        let count = records.scanner.fieldCount
        var names: [String] = []
        for index in 0..<count {
            let name = records.text(ofField: index).text
            names.append(name.isEmpty ? "(column \(index + 1), without a name)" : name)
        }
        // A record with more fields is rejected: they need no room in memory.
        records.keepFields(count)
        return names
    }

    /// The delimiter that divides the header into the most fields; the earlier one if two are equal.
    ///
    /// Trying them counts those outside quotes by the very rules that will be used, and passes over one that the header
    /// cannot be read with.
    private static func delimiter(
        of records: inout RecordReader, among candidates: [Delimiter]
    ) throws(MappingError) -> Delimiter {
        var best = (delimiter: candidates.first ?? .comma, fields: 0)
        for candidate in candidates {
            guard let record = try records.readAgain(as: .csv(candidate)), record.flaw == nil else { continue }
            if records.scanner.fieldCount > best.fields { best = (candidate, records.scanner.fieldCount) }
        }
        return best.delimiter
    }

    private static func columns(in names: [String], by rules: ColumnRules) throws(MappingError) -> Columns {
        let places = rules.places(in: names)
        for role in ColumnRole.allCases {
            let rivals = places[role, default: []]
            guard rivals.count <= 1 else { throw .ambiguousColumns(role: role, names: rivals.map { names[$0] }) }
        }
        let room = places[.room]?.first
        let hasRoom = room != nil || rules.given?.room == nil
        guard let old = places[.old]?.first, let new = places[.new]?.first, hasRoom else {
            let required: [ColumnRole] = rules.given?.room == nil ? [.old, .new] : [.old, .new, .room]
            let missing = required.filter { places[$0, default: []].isEmpty }
            throw .missingColumns(
                MissingColumns(
                    found: names, missing: missing, present: places.compactMapValues { $0.first.map { names[$0] } },
                    given: rules.given))
        }
        guard new != old else { throw .ambiguousColumns(role: .new, names: [names[new]]) }
        if let room, room == old || room == new { throw .ambiguousColumns(role: .room, names: [names[room]]) }
        return Columns(old: old, new: new, room: room)
    }

    /// What the present record says in the three columns, as far as it has them.
    func text(of records: borrowing RecordReader) -> RecordText {
        let known = records.scanner.fields.count
        var text = RecordText()
        if columns.old < known { text.old = records.text(ofField: columns.old) }
        if columns.new < known { text.new = records.text(ofField: columns.new) }
        if let room = columns.room, room < known { text.room = records.text(ofField: room) }
        return text
    }

    /// Why the present record, well divided into fields, is malformed all the same.
    func flaw(of record: RecordReader.Record, in records: borrowing RecordReader) -> String? {
        let found = records.scanner.fieldCount
        guard found == count else {
            let lines = record.lineCount > 1 ? ", in quotes that end in line \(record.line + record.lineCount - 1)" : ""
            return "\(found) \(found == 1 ? "field" : "fields") instead of \(count)\(lines)"
        }
        guard records.scanner.hasHighBytes, String(validating: records.bytes(of: record), as: UTF8.self) == nil else {
            return nil
        }
        let bad = (0..<count).first { String(validating: records.bytes(ofField: $0), as: UTF8.self) == nil }
        return "not UTF-8" + (bad.map { " in field \($0 + 1)" } ?? "")
    }
}
