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

    /// The records from a physical line on, divided by a delimiter; one that is broken, or has another number of fields than
    /// the first, is given up line by line.
    func records(from place: Int, line: Int, delimiter: UInt8) -> [Record] {
        var (place, line) = (place, line)
        var records: [Record] = []
        while place < bytes.count {
            let (next, lines) = record(at: place, line: line, delimiter: delimiter)
            let width = records.first?.fields?.count
            let isWrong = next.fields == nil || (!next.isBlank && width != nil && next.fields?.count != width)
            guard isWrong else {
                records.append(next)
                line += lines
                place = pastLineEnd(next.content.upperBound)
                continue
            }
            for index in 0..<lines {
                let end = endOfLine(from: place)
                let isBlank =
                    index > 0 && end - place <= 1024 && bytes[place..<end].allSatisfy { $0 == .space || $0 == .tab }
                records.append(Record(line: line, fields: nil, content: place..<end, isBlank: isBlank))
                line += 1
                place = pastLineEnd(end)
            }
        }
        return records
    }

    /// One record, and how many physical lines it certainly has.
    func record(at start: Int, line: Int, delimiter: UInt8) -> (Record, lines: Int) {
        let division = Division(bytes[start...], delimiter)
        let end = division.end
        guard !division.isBroken else {
            return (
                Record(line: line, fields: nil, content: start..<endOfLine(from: start), isBlank: false), division.lines
            )
        }
        let blanks: Set<Unicode.Scalar> = [
            " ", "\t", "\u{A0}", "\u{200B}", "\u{202F}", "\u{FEFF}", Unicode.Scalar(delimiter),
        ]
        let isBlank =
            bytes[start..<end].contains(.quote)
            ? division.fields.allSatisfy(\.isEmpty)
            : String(decoding: bytes[start..<end], as: UTF8.self).unicodeScalars.allSatisfy(blanks.contains)
        return (Record(line: line, fields: division.fields, content: start..<end, isBlank: isBlank), division.lines)
    }

    /// A record divided byte by byte, to its end even if it is broken.
    private struct Division {
        private(set) var fields: [[UInt8]] = []
        private(set) var isBroken = false
        /// The physical lines that belong to it for certain.
        private(set) var lines = 1
        /// Where its last line ends.
        private(set) var end: Int

        init(_ bytes: ArraySlice<UInt8>, _ delimiter: UInt8) {
            var place = bytes.startIndex
            end = place
            var lineEnds = 0
            func isOver() -> Bool { place - bytes.startIndex > RecordScanner.longest }
            while true {
                let linesBefore = lineEnds
                var field: [UInt8] = []
                if place < bytes.endIndex, bytes[place] == .quote {
                    place += 1
                    var isClosed = false
                    while place < bytes.endIndex, !isOver(), !isClosed {
                        let byte = bytes[place]
                        place += 1
                        if byte != .quote {
                            field.append(byte)
                            if byte == .carriageReturn || (byte == .lineFeed && bytes[place - 2] != .carriageReturn) {
                                lineEnds += 1
                            }
                        } else if place < bytes.endIndex, bytes[place] == .quote {
                            field.append(.quote)
                            place += 1
                        } else if lineEnds > linesBefore, bytes[place - 2] == delimiter, place < bytes.endIndex,
                            ![delimiter, .lineFeed, .carriageReturn].contains(bytes[place])
                        {
                            // It rather opens the next field: the one before was never closed.
                            break
                        } else {
                            isClosed = true
                        }
                    }
                    guard isClosed else {
                        isBroken = true
                        lines = linesBefore + 1
                        return
                    }
                }
                let behind = bytes[place...].prefix { $0 != delimiter && $0 != .lineFeed && $0 != .carriageReturn }
                let isQuoted = place > bytes.startIndex && !field.isEmpty || (place > end && bytes[place - 1] == .quote)
                if isQuoted ? !behind.isEmpty : behind.contains(.quote) && !Self.isGuarded(behind) { isBroken = true }
                field += behind
                place = behind.endIndex
                fields.append(field)
                if isOver() { isBroken = true }
                guard !isOver(), place < bytes.endIndex, bytes[place] == delimiter else { break }
                place += 1
                end = place
            }
            lines = lineEnds + 1
            end = place
        }

        /// A whole `="…"`, perhaps between spaces.
        private static func isGuarded(_ field: ArraySlice<UInt8>) -> Bool {
            let start = field.drop { $0 == .space || $0 == .tab }
            let end = start.lastIndex { $0 != .space && $0 != .tab } ?? start.startIndex
            return start.starts(with: "=\"".utf8) && end > start.startIndex + 1 && start[end] == .quote
                && start.count { $0 == .quote } == 2
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
