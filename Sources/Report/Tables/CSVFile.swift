import Files
import Model
import SystemPackage

/// A CSV file (RFC 4180, line feeds) that is written row by row.
///
/// Owns a file, so it cannot be copied.
struct CSVFile: ~Copyable {
    /// What a spreadsheet may do with a cell.
    enum Cells {
        /// For a person: what cannot be seen is written out, and what would run as a formula gets an apostrophe first.
        case neutral
        /// Every value is exact, for a machine to read again.
        case exact
    }

    private let cells: Cells
    private var file: HashingFileWriter
    private(set) var rows = 0

    init(creating place: Place, _ cells: Cells, header: [String]) throws(ReportError) {
        self.init(try HashingFileWriter(creating: place), cells, header: header)
    }

    /// Writes into a file that is open already, and is closed by its owner.
    init(_ path: String, into descriptor: FileDescriptor, _ cells: Cells, header: [String]) throws(ReportError) {
        self.init(try HashingFileWriter(path, into: descriptor), cells, header: header)
    }

    private init(_ file: consuming HashingFileWriter, _ cells: Cells, header: [String]) {
        self.cells = cells
        self.file = file
        append(header)
    }

    mutating func add(_ row: [String]) throws(ReportError) {
        append(row)
        rows += 1
        try file.flushIfFull()
    }

    private mutating func append(_ row: [String]) {
        for (index, cell) in row.enumerated() {
            if index > 0 { file.buffer.append(UInt8(ascii: ",")) }
            append(cell)
        }
        file.buffer.append(UInt8(ascii: "\n"))
    }

    /// Writes what is left, down to the disk.
    mutating func finish() throws(ReportError) -> ReportedFile {
        try file.finish(lines: rows)
    }

    private mutating func append(_ text: String) {
        guard !Self.isPlain(text) else {
            file.buffer.append(contentsOf: text.utf8)
            return
        }
        let cell = cells == .neutral ? text.shown.withoutFormulas : text
        let hasApostrophe = cells == .neutral && cell.utf8.first == UInt8(ascii: "'")
        guard hasApostrophe || cell.utf8.contains(where: Self.needsQuotes) else {
            file.buffer.append(contentsOf: cell.utf8)
            return
        }
        file.buffer.append(UInt8(ascii: "\""))
        for byte in cell.utf8 {
            if byte == UInt8(ascii: "\"") { file.buffer.append(byte) }
            file.buffer.append(byte)
        }
        file.buffer.append(UInt8(ascii: "\""))
    }

    /// Nearly every cell: letters and digits, which mean nothing to anybody.
    private static func isPlain(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            var others: UInt8 = 0
            for index in bytes.indices {
                let byte = unsafe bytes[index]
                let isLetter: UInt8 = (byte | 0x20) &- UInt8(ascii: "a") < 26 ? 1 : 0
                // With the stop, the slash and the colon.
                let isDigit: UInt8 = byte &- UInt8(ascii: ".") < 13 ? 1 : 0
                others |= 1 ^ (isLetter | isDigit)
            }
            return others == 0
        }
    }

    private static func needsQuotes(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: "\""), UInt8(ascii: ";"), 0x09, 0x0A, 0x0D: true
        default: false
        }
    }
}
