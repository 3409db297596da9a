@testable import Mapping

/// A second opinion on where records and lines end: the whole file in memory, every record tried from its first byte.
struct PlainRecords {
    /// What begins on a physical line.
    struct Record {
        let line: Int
        /// The fields as they are meant, or `nil` when the record is broken.
        let fields: [[UInt8]]?
        let content: Range<Int>
        let isBlank: Bool
    }

    let bytes: [UInt8]

    /// The physical lines, without their ends.
    var lines: [ArraySlice<UInt8>] {
        var lines: [ArraySlice<UInt8>] = []
        var place = 0
        while place < bytes.count {
            let end = endOfLine(from: place)
            lines.append(bytes[place..<end])
            place = pastLineEnd(end)
        }
        return lines
    }

    /// The records from a physical line on, divided by a delimiter.
    func records(from place: Int, line: Int, delimiter: UInt8) -> [Record] {
        var (place, line) = (place, line)
        var records: [Record] = []
        while place < bytes.count {
            let next = record(at: place, line: line, delimiter: delimiter)
            records.append(next)
            line += PlainRecords(bytes: Array(bytes[next.content])).lineEnds + 1
            place = pastLineEnd(next.content.upperBound)
        }
        return records
    }

    /// One record; a broken one is its first physical line.
    func record(at start: Int, line: Int, delimiter: UInt8) -> Record {
        guard let (fields, end, isQuoted) = divided(from: start, delimiter), end - start <= RecordScanner.longest else {
            return Record(line: line, fields: nil, content: start..<endOfLine(from: start), isBlank: false)
        }
        let isBlank = fields.count == 1 && !isQuoted && fields[0].allSatisfy { $0 == .space || $0 == .tab }
        return Record(line: line, fields: fields, content: start..<end, isBlank: isBlank)
    }

    private func divided(from start: Int, _ delimiter: UInt8) -> (fields: [[UInt8]], end: Int, isQuoted: Bool)? {
        var fields: [[UInt8]] = []
        var place = start
        var isQuoted = false
        while true {
            var field: [UInt8] = []
            if place < bytes.count, bytes[place] == .quote {
                isQuoted = true
                place += 1
                while true {
                    guard let quote = bytes[place...].firstIndex(of: .quote) else { return nil }
                    field += bytes[place..<quote]
                    place = quote + 1
                    guard place < bytes.count, bytes[place] == .quote else { break }
                    field.append(.quote)
                    place += 1
                }
            } else {
                let rest = bytes[place...]
                let end =
                    rest.firstIndex { $0 == delimiter || $0 == .lineFeed || $0 == .carriageReturn } ?? rest.endIndex
                field += bytes[place..<end]
                place = end
                if field.contains(.quote) { return nil }
            }
            fields.append(field)
            guard place < bytes.count, bytes[place] == delimiter else { break }
            place += 1
        }
        let isAtEnd = place == bytes.count || bytes[place] == .lineFeed || bytes[place] == .carriageReturn
        return isAtEnd ? (fields, place, isQuoted) : nil
    }

    private var lineEnds: Int {
        bytes.indices.count {
            bytes[$0] == .carriageReturn || (bytes[$0] == .lineFeed && ($0 == 0 || bytes[$0 - 1] != .carriageReturn))
        }
    }

    private func endOfLine(from place: Int) -> Int {
        bytes[place...].firstIndex { $0 == .lineFeed || $0 == .carriageReturn } ?? bytes.count
    }

    func pastLineEnd(_ end: Int) -> Int {
        guard end < bytes.count else { return end }
        let isPair = bytes[end] == .carriageReturn && end + 1 < bytes.count && bytes[end + 1] == .lineFeed
        return end + (isPair ? 2 : 1)
    }
}
