import Crypto
import FoundationEssentials
import Glibc
import Model

/// A CSV file (RFC 4180, line feeds) that is written row by row, with its digest.
///
/// Owns a file descriptor, so it cannot be copied.
struct CSVFile: ~Copyable {
    /// What a spreadsheet may do with a cell.
    enum Cells {
        /// For a person: what cannot be seen is written out, and what would run as a formula gets an apostrophe first.
        case neutral
        /// Every value is exact, for a machine to read again.
        case exact
    }

    private let descriptor: Int32
    private let path: String
    private let cells: Cells
    private var buffer: [UInt8] = []
    private var digest = SHA256()
    private(set) var rows = 0

    private static let flushSize = 1 << 16

    init(creating path: String, _ cells: Cells, header: [String]) throws(ReportError) {
        self.path = path
        self.cells = cells
        descriptor = unsafe open(path, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw ReportError(path: path) }
        buffer.reserveCapacity(Self.flushSize + 4096)
        try add(header)
        rows = 0
    }

    deinit {
        close(descriptor)
    }

    mutating func add(_ row: [String]) throws(ReportError) {
        for (index, cell) in row.enumerated() {
            if index > 0 { buffer.append(UInt8(ascii: ",")) }
            append(cell)
        }
        buffer.append(UInt8(ascii: "\n"))
        rows += 1
        if buffer.count >= Self.flushSize { try flush() }
    }

    /// Writes what is left, down to the disk.
    mutating func finish() throws(ReportError) -> ReportedFile {
        try flush()
        guard fsync(descriptor) == 0 else { throw ReportError(path: path) }
        return ReportedFile(sha256: digest.finalize().hexadecimal, lines: rows)
    }

    private mutating func append(_ text: String) {
        let cell = cells == .neutral ? text.shown : text
        let isFormula = cells == .neutral && cell.unicodeScalars.first.map(Self.startsFormula) ?? false
        let needsQuotes = isFormula || cell.utf8.contains(where: Self.needsQuotes)
        guard needsQuotes else {
            buffer.append(contentsOf: cell.utf8)
            return
        }
        buffer.append(UInt8(ascii: "\""))
        if isFormula { buffer.append(UInt8(ascii: "'")) }
        for byte in cell.utf8 {
            if byte == UInt8(ascii: "\"") { buffer.append(byte) }
            buffer.append(byte)
        }
        buffer.append(UInt8(ascii: "\""))
    }

    /// The characters with which spreadsheets begin a formula, in both of their widths.
    private static func startsFormula(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "=", "+", "-", "@", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}": true
        default: false
        }
    }

    private static func needsQuotes(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: "\""), UInt8(ascii: ";"), 0x09, 0x0A, 0x0D: true
        default: false
        }
    }

    private mutating func flush() throws(ReportError) {
        digest.update(data: buffer)
        try writeAll(buffer, to: descriptor, path: path)
        buffer.removeAll(keepingCapacity: true)
    }
}

/// A file of the report as `report.json` lists it.
package struct ReportedFile: Sendable, Equatable, Codable {
    package var sha256: String
    /// Rows without the header; `nil` for a file that has no rows.
    package var lines: Int?
}

extension ReportedFile {
    /// A file without rows.
    init(of bytes: [UInt8]) {
        self.init(sha256: SHA256.hash(data: bytes).hexadecimal, lines: nil)
    }
}

extension SHA256.Digest {
    var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}

func writeAll(_ bytes: [UInt8], to descriptor: Int32, path: String) throws(ReportError) {
    var written = 0
    while written < bytes.count {
        let count = unsafe bytes.withUnsafeBytes { buffer in
            unsafe write(descriptor, buffer.baseAddress?.advanced(by: written), buffer.count - written)
        }
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { throw ReportError(path: path) }
        written += count
    }
}
