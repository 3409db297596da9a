import Glibc
package import SystemPackage

/// A file that is written beside its place and takes it when it is complete.
///
/// Owns a file descriptor, whose lock says that the file is in use, so it cannot be copied.
package struct AtomicFile: ~Copyable {
    /// Where it is until it is published.
    package var path: String { aside.path }
    /// What writes it.
    package let descriptor: FileDescriptor
    private let aside: Place
    private let place: Place

    /// Makes an empty file, for its owner alone.
    package init(at place: Place) throws(FileError) {
        let name = WorkingName(beside: place)
        for _ in 0..<100 {
            let aside = name.free()
            let descriptor: Int32
            do throws(Errno) {
                descriptor = try aside.create()
            } catch {
                guard error == .fileExists else { throw FileError(place.path, error) }
                continue
            }
            let held = HeldName(place: aside, descriptor: descriptor)
            // Where there are no locks nothing is ever taken over either.
            guard held.lock() || Errno.last != .wouldBlock, held.isStillNamed else {
                // Another command has just taken it for a leftover.
                held.release()
                continue
            }
            self.place = place
            self.aside = aside
            self.descriptor = FileDescriptor(rawValue: descriptor)
            return
        }
        throw FileError(place.path, .fileExists)
    }

    deinit {
        // It is synced before it is published; one that is given up may be lost.
        try? descriptor.close()
    }

    /// Brings the file to the disk, gives it its place and brings that to the disk as well.
    ///
    /// - Parameter isReplacing: whether a file that is there gives way.
    /// - Throws: `FileError`, also for a file that is there and may not be replaced; a new file is not there then.
    package func publish(replacing isReplacing: Bool) throws(FileError) {
        guard fsync(descriptor.rawValue) == 0 else { throw FileError(place.path, .last) }
        // Somebody may have given its name to another file, which is not ours to publish.
        guard aside.isName(of: descriptor.rawValue) else {
            throw FileError(place.path, why: "the file with what was written, \(aside.path), was removed or replaced")
        }
        try FileError.about(place.path) { () throws(Errno) in
            if isReplacing {
                try aside.move(to: place)
            } else {
                try aside.moveToNew(place)
            }
        }
        do throws(FileError) {
            try place.folder.sync()
        } catch {
            // What could not be finished is not there: the same command can be run again.
            if !isReplacing, place.isName(of: descriptor.rawValue) { try? place.remove() }
            throw error
        }
    }

    /// Removes what was written.
    package func discard() throws(FileError) {
        guard aside.isName(of: descriptor.rawValue) else { return }
        try FileError.about(path) { () throws(Errno) in try aside.remove() }
    }
}
