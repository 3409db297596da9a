import Model

@testable import Mapping

/// What has to come of a file by the plain reading of its bytes.
struct ExpectedReading: Equatable {
    struct Line: Equatable {
        var number: Int
        /// Old visitor, new visitor and room; `nil` when the line is malformed or nothing is known of it.
        var texts: [String]?
    }

    var lines: [Line] = []
    var blankLines = 0

    /// What was read, as far as it can be expected.
    init(_ reading: Reading) {
        blankLines = reading.notes.blankLines
        lines = reading.lines.map { line in
            let isMalformed = line.rejection?.reason == .malformed
            return Line(number: line.number, texts: isMalformed ? nil : [line.oldVisitor, line.newVisitor, line.room])
        }
    }

    /// Every physical line of JSON lines; their texts are for another opinion to tell.
    init(jsonLines bytes: [UInt8]) {
        let start = bytes.starts(with: FileSignature.byteOrderMark) ? 3 : 0
        for (index, line) in PlainRecords(bytes: Array(bytes[start...])).lines.enumerated() {
            if line.count <= RecordScanner.longest, Self.text(String(decoding: line, as: UTF8.self)).isEmpty {
                blankLines += 1
            } else {
                lines.append(Line(number: index + 1))
            }
        }
    }

    /// The records of a CSV file behind its header, or `nil` when it has no header to go by.
    init?(csv bytes: [UInt8], options: MappingOptions) {
        guard (try? FileSignature.check(bytes[...], name: "")) != nil else { return nil }
        let file = PlainRecords(bytes: bytes)
        var place = bytes.starts(with: FileSignature.byteOrderMark) ? 3 : 0
        for line in PlainRecords(bytes: Array(bytes[place...])).lines {
            guard line.allSatisfy({ Self.divides($0) || $0 == .quote }),
                line.count(where: { $0 == .quote }).isMultiple(of: 2)
            else { break }
            blankLines += 1
            place = file.pastLineEnd(place + line.count)
        }
        guard place < bytes.count else { return nil }
        let headers = (options.delimiter.map { [$0] } ?? Delimiter.allCases).map { delimiter in
            (byte: delimiter.byte, record: file.record(at: place, line: blankLines + 1, delimiter: delimiter.byte).0)
        }
        let rules = ColumnRules(given: options.columns)
        let ranks = headers.map { header in
            let names = (header.record.fields ?? []).map { Self.text(String(decoding: $0, as: UTF8.self)) }
            let places = rules.places(in: names)
            return names.count + [ColumnRole.old, .new].count { !places[$0, default: []].isEmpty } * 1_000_000
        }
        guard let best = ranks.max(), let index = ranks.firstIndex(of: best),
            let names = headers[index].record.fields?.map({ Self.text(String(decoding: $0, as: UTF8.self)) })
        else { return nil }
        let header = headers[index]
        let places = rules.places(in: names)
        guard let old = places[.old], old.count == 1, let new = places[.new], new.count == 1,
            let room = places[.room], room.count <= 1
        else { return nil }
        let others = names.indices.filter { $0 != old[0] && $0 != new[0] && $0 != room.first }
        let roomLike = others.filter { RoomLikeName.matches(names[$0]) }
        if room.isEmpty, !roomLike.isEmpty { return nil }
        let isUnnamed = others.filter { names[$0].isEmpty }
        let records = file.records(from: place, line: blankLines + 1, delimiter: header.byte).dropFirst()
        for record in records {
            guard !record.isBlank else {
                blankLines += 1
                continue
            }
            let isSound =
                record.fields?.count == names.count
                && String(validating: bytes[record.content], as: UTF8.self) != nil
            let fields = record.fields.flatMap {
                isSound ? $0.map { Self.kept(String(decoding: $0, as: UTF8.self)) } : nil
            }
            lines.append(
                Line(
                    number: record.line,
                    texts: fields.flatMap { fields in
                        if fields == names { return nil }
                        let ids = [old[0], new[0]] + room
                        if ids.allSatisfy({ rules.isName(TrimmedField(fields[$0])) }) { return nil }
                        if room.first.map({ fields[$0].isEmpty }) ?? true, options.columns?.room?.isEmpty != true,
                            isUnnamed.contains(where: { IDRules.looksLikeID(fields[$0]) })
                        {
                            return nil
                        }
                        if let room = room.first, fields[room].isEmpty,
                            roomLike.contains(where: { !fields[$0].isEmpty })
                        {
                            return nil
                        }
                        return [fields[old[0]], fields[new[0]], room.first.map { fields[$0] } ?? ""]
                    }))
        }
    }

    private static func divides(_ byte: UInt8) -> Bool {
        byte == .space || Delimiter.allCases.contains { $0.byte == byte }
    }

    /// The text of a field as a line keeps it.
    static func kept(_ field: String) -> String {
        text(field).clipped(toBytes: RawLine.longestKept)
    }

    /// The text of a field without the spaces around it.
    static func text(_ field: String) -> String {
        let spaces: Set<Unicode.Scalar> = [" ", "\t", "\u{A0}", "\u{200B}", "\u{202F}", "\u{FEFF}"]
        var scalars = field.unicodeScalars[...]
        while let first = scalars.first, spaces.contains(first) { scalars.removeFirst() }
        while let last = scalars.last, spaces.contains(last) { scalars.removeLast() }
        return String(scalars)
    }
}
