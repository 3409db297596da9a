import Model

/// Reads decisions record by record, in the memory of the longest one: CSV with a header, columns in any order.
package struct DecisionReader: ~Copyable {
    private struct Columns {
        var old: Int
        var new: Int
        var kind: Int
        var decidedAt: Int?
    }

    private var records: RecordReader
    private let columns: Columns
    private let width: Int
    private let path: String
    private var faults: [DecisionsError.Fault] = []
    private var faultCount = 0

    /// Opens a file and finds its columns.
    package init(_ path: String) throws(DecisionsError) {
        var records = try Self.records(of: path)
        let names = try Self.names(in: &records, path)
        records.keepFields(names.count)
        columns = try Self.columns(names, path)
        width = names.count
        self.path = path
        self.records = records
    }

    private static func records(of path: String) throws(DecisionsError) -> RecordReader {
        do throws(MappingError) {
            var notes = MappingNotes()
            return try RecordReader.open(
                InputFile(MappingSource(path)), chunkSize: MappingReader.usualChunkSize, isHashed: false, notes: &notes)
        } catch {
            throw .file(path: path, error)
        }
    }

    private static func names(in records: inout RecordReader, _ path: String) throws(DecisionsError) -> [String] {
        do throws(MappingError) {
            return try CSVHeader.names(of: &records, among: Delimiter.allCases) { names in
                names.count { Role($0) != nil }
            }.names
        } catch {
            throw .file(path: path, error)
        }
    }

    /// The next decision, or `nil` at the end.
    ///
    /// Records that cannot be read are gathered, and thrown at the end.
    package mutating func next() throws(DecisionsError) -> Decision? {
        while let record = try nextRecord() {
            guard !records.isBlank(record) else { continue }
            do throws(Fault) {
                guard let decision = try decision(on: record) else { continue }
                return decision
            } catch {
                faultCount += 1
                guard faults.count < DecisionsError.examples else { continue }
                faults.append(DecisionsError.Fault(lines: [record.line], why: error.why))
            }
        }
        guard faultCount == 0 else { throw .unreadable(path: path, faults, count: faultCount) }
        return nil
    }

    private mutating func nextRecord() throws(DecisionsError) -> RecordReader.Record? {
        do throws(MappingError) {
            return try records.next()
        } catch {
            throw .file(path: path, error)
        }
    }

    /// The decision on a record; `nil` for a header that stands there once more, as in files that were put together.
    private mutating func decision(on record: RecordReader.Record) throws(Fault) -> Decision? {
        if let flaw = record.flaw { throw Fault(flaw) }
        guard !records.scanner.hasHighBytes || String(validating: records.bytes(of: record), as: UTF8.self) != nil
        else {
            throw Fault("not UTF-8")
        }
        guard records.scanner.fieldCount == width else {
            let count = records.scanner.fieldCount
            records.breakUp(record)
            throw Fault("\(count) \(count == 1 ? "field" : "fields") instead of \(width)")
        }
        let word = records.text(ofField: columns.kind).text
        let (old, new) = (records.text(ofField: columns.old).text, records.text(ofField: columns.new).text)
        if Role(word) == .kind, Role(old) == .old, Role(new) == .new { return nil }
        guard let kind = Decision.Kind(rawValue: word.lowercased()) else {
            throw Fault(
                "\(word.isEmpty ? "no decision" : "\(word.quotedForPerson) is no decision"): it is merge or apart")
        }
        let ids = [try id(old, "old_visitor_id"), try id(new, "new_visitor_id")]
        guard ids[0] != ids[1] else { throw Fault("both visitors are the same") }
        return Decision(
            line: record.line, old: ids[0], new: ids[1], kind: kind,
            decidedAt: columns.decidedAt.map { records.text(ofField: $0).text } ?? "")
    }

    /// An id that a mapping can have; one that a spreadsheet has rewritten would be taken for an unknown visitor.
    private func id(_ text: String, _ column: String) throws(Fault) -> VisitorID {
        guard !text.isEmpty else { throw Fault("\(column) is empty") }
        let id = IDRules.unwrapped(text) ?? text
        if let flaw = IDRules.damage(in: id) ?? IDRules.flaw(in: id) { throw Fault("the id in \(column) \(flaw)") }
        return VisitorID(id)
    }

    /// What is wrong with a record.
    private struct Fault: Error {
        var why: String

        init(_ why: String) {
            self.why = why
        }
    }
}

extension DecisionReader {
    /// What a column is for, as its name says.
    private enum Role: String, CaseIterable {
        case old = "old_visitor_id"
        case new = "new_visitor_id"
        case kind = "decision"
        case decidedAt = "decided_at"

        init?(_ name: String) {
            switch ColumnRules.plain(name) {
            case "oldvisitorid", "old", "from": self = .old
            case "newvisitorid", "new", "to": self = .new
            case "decision": self = .kind
            case "decidedat": self = .decidedAt
            default: return nil
            }
        }
    }

    private static func columns(_ names: [String], _ path: String) throws(DecisionsError) -> Columns {
        var places: [Role: Int] = [:]
        for (index, name) in names.enumerated() {
            guard let role = Role(name) else { continue }
            guard places.updateValue(index, forKey: role) == nil else {
                throw .repeatedColumn(path: path, name: role.rawValue)
            }
        }
        guard let old = places[.old], let new = places[.new], let kind = places[.kind] else {
            let missing = Role.allCases.filter { $0 != .decidedAt && places[$0] == nil }.map(\.rawValue)
            throw .missingColumns(path: path, missing: missing, found: names)
        }
        return Columns(old: old, new: new, kind: kind, decidedAt: places[.decidedAt])
    }
}
