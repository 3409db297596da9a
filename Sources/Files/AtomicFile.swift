import Glibc
package import SystemPackage

/// A file that is written beside its place and takes it when it is complete.
///
/// Owns a file descriptor, whose lock says that the file is in use, so it cannot be copied.
package struct AtomicFile: ~Copyable {
    /// Where it is until it is published.
    package let path: String
    /// What writes it.
    package let descriptor: FileDescriptor
    private let place: String

    /// Makes an empty file, for its owner alone.
    ///
    /// The folder has to be a ``TrustedFolder``, unless `isForOthers` says that others read the file, in a folder of theirs.
    package init(at place: String, isForOthers: Bool = false) throws(FileError) {
        if !isForOthers { try TrustedFolder.check(folderOf: place) }
        let name = WorkingName(beside: place)
        for _ in 0..<100 {
            let path = name.path()
            let descriptor = unsafe open(path, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else {
                guard Errno.last == .fileExists else { throw FileError(place, .last) }
                continue
            }
            let held = HeldName(name: path, descriptor: descriptor)
            // Where there are no locks nothing is ever taken over either.
            guard held.lock() || Errno.last != .wouldBlock, held.isStillNamed else {
                // Another command has just taken it for a leftover.
                held.release()
                continue
            }
            self.place = place
            self.path = path
            self.descriptor = FileDescriptor(rawValue: descriptor)
            return
        }
        throw FileError(place, .fileExists)
    }

    deinit {
        // It is synced before it is published; one that is given up may be lost.
        try? descriptor.close()
    }

    /// Brings the file to the disk, gives it its place and brings that to the disk as well.
    ///
    /// - Parameter isReplacing: whether a file that is there gives way.
    /// - Throws: `FileError`, also for a file that is there and may not be replaced.
    package func publish(replacing isReplacing: Bool) throws(FileError) {
        guard fsync(descriptor.rawValue) == 0 else { throw FileError(place, .last) }
        try FileError.about(place) { () throws(Errno) in
            if isReplacing {
                try Names.move(path, place)
            } else {
                try Names.moveToNew(path, place)
            }
        }
        try Names.syncFolder(WorkingName(beside: place).folder)
    }

    /// Removes what was written.
    package func discard() throws(FileError) {
        try FileError.about(path) { () throws(Errno) in try Names.remove(path) }
    }
}
