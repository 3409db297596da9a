import CFiles
import Glibc
package import SystemPackage

var systemErrno: Int32 { errno }

/// Names and folders as the system changes them, each call as one that throws.
package enum Names {
    /// Lets two names change places; throws `Errno`, such as `invalidArgument` where a file system cannot do that.
    package static func exchange(_ one: String, _ other: String) throws(Errno) {
        guard unsafe files_exchange(one, other) == 0 else { throw .last }
    }

    /// Gives what is at `source` a name that nothing has; throws `fileExists` if something has it.
    ///
    /// Where a file system knows no such renaming, a link does the same for a file. Where it has no links either, or for
    /// a folder, something that appears in the same instant is replaced, unless it is a folder that holds something.
    package static func moveToNew(_ source: String, _ name: String) throws(Errno) {
        guard unsafe files_rename_new(source, name) != 0 else { return }
        guard Errno.last.isUnsupported else { throw .last }
        guard unsafe link(source, name) != 0 else { return try remove(source) }
        guard [.notPermitted, .permissionDenied].contains(Errno.last) || Errno.last.isUnsupported else { throw .last }
        guard try kind(of: name) == nil else { throw .fileExists }
        try move(source, name)
    }

    /// Renames; what is at `name` is replaced.
    package static func move(_ source: String, _ name: String) throws(Errno) {
        guard unsafe rename(source, name) == 0 else { throw .last }
    }

    /// Removes a file, or rather this name of it.
    package static func remove(_ name: String) throws(Errno) {
        guard unsafe unlink(name) == 0 else { throw .last }
    }

    /// What is there, links not followed; `nil` if nothing is.
    package static func status(of name: String) throws(Errno) -> Stat? {
        do throws(Errno) {
            return try Stat(FilePath(name), followTargetSymlink: false)
        } catch .noSuchFileOrDirectory {
            return nil
        }
    }

    static func kind(of name: String) throws(Errno) -> FileType? { try status(of: name)?.type }

    /// True if a file system is mounted exactly there, so that the name cannot be given to something else.
    package static func isMountPoint(_ name: String) -> Bool { unsafe files_is_mount_point(name) }

    /// Brings the names in a folder to the disk.
    package static func syncFolder(_ folder: String) throws(FileError) {
        let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            // Of a folder that may be written and not be read, only everything can be synced.
            guard Errno.last == .permissionDenied else { throw FileError(folder, .last) }
            return sync()
        }
        defer { close(descriptor) }
        try syncFolder(descriptor, folder)
    }

    static func syncFolder(_ descriptor: Int32, _ folder: String) throws(FileError) {
        // A file system that syncs no folders has nothing that could be lost by that.
        guard fsync(descriptor) != 0, !Errno.last.isUnsupported else { return }
        throw FileError(folder, .last)
    }
}

extension Errno {
    /// True if the file system, or the kernel, does not know such a call.
    var isUnsupported: Bool { [.invalidArgument, .noFunction, .notSupported].contains(self) }
}
