import Model

/// A list of rooms or lines that a person has cut out of a report, or written by hand.
///
/// CSV with a header. A column for the room or one for the line number is needed; those of the visitors are read too if
/// they are there, because they tell a list of another job.
package struct RoomList: Sendable, Equatable {
    /// What one row says; what it leaves empty is `nil`.
    package struct Row: Sendable, Equatable {
        /// Where it stands in the file.
        package var number: Int
        package var room: String?
        package var line: Int?
        package var oldVisitor: String?
        package var newVisitor: String?

        package init(
            number: Int, room: String? = nil, line: Int? = nil, oldVisitor: String? = nil, newVisitor: String? = nil
        ) {
            self.number = number
            self.room = room
            self.line = line
            self.oldVisitor = oldVisitor
            self.newVisitor = newVisitor
        }
    }

    /// Why a file is no such list.
    package enum Flaw: Error, Sendable, Equatable {
        /// No column is for the room or the line.
        case noColumn(found: [String])
        /// A row cannot be read, or names nothing.
        case badRow(number: Int, why: String)
        /// There is a header and nothing else.
        case noRows
    }

    package private(set) var rows: [Row] = []
    package let name: String

    /// Reads all of it.
    ///
    /// - Throws: `MappingError` if it cannot be read, ``Flaw`` if it is no list.
    package init(_ source: MappingSource, isAskedToStop: @escaping @Sendable () -> Bool = { false }) throws {
        name = source.name
        var notes = MappingNotes()
        let input = try InputFile(source, isAskedToStop: isAskedToStop)
        var records = try RecordReader.open(
            input, chunkSize: MappingReader.usualChunkSize, isHashed: false, notes: &notes)
        let names = try CSVHeader.names(of: &records, among: Delimiter.allCases) { names in
            Columns(names).isEnough ? 1 : 0
        }.names
        let columns = Columns(names)
        guard columns.isEnough else { throw Flaw.noColumn(found: names) }
        while let record = try records.next() {
            guard !records.isBlank(record) else { continue }
            if let flaw = record.flaw { throw Flaw.badRow(number: record.line, why: flaw) }
            guard String(validating: records.bytes(of: record), as: UTF8.self) != nil else {
                throw Flaw.badRow(number: record.line, why: "it is not UTF-8")
            }
            guard records.scanner.fieldCount == names.count else {
                throw Flaw.badRow(
                    number: record.line, why: "it has \(records.scanner.fieldCount) fields instead of \(names.count)")
            }
            rows.append(try columns.row(of: records, record.line))
        }
        guard !rows.isEmpty else { throw Flaw.noRows }
    }

    /// Where the columns are.
    private struct Columns {
        private let room: Int?
        private let line: Int?
        private let old: Int?
        private let new: Int?

        var isEnough: Bool { room != nil || line != nil }

        init(_ names: [String]) {
            let places = ColumnRules().places(in: names)
            func only(_ places: [Int]) -> Int? { places.count == 1 ? places[0] : nil }
            room = only(places[.room, default: []])
            old = only(places[.old, default: []])
            new = only(places[.new, default: []])
            line = only(names.indices.filter { ColumnRules.plain(names[$0]) == "line" })
        }

        func row(of records: borrowing RecordReader, _ number: Int) throws -> Row {
            func text(_ place: Int?) -> String? {
                place.map { records.text(ofField: $0).text }.flatMap { $0.isEmpty ? nil : $0 }
            }
            var row = Row(
                number: number, room: text(room), oldVisitor: text(old), newVisitor: text(new))
            if let digits = text(line) {
                guard let line = Int(digits), line > 0 else {
                    throw Flaw.badRow(
                        number: number, why: "its line is “\(digits.shown)”, which is no number of a line")
                }
                row.line = line
            }
            guard row.room != nil || row.line != nil else {
                throw Flaw.badRow(number: number, why: "it names neither a room nor a line")
            }
            return row
        }
    }
}
