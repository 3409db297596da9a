package import Model

/// Reads an export of visitors record by record, in the memory of its longest record.
///
/// CSV with a header, or one JSON object a line in the shape of the server's own documents or a flatter one.
package struct VisitorFileReader: ~Copyable, Sendable {
    /// What one record came to.
    package enum Record: Sendable, Equatable {
        case visitor(VisitorProfile)
        /// Emptied and hidden by the server: no rooms can be moved to it.
        case disabled
        /// Cannot be used; the reason holds nothing of what the record says.
        case bad(line: Int, why: String)
    }

    private enum Layout {
        case csv(places: [(index: Int, field: VisitorField)], columns: Int, keys: FieldNameCache)
        case jsonl(FieldNameCache)
    }

    private var records: RecordReader
    private var layout: Layout
    private let name: String
    /// Objects without an id, as long as there is none with one.
    private var withoutID: KeysWithoutID? = KeysWithoutID()
    /// What was noticed so far.
    package private(set) var notes = VisitorFileNotes()

    /// Opens an export; `customFields` are those that are asked for, all others are passed over.
    ///
    /// `isAskedToStop` is asked while a pipe is waited for, by whichever thread reads.
    package init(
        _ source: MappingSource, format: MappingFormat? = nil, delimiter: Delimiter? = nil, customFields: [String] = [],
        isAskedToStop: @escaping @Sendable () -> Bool = { false }
    ) throws(MappingError) {
        var notes = MappingNotes()
        let input = try InputFile(source, isAskedToStop: isAskedToStop)
        var records = try RecordReader.open(
            input, chunkSize: MappingReader.usualChunkSize, isHashed: false, notes: &notes)
        let format = format ?? MappingFormat(fileName: source.name) ?? MappingFormat(firstByte: records.firstByte)
        // A first line that is too long has no field.
        let line = records.scanner.fieldCount > 0 ? records.bytes(ofField: 0) : nil
        if let trouble = VisitorFileTrouble(
            firstByte: records.firstByte, line: line, format: format, name: source.name)
        {
            throw .noExport(trouble)
        }
        switch format {
        case .csv:
            let names = try Self.names(in: &records, delimiter, customFields)
            records.keepFields(names.count)
            let places = names.enumerated().compactMap { index, name in
                VisitorField(named: name, custom: customFields).map { (index: index, field: $0) }
            }
            let others = names.indices.filter { index in !places.contains { $0.index == index } }.map { names[$0] }
            self.notes.lookalikes = others.filter { LookalikeName.matches($0, custom: customFields) }
                .prefix(LookalikeName.namesKept).map(\.printable)
            layout = .csv(places: places, columns: names.count, keys: FieldNameCache(custom: customFields))
        case .jsonl:
            layout = .jsonl(FieldNameCache(custom: customFields))
            records.putBack()
        }
        self.records = records
        name = source.name
    }

    /// The names of the columns, on the first record or on a later one where something stands before it, such as a title.
    ///
    /// Throws what is wrong with the first record if no record among the first ones names an id.
    private static func names(
        in records: inout RecordReader, _ delimiter: Delimiter?, _ custom: [String]
    ) throws(MappingError) -> [String] {
        func hasID(_ names: [String]) -> Bool {
            names.contains { if case .id = VisitorField(named: $0, custom: custom) { true } else { false } }
        }
        var candidates = delimiter.map { [$0] } ?? Delimiter.allCases
        var failure: MappingError?
        let first = records.lineNumber
        while true {
            if let declared = try HeaderSearch.declared(in: Array(records.line)) {
                candidates = delimiter.map { [$0] } ?? [declared]
            } else {
                do throws(MappingError) {
                    let names = try CSVHeader.names(of: &records, among: candidates) { hasID($0) ? 1 : 0 }.names
                    if hasID(names) { return names }
                    failure = failure ?? .noVisitorColumn(found: names)
                } catch {
                    failure = failure ?? error
                }
            }
            guard let next = try HeaderSearch.moveOn(&records), next < first + HeaderSearch.lines else { break }
        }
        throw failure ?? .noVisitorColumn(found: [])
    }

    /// The next record, or `nil` at the end; throws only when reading fails.
    package mutating func next() throws(MappingError) -> Record? {
        while let record = try records.next() {
            guard !records.isBlank(record) else { continue }
            let result = read(record)
            if let keys = withoutID, keys.objects == KeysWithoutID.most { throw noID(keys) }
            return result
        }
        if let keys = withoutID, keys.objects > 0 { throw noID(keys) }
        return nil
    }

    private func noID(_ keys: KeysWithoutID) -> MappingError {
        .noExport(.noID(keys: keys.keys, list: keys.list, name: name))
    }

    private mutating func read(_ record: RecordReader.Record) -> Record {
        if let flaw = record.flaw { return .bad(line: record.line, why: flaw) }
        let bytes = records.bytes(of: record)
        guard !records.scanner.hasHighBytes || String(validating: bytes, as: UTF8.self) != nil else {
            notes.notUTF8.note(line: record.line)
            notes.foreignText.note(bytes)
            return .bad(line: record.line, why: "not UTF-8")
        }
        if records.scanner.hasHighBytes { notes.foreignText.isMixed = true }
        var draft = VisitorBuilder()
        switch layout {
        case .csv(let places, let columns, var keys):
            guard records.scanner.fieldCount == columns else {
                records.breakUp(record)
                return .bad(line: record.line, why: "\(records.scanner.fieldCount) fields instead of \(columns)")
            }
            for (index, field) in places {
                draft.take(cell: records.plainText(ofField: index), as: field, keys: &keys)
            }
            layout = .csv(places: places, columns: columns, keys: keys)
        case .jsonl(var keys):
            do {
                let document = try RawJSON(bytes)
                try draft.read(document, keys: &keys)
                if draft.id.isEmpty { try withoutID?.add(document) } else { withoutID = nil }
            } catch {
                return .bad(line: record.line, why: error.description)
            }
            layout = .jsonl(keys)
            notes.lookalikes = keys.lookalikes
        }
        notes.add(draft.seen, draft.unreadable, line: record.line)
        if draft.isDisabled { return .disabled }
        guard !draft.id.isEmpty else { return .bad(line: record.line, why: "no id") }
        return .visitor(draft.profile)
    }
}
