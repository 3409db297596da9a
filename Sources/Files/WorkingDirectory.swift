import Glibc
import Model
import SystemPackage

/// A private folder that is filled beside its place and then takes it.
///
/// It is held open, and its lock says that it is in use, so it cannot be copied.
package struct WorkingDirectory: ~Copyable {
    /// The folder, to be filled below its descriptor.
    package let inside: HeldFolder
    private let held: HeldName

    /// Where it is until it has its place.
    package var place: Place { held.place }

    package var path: String { held.place.path }

    /// Makes an empty folder for what will be at `place`.
    package init(beside place: Place, for use: WorkingName.Use = .writing) throws(FileError) {
        let name = WorkingName(beside: place)
        for _ in 0..<100 {
            let aside = name.free(for: use)
            do throws(Errno) {
                try aside.createFolder()
            } catch {
                guard error == .fileExists else { throw FileError(place.path, error) }
                continue
            }
            let descriptor: Int32
            do throws(Errno) {
                descriptor = try aside.open(O_RDONLY | O_DIRECTORY)
            } catch {
                try? aside.removeFolder()
                throw FileError(place.path, error)
            }
            let folder = WorkingDirectory(HeldName(place: aside, descriptor: descriptor))
            // Where there are no locks nothing is ever taken over either.
            guard folder.held.lock() || Errno.last != .wouldBlock, folder.held.isStillNamed, folder.isNew else {
                // Another command has just taken it for a leftover, or another user has exchanged it.
                continue
            }
            self = folder
            return
        }
        throw FileError(place.path, .fileExists)
    }

    private init(_ held: HeldName) {
        self.held = held
        inside = HeldFolder(held.place.path, taking: held.descriptor)
    }

    /// Whether it is what was just made: an empty folder of the caller's.
    private var isNew: Bool {
        guard let status = try? inside.status(), let names = try? inside.names() else { return false }
        return status.userID.rawValue == geteuid() && names.isEmpty
    }

    /// Takes over a folder that had a place, for as long as it has to be looked at and removed; `nil` if another command
    /// has removed it.
    package init?(takingOver place: Place) throws(FileError) {
        let descriptor: Int32
        do throws(Errno) {
            descriptor = try place.open(O_RDONLY | O_DIRECTORY)
        } catch {
            guard error != .noSuchFileOrDirectory else { return nil }
            throw FileError(place.path, error)
        }
        let folder = WorkingDirectory(HeldName(place: place, descriptor: descriptor))
        // The process that has it publishes or removes it just now, and either takes an instant.
        folder.held.lockInTurn()
        guard folder.held.isStillNamed else { return nil }
        self = folder
    }

    /// Hands over each folder that a killed process left beside `place`.
    package static func forEachLeftover(
        beside place: Place, _ use: WorkingName.Use, _ body: (borrowing WorkingDirectory) throws(FileError) -> Void
    ) throws(FileError) {
        for name in try WorkingName(beside: place).found(use) {
            guard let held = try WorkingName.claim(name, .directory, O_RDONLY | O_DIRECTORY) else { continue }
            try body(WorkingDirectory(held))
        }
    }

    /// What is in the folder.
    package func names() throws(FileError) -> [String] { try inside.names() }

    /// Removes the folder with the files in it, unless it has got its place or its name is that of another one now.
    ///
    /// Nothing below a folder in it: that is none of ours.
    package func remove() throws(FileError) {
        guard held.isStillNamed else { return }
        for name in try names() {
            let file = inside.place(name)
            try FileError.about(file.path) { () throws(Errno) in try file.remove() }
        }
        try FileError.about(path) { () throws(Errno) in try held.place.removeFolder() }
    }
}

extension WorkingDirectory {
    /// Brings the folder to the disk, gives it its place and brings that to the disk as well; the files in it have to be
    /// there already.
    ///
    /// An older folder keeps its place until then. Throws `FileError`; what was there before is then there still, under
    /// its own name or a working one.
    ///
    /// - Returns: where older folders are now, to be removed.
    package func publish(at place: Place) throws(FileError) -> [Place] {
        try inside.sync()
        CrashPoint.reportRename.reach()
        guard held.isStillNamed else {
            throw FileError(place.path, why: "the folder with what was written, \(path), was removed or replaced")
        }
        let replaced = try takePlace(place)
        // Nothing of it is unfinished now, and another writer may have to remove it.
        held.unlock()
        try place.folder.sync()
        return replaced
    }

    private func takePlace(_ place: Place) throws(FileError) -> [Place] {
        var replaced: [Place] = []
        // Each turn means that another command has just given the place to something else.
        for _ in 0..<100 {
            do throws(Errno) {
                try held.place.exchange(with: place)
                return replaced + [held.place]
            } catch {
                switch error {
                case .noSuchFileOrDirectory: break
                case _ where error.isUnsupported: if let older = try stepAside(place) { replaced.append(older) }
                default: throw FileError(place.path, error)
                }
            }
            do throws(Errno) {
                try held.place.moveToNew(place)
                return replaced
            } catch {
                guard [.fileExists, .directoryNotEmpty].contains(error) else {
                    putBack(replaced.last, at: place)
                    throw FileError(place.path, error)
                }
            }
        }
        throw FileError(place.path, why: "other commands keep writing it")
    }

    /// Where names cannot be exchanged, what has the place gets another name for an instant; a kill leaves it to the
    /// next command to bring it back.
    private func stepAside(_ place: Place) throws(FileError) -> Place? {
        let aside = WorkingName(beside: place).free(for: .replaced)
        do throws(Errno) {
            try place.move(to: aside)
            return aside
        } catch {
            guard error == .noSuchFileOrDirectory else { throw FileError(place.path, error) }
            return nil
        }
    }

    private func putBack(_ older: Place?, at place: Place) {
        guard let older else { return }
        do throws(Errno) {
            try older.moveToNew(place)
        } catch {
            // There is an error to tell already, and the next command brings it back.
        }
    }
}
