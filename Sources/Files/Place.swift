import CFiles
import Glibc
package import SystemPackage

/// A name in a folder that is held: the same place, whatever becomes of the folders on the way there.
///
/// No link is followed at the name itself. What throws `Errno` is one call of the system.
package struct Place: Sendable {
    package let folder: HeldFolder
    package let name: String
    /// How it is called in sentences, and for libraries that take a path.
    package let path: String
    /// True if other users may add names to the folder, so that every file that is used has to be the caller's own.
    package let isSticky: Bool

    /// Holds the folder of a path.
    ///
    /// It has to be a ``TrustedFolder``, unless `isForOthers` says that others read what is put there.
    package init(_ path: String, isForOthers: Bool = false) throws(FileError) {
        let whole = FilePath(path)
        let parent = whole.removingLastComponent()
        self.path = path
        name = whole.lastComponent?.string ?? ""
        do throws(FolderFault) {
            isSticky = isForOthers ? false : try TrustedFolder(of: path).isSticky
        } catch {
            throw FileError(error)
        }
        folder = try FileError.about(path) { () throws(Errno) in
            try HeldFolder(parent.isEmpty ? "." : parent.string)
        }
        guard !isForOthers else { return }
        // What was looked at by its name may have been exchanged for another folder before it was opened.
        do throws(FolderFault) {
            try TrustedFolder.require(folder)
        } catch {
            throw FileError(error)
        }
    }

    init(_ name: String, in folder: HeldFolder, isSticky: Bool = false) {
        self.folder = folder
        self.name = name
        self.isSticky = isSticky
        path = folder.path == "." ? name : "\(folder.path == "/" ? "" : folder.path)/\(name)"
    }

    /// Another name in the same folder.
    package func beside(_ name: String) -> Place { Place(name, in: folder, isSticky: isSticky) }

    /// The same name with something behind it.
    package func adding(_ ending: String) -> Place { beside(name + ending) }

    /// Opens what is there.
    ///
    /// - Returns: a descriptor, for the caller to close.
    package func open(_ flags: Int32, mode: UInt32 = 0) throws(Errno) -> Int32 {
        let descriptor = unsafe openat(folder.descriptor, name, flags | O_NOFOLLOW | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw .last }
        return descriptor
    }

    /// Makes an empty file, for its owner alone, and opens it; throws `fileExists` if something is there.
    package func create(_ flags: Int32 = O_WRONLY, mode: UInt32 = 0o600) throws(Errno) -> Int32 {
        try open(flags | O_CREAT | O_EXCL, mode: mode)
    }

    /// Makes an empty folder, for its owner alone.
    package func createFolder() throws(Errno) {
        guard unsafe mkdirat(folder.descriptor, name, 0o700) == 0 else { throw .last }
    }

    /// What is there; `nil` if nothing is.
    package func status() throws(Errno) -> Stat? {
        do throws(Errno) {
            return try Stat(
                FilePath(name), relativeTo: FileDescriptor(rawValue: folder.descriptor), flags: .symlinkNoFollow)
        } catch .noSuchFileOrDirectory {
            return nil
        }
    }

    /// The size of the file that is there, in bytes; `nil` if no file can be looked at.
    package var size: Int? {
        guard let status = try? status(), status.type == .regular else { return nil }
        return Int(status.size)
    }

    /// True if the name means what is open.
    package func isName(of descriptor: Int32) -> Bool {
        guard let named = try? status(), let open = try? Stat(FileDescriptor(rawValue: descriptor)) else {
            return false
        }
        return named.inode == open.inode && named.deviceID == open.deviceID
    }

    /// Removes a file, or rather this name of it.
    package func remove() throws(Errno) {
        guard unsafe unlinkat(folder.descriptor, name, 0) == 0 else { throw .last }
    }

    /// Removes a folder that is empty.
    package func removeFolder() throws(Errno) {
        guard unsafe unlinkat(folder.descriptor, name, AT_REMOVEDIR) == 0 else { throw .last }
    }

    /// Changes the permissions of the file that is there if it is the one that was looked at, and of no other.
    ///
    /// Never opens it: to close it again would let go of the locks that SQLite has on it. Throws `badFileDescriptor` if
    /// another file has the name by now.
    package func change(_ looked: Stat, to mode: UInt32) throws(Errno) {
        let descriptor = try open(onlyPath)
        defer { close(descriptor) }
        let opened = try Stat(FileDescriptor(rawValue: descriptor))
        guard opened.inode == looked.inode, opened.deviceID == looked.deviceID else { throw .badFileDescriptor }
        guard unsafe chmod("/proc/self/fd/\(descriptor)", mode) == 0 else { throw .last }
    }

    /// True if a file system is mounted exactly there, so that the name cannot be given to something else.
    package var isMountPoint: Bool { unsafe files_is_mount_point(folder.descriptor, name) }
}

// Names that are given to something else.
extension Place {
    /// Lets two names change places; throws `Errno`, such as `invalidArgument` where a file system cannot do that.
    package func exchange(with other: Place) throws(Errno) {
        guard unsafe files_exchange(folder.descriptor, name, other.folder.descriptor, other.name) == 0 else {
            throw .last
        }
    }

    /// Renames; what has the other name is replaced.
    package func move(to other: Place) throws(Errno) {
        guard unsafe renameat(folder.descriptor, name, other.folder.descriptor, other.name) == 0 else { throw .last }
    }

    /// Renames to a name that nothing has; throws `fileExists` if something has it.
    ///
    /// Where a file system knows no such renaming, a link does the same for a file, and where it has no links either, an
    /// empty file that holds the name until then. A folder replaces only an empty one that appears in the same instant.
    package func moveToNew(_ other: Place) throws(Errno) {
        guard unsafe files_rename_new(folder.descriptor, name, other.folder.descriptor, other.name) != 0 else { return }
        // A file system that cannot do it may also call it forbidden.
        guard Errno.last.isUnsupported || Errno.last == .notPermitted else { throw .last }
        guard unsafe linkat(folder.descriptor, name, other.folder.descriptor, other.name, 0) != 0 else {
            return try remove()
        }
        guard [.notPermitted, .permissionDenied].contains(Errno.last) || Errno.last.isUnsupported else { throw .last }
        guard try status()?.type == .regular else {
            guard try other.status() == nil else { throw .fileExists }
            return try move(to: other)
        }
        close(try other.create())
        do throws(Errno) {
            try move(to: other)
        } catch {
            // The error says more than one of clearing away would.
            try? other.remove()
            throw error
        }
    }
}

extension Errno {
    /// True if the file system, or the kernel, does not know such a call.
    var isUnsupported: Bool { [.invalidArgument, .noFunction, .notSupported].contains(self) }
}
