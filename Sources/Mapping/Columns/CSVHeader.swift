import Model

/// Where the three columns of a CSV file are, and how many columns every record has to have.
struct CSVHeader {
    /// The columns that are not read, in their order.
    let ignored: [String]
    private let names: [String]
    /// The number of columns.
    var width: Int { names.count }
    private let columns: Columns
    private let rules: ColumnRules
    /// The columns that look as if they were meant for the room, in a file that has a room's column as well.
    private let roomLike: [Int]
    /// The columns without a name, in a file that may have rooms in one of them.
    private let unnamed: [Int]
    /// Where a list of unsettled lines has what stood on lines that could not be read.
    private let carried: CarriedColumns?

    private struct Columns {
        var old: Int
        var new: Int
        var room: Int?
    }

    /// Takes the names of a header, if the three columns are among them.
    init(_ names: [String], by rules: ColumnRules) throws(MappingError) {
        self.names = names
        self.rules = rules
        let columns = try Self.columns(in: names, by: rules)
        self.columns = columns
        let carried = CarriedColumns(names)
        self.carried = carried
        let others = names.indices.filter { $0 != columns.old && $0 != columns.new && $0 != columns.room }
        ignored = others.filter { carried?.contains($0) != true }.map { names[$0] }
        unnamed = rules.given?.room?.isEmpty ?? false ? [] : others.filter { names[$0] == Self.shown("", at: $0) }
        roomLike = columns.room == nil ? [] : others.filter { RoomLikeName.matches(names[$0]) }
        if columns.room == nil, rules.given?.room == nil {
            let overlooked = ignored.filter(RoomLikeName.matches)
            guard overlooked.isEmpty else {
                throw .overlookedRoom(
                    columns: overlooked, old: names[columns.old], new: names[columns.new],
                    isUnique: Set(names.map(ColumnRules.plain)).count == names.count)
            }
        }
    }

    /// The names on the present record, which decides how the records behind it are read.
    ///
    /// The delimiter is the one by which `rank` finds most in the names; of equal ones the one that divides the record
    /// into the most fields; of those the earlier one. Trying them counts fields by the very rules that will be used, and
    /// passes over a delimiter that the record cannot be read with.
    static func names(
        of records: inout RecordReader, among candidates: [Delimiter], rank: ([String]) -> Int = { _ in 0 }
    ) throws(MappingError) -> (names: [String], delimiter: Delimiter) {
        var best: (names: [String], delimiter: Delimiter, rank: Int)?
        for candidate in candidates {
            guard let record = try records.readAgain(as: .csv(candidate)), record.flaw == nil else { continue }
            let names = Self.names(of: records)
            let rank = rank(names)
            if let known = best, (known.rank, known.names.count) >= (rank, names.count) { continue }
            best = (names, candidate, rank)
        }
        if best == nil, let names = try namesWithoutQuotes(of: &records, among: candidates, rank: rank) { return names }
        let delimiter = best?.delimiter ?? candidates.first ?? .comma
        if let record = try records.readAgain(as: .csv(delimiter)), let flaw = record.flaw {
            throw .brokenHeader(line: record.line, detail: flaw)
        }
        return (best?.names ?? [], delimiter)
    }

    private static func names(of records: borrowing RecordReader) -> [String] {
        (0..<records.scanner.fieldCount).map { index in
            let text = records.text(ofField: index).text
            return shown(name(text), at: index)
        }
    }

    private static func shown(_ name: String, at index: Int) -> String {
        name.isEmpty ? "(column \(index + 1), without a name)" : name
    }

    /// The name without what keeps a spreadsheet from interpreting it, `="…"`, be that whole or not.
    private static func name(_ text: String) -> String {
        guard text.hasPrefix("=") else { return text }
        return IDRules.unwrapped(text) ?? bare(text)
    }

    private static func bare(_ text: String) -> String {
        func isAround(_ character: Character) -> Bool { "=\" \t".contains(character) }
        let rest = text.drop(while: isAround)
        return rest.lastIndex { !isAround($0) }.map { String(rest[...$0]) } ?? ""
    }

    /// The names on a line whose quotes are broken, where `="…"` has broken them.
    ///
    /// They are believed if `rank` finds something in them.
    private static func namesWithoutQuotes(
        of records: inout RecordReader, among candidates: [Delimiter], rank: ([String]) -> Int
    ) throws(MappingError) -> (names: [String], delimiter: Delimiter)? {
        let line = Array(records.line)
        guard line.count < RecordReader.headerKept, let text = String(validating: line, as: UTF8.self),
            text.contains("=\"")
        else { return nil }
        let readings = candidates.map { delimiter in
            let fields = line.split(separator: delimiter.byte, omittingEmptySubsequences: false)
            let names = fields.enumerated().map { index, field in
                shown(bare(String(decoding: field, as: UTF8.self)), at: index)
            }
            return (names: names, delimiter: delimiter)
        }
        guard let best = readings.max(by: { rank($0.names) < rank($1.names) }), rank(best.names) > 0 else { return nil }
        // The line alone is the header, whatever its quotes seem to hold.
        _ = try records.readAgain(as: .lines)
        records.dialect = .csv(best.delimiter)
        return best
    }

