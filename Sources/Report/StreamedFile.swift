import Crypto
import FoundationEssentials
import Glibc

/// A new file of the report that is written bit by bit, with its digest.
///
/// Owns a file descriptor, so it cannot be copied.
struct StreamedFile: ~Copyable {
    /// What is not written yet; to be appended to, and flushed now and then.
    var buffer: [UInt8] = []
    private let descriptor: Int32
    private let path: String
    private var digest = SHA256()

    private static let flushSize = 1 << 16

    init(creating path: String) throws(ReportError) {
        self.path = path
        descriptor = unsafe open(path, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw ReportError(path: path) }
        buffer.reserveCapacity(Self.flushSize + 4096)
    }

    deinit {
        close(descriptor)
    }

    mutating func flushIfFull() throws(ReportError) {
        if buffer.count >= Self.flushSize { try flush() }
    }

    /// Writes what is left, down to the disk; `lines` are the rows of a table.
    mutating func finish(lines: Int? = nil) throws(ReportError) -> ReportedFile {
        try flush()
        guard fsync(descriptor) == 0 else { throw ReportError(path: path) }
        return ReportedFile(sha256: digest.finalize().hexadecimal, lines: lines)
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
