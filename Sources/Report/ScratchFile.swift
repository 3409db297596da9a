import Files
import Glibc
import SystemPackage

/// Bytes that are kept on the disk until their place in a file comes, in a file that has no name.
///
/// Owns a file descriptor, so it cannot be copied.
struct ScratchFile: ~Copyable {
    /// What is not written yet; to be appended to, and flushed now and then.
    var buffer: [UInt8] = []
    private let descriptor: Int32
    private let path: String

    private static let flushSize = 1 << 16

    /// Needs `place` for an instant: a name that is free, and that a report may have anyway should a kill come between.
    init(at place: Place) throws(ReportError) {
        descriptor = try Self.unnamed(place)
        path = place.path
    }

    private static func unnamed(_ place: Place) throws(ReportError) -> Int32 {
        do throws(Errno) {
            let descriptor = try place.create(O_RDWR)
            try place.remove()
            return descriptor
        } catch {
            throw ReportError(FileError(place.path, error))
        }
    }

    deinit {
        close(descriptor)
    }

    mutating func flushIfFull() throws(ReportError) {
        if buffer.count >= Self.flushSize { try flush() }
    }

    /// Appends all of it to `file`.
    mutating func copy(to file: inout HashingFileWriter) throws(ReportError) {
        try flush()
        guard lseek(descriptor, 0, SEEK_SET) == 0 else { throw ReportError(path: path) }
        var chunk = [UInt8](repeating: 0, count: Self.flushSize)
        while true {
            let count = unsafe chunk.withUnsafeMutableBytes { buffer in
                unsafe read(descriptor, buffer.baseAddress, buffer.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw ReportError(path: path) }
            guard count > 0 else { return }
            file.buffer.append(contentsOf: chunk[..<count])
            try file.flushIfFull()
        }
    }

    private mutating func flush() throws(ReportError) {
        try writeAll(buffer, to: descriptor, path: path)
        buffer.removeAll(keepingCapacity: true)
    }
}