    private static func columns(in names: [String], by rules: ColumnRules) throws(MappingError) -> Columns {
        let places = rules.places(in: names)
        func ambiguous(_ role: ColumnRole, _ places: [Int]) -> MappingError {
            .ambiguousColumns(role: role, names: places.map { names[$0] })
        }
        for role in ColumnRole.allCases {
            let rivals = places[role, default: []]
            guard rivals.count <= 1 else { throw ambiguous(role, rivals) }
        }
        let room = places[.room]?.first
        let hasRoom = room != nil || rules.given?.room?.isEmpty ?? true
        guard let old = places[.old]?.first, let new = places[.new]?.first, hasRoom else {
            let required: [ColumnRole] = rules.given?.room?.isEmpty ?? true ? [.old, .new] : [.old, .new, .room]
            let missing = required.filter { places[$0, default: []].isEmpty }
            throw .missingColumns(
                MissingColumnsError(
                    found: names, missing: missing, present: places.compactMapValues { $0.first.map { names[$0] } },
                    given: rules.given))
        }
        guard new != old else { throw ambiguous(.new, [new]) }
        if let room, room == old || room == new { throw ambiguous(.room, [room]) }
        return Columns(old: old, new: new, room: room)
    }

    /// What the present record says in the three columns, as far as it has them.
    func text(of records: borrowing RecordReader) -> RawLine {
        let known = records.scanner.fields.count
        var text = RawLine()
        if columns.old < known { text.old = records.text(ofField: columns.old) }
        if columns.new < known { text.new = records.text(ofField: columns.new) }
        if let room = columns.room, room < known { text.room = records.text(ofField: room) }
        return text
    }

    /// A line of the present record, with what stood on the line that it stands for, if that could not be read and is still
    /// not corrected.
    func carrying(_ line: MappingLine, of records: borrowing RecordReader) -> MappingLine {
        guard line.rejection != nil, let carried else { return line }
        return carried.carrying(line, of: records)
    }

    /// Why the present record, well divided into fields, is malformed all the same.
    func flaw(of record: RecordReader.Record, in records: borrowing RecordReader) -> Flaw? {
        let found = records.scanner.fieldCount
        guard found == names.count else {
            let lines = record.lineCount > 1 ? ", in quotes that end in line \(record.line + record.lineCount - 1)" : ""
            let detail = "\(found) \(found == 1 ? "field" : "fields") instead of \(names.count)\(lines)"
            return Flaw(detail: detail, isShort: found < names.count, isWidth: true)
        }
        if records.scanner.hasHighBytes, String(validating: records.bytes(of: record), as: UTF8.self) == nil {
            let bad = names.indices.first { String(validating: records.bytes(ofField: $0), as: UTF8.self) == nil }
            return Flaw(detail: "not UTF-8" + (bad.map { " in field \($0 + 1)" } ?? ""), isEncoding: true)
        }
        if repeatsHeader(records) { return Flaw(detail: ColumnRules.headerAgain) }
        return overlookedRoom(of: records).map { Flaw(detail: $0) }
    }

    /// What is wrong with a record that can be divided into fields.
    struct Flaw {
        var detail: String
        /// Fields are missing.
        var isShort = false
        /// The number of fields is wrong, so that quotes may have opened in the wrong place.
        var isWidth = false
        var isEncoding = false
    }

    private func repeatsHeader(_ records: borrowing RecordReader) -> Bool {
        func field(_ column: Int) -> TrimmedField {
            let field = records.text(ofField: column)
            return field.text.hasPrefix("=") ? TrimmedField(Self.name(field.text)) : field
        }
        let old = field(columns.old)
        if rules.isName(old), rules.isName(field(columns.new)), columns.room.map({ rules.isName(field($0)) }) ?? true {
            return true
        }
        guard old.text.hasSameBytes(as: names[columns.old]) else { return false }
        return names.indices.allSatisfy { index in
            let text = field(index).text
            return text.isEmpty ? names[index].hasPrefix("(column ") : text.hasSameBytes(as: names[index])
        }
    }

    /// What is said of a record without a room that may have one in another column.
    private func overlookedRoom(of records: borrowing RecordReader) -> String? {
        guard !roomLike.isEmpty || !unnamed.isEmpty else { return nil }
        if let room = columns.room, !records.text(ofField: room).text.isEmpty { return nil }
        if let column = unnamed.first(where: { IDRules.looksLikeID(records.text(ofField: $0).text) }) {
            return
                "column \(column + 1) has no name and holds \(records.text(ofField: column).text.quotedForPerson), which may be "
                + "a room: name it room_id in the header, or delete it"
        }
        let name = roomLike.first { column in
            let text = records.text(ofField: column).text
            // Of conversations a number tells how many there are.
            return !text.isEmpty
                && !(RoomLikeName.isConversation(names[column]) && text.utf8.allSatisfy { 0x30...0x39 ~= $0 })
        }.map { names[$0] }
        return name.map { "the room is empty, but not \($0.quotedForPerson), which looks as if it were meant for it" }
    }
}
