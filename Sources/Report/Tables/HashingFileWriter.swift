import Crypto
import Files
import FoundationEssentials
import Glibc
import SystemPackage

/// A new file of the report that is written bit by bit, with its digest.
///
/// Owns a file descriptor, so it cannot be copied.
struct HashingFileWriter: ~Copyable {
    /// What is not written yet; to be appended to, and flushed now and then.
    var buffer: [UInt8] = []
    private let descriptor: Int32
    private let path: String
    private var digest = SHA256()

    private static let flushSize = 1 << 16

    init(creating place: Place) throws(ReportError) {
        let descriptor: Int32
        do throws(Errno) {
            descriptor = try place.create()
        } catch {
            throw ReportError(FileError(place.path, error))
        }
        self.init(place.path, owning: descriptor)
    }

    /// Writes into a file that is open already, and is closed by its owner.
    init(_ path: String, into descriptor: FileDescriptor) throws(ReportError) {
        let copy: Int32
        do throws(Errno) {
            copy = try descriptor.duplicated()
        } catch {
            throw ReportError(FileError(path, error))
        }
        self.init(path, owning: copy)
    }

    private init(_ path: String, owning descriptor: Int32) {
        self.path = path
        self.descriptor = descriptor
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

extension FileDescriptor {
    fileprivate func duplicated() throws(Errno) -> Int32 {
        let copy = fcntl(rawValue, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { throw .last }
        return copy
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
