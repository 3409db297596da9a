import FoundationEssentials
import Glibc
package import SystemPackage

/// A folder that is held open, and whose names are used below its descriptor: whatever is exchanged on the way there, or in
/// its place, leads nowhere else any more.
///
/// A class because every ``Place`` in it shares the descriptor, which the last one closes; it never changes.
package final class HeldFolder: Sendable {
    /// What it was opened as, for sentences and for libraries that take a path.
    package let path: String
    let descriptor: Int32

    init(_ path: String, taking descriptor: Int32) {
        self.path = path
        self.descriptor = descriptor
    }

    /// Holds a folder, links followed.
    convenience init(_ path: String) throws(Errno) {
        var descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if descriptor < 0, Errno.last == .permissionDenied {
            // One that may be written and not be listed can be held all the same.
            descriptor = unsafe open(path, onlyPath | O_DIRECTORY | O_CLOEXEC)
        }
        guard descriptor >= 0 else { throw .last }
        self.init(path, taking: descriptor)
    }

    /// Holds a folder that is at a place itself, not behind a link.
    package convenience init(at place: Place) throws(Errno) {
        self.init(place.path, taking: try place.open(O_RDONLY | O_DIRECTORY))
    }

    deinit {
        close(descriptor)
    }

    /// A name in it.
    package func place(_ name: String) -> Place { Place(name, in: self) }

    /// A short path that means the open folder, wherever it is now; in this process alone.
    package var pathInProcess: String { "/proc/self/fd/\(descriptor)" }

    /// What is in it.
    package func names() throws(FileError) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: pathInProcess)
        } catch {
            throw FileError(path, why: "it cannot be listed")
        }
    }

    package func status() throws(Errno) -> Stat { try Stat(FileDescriptor(rawValue: descriptor)) }

    /// Brings its names to the disk.
    package func sync() throws(FileError) {
        guard fsync(descriptor) != 0 else { return }
        // Of a folder that may be written and not be read, only everything can be synced.
        guard Errno.last != .badFileDescriptor else { return Glibc.sync() }
        // A file system that syncs no folders has nothing that could be lost by that.
        guard Errno.last.isUnsupported else { throw FileError(path, .last) }
    }
}

/// `O_PATH`, which the overlay of the C library does not have.
let onlyPath: Int32 = 0o10000000
