import FoundationEssentials
import Glibc
import Model
import SystemPackage

/// A private folder that is filled beside its place and then takes it.
///
/// Owns a file descriptor, whose lock says that the folder is in use, so it cannot be copied.
package struct WorkingDirectory: ~Copyable {
    package let path: String
    private let held: HeldName

    /// Makes an empty folder for what will be at `place`.
    ///
    /// Throws for a folder that is no ``TrustedFolder`` too.
    package init(beside place: String, for use: WorkingName.Use = .writing) throws(FileError) {
        try TrustedFolder.check(folderOf: place)
        let name = WorkingName(beside: place)
        for _ in 0..<100 {
            let path = name.path(for: use)
            guard unsafe mkdir(path, 0o700) == 0 else {
                guard Errno.last == .fileExists else { throw FileError(place, .last) }
                continue
            }
            let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            guard descriptor >= 0 else {
                let error = Errno.last
                unsafe rmdir(path)
                throw FileError(place, error)
            }
            let held = HeldName(name: path, descriptor: descriptor)
            // Where there are no locks nothing is ever taken over either.
            guard held.lock() || Errno.last != .wouldBlock, held.isStillNamed else {
                // Another command has just taken it for a leftover.
                held.release()
                continue
            }
            self.init(held)
            return
        }
        throw FileError(place, .fileExists)
    }

    private init(_ held: HeldName) {
        path = held.name
        self.held = held
    }

    /// Takes over a folder that had a place, for as long as it has to be looked at and removed; `nil` if another command
    /// has removed it.
    package init?(takingOver path: String) throws(FileError) {
        let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else {
            guard Errno.last != .noSuchFileOrDirectory else { return nil }
            throw FileError(path, .last)
        }
        let held = HeldName(name: path, descriptor: descriptor)
        // The process that has it publishes or removes it just now, and either takes an instant.
        held.lockInTurn()
        guard held.isStillNamed else {
            held.release()
            return nil
        }
        self.init(held)
    }

    /// Hands over each folder that a killed process left beside `place`.
    package static func forEachLeftover(
        beside place: String, _ use: WorkingName.Use, _ body: (borrowing WorkingDirectory) throws(FileError) -> Void
    ) throws(FileError) {
        for name in try WorkingName(beside: place).found(use) {
            guard let held = try WorkingName.claim(name, .directory, O_RDONLY | O_DIRECTORY) else { continue }
            try body(WorkingDirectory(held))
        }
    }

    deinit {
        held.release()
    }

    /// What is in the folder.
    package func names() throws(FileError) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: path)
        } catch {
            throw FileError(path, why: "it cannot be listed")
        }
    }

    /// Removes the folder with the files in it, unless it has got its place or its name is that of another one now.
    package func remove() throws(FileError) {
        guard held.isStillNamed else { return }
        for name in try names() {
            let file = "\(path)/\(name)"
            try FileError.about(file) { () throws(Errno) in try Names.remove(file) }
        }
        guard unsafe rmdir(path) == 0 else { throw FileError(path, .last) }
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
    package func publish(at place: String) throws(FileError) -> [String] {
        try Names.syncFolder(held.descriptor, path)
        CrashPoint.reportRename.reach()
        let replaced = try takePlace(place)
        // Nothing of it is unfinished now, and another writer may have to remove it.
        held.unlock()
        try Names.syncFolder(WorkingName(beside: place).folder)
        return replaced
    }

    private func takePlace(_ place: String) throws(FileError) -> [String] {
        var replaced: [String] = []
        // Each turn means that another command has just given the place to something else.
        for _ in 0..<100 {
            do throws(Errno) {
                try Names.exchange(path, place)
                return replaced + [path]
            } catch {
                switch error {
                case .noSuchFileOrDirectory: break
                case _ where error.isUnsupported: if let older = try stepAside(place) { replaced.append(older) }
                default: throw FileError(place, error)
                }
            }
            do throws(Errno) {
                try Names.moveToNew(path, place)
                return replaced
            } catch {
                guard [.fileExists, .directoryNotEmpty].contains(error) else {
                    putBack(replaced.last, at: place)
                    throw FileError(place, error)
                }
            }
        }
        throw FileError(place, why: "other commands keep writing it")
    }

    /// Where names cannot be exchanged, what has the place gets another name for an instant; a kill leaves it to the
    /// next command to bring it back.
    private func stepAside(_ place: String) throws(FileError) -> String? {
        let aside = WorkingName(beside: place).path(for: .replaced)
        do throws(Errno) {
            try Names.move(place, aside)
            return aside
        } catch {
            guard error == .noSuchFileOrDirectory else { throw FileError(place, error) }
            return nil
        }
    }

    private func putBack(_ older: String?, at place: String) {
        guard let older else { return }
        do throws(Errno) {
            try Names.moveToNew(older, place)
        } catch {
            // There is an error to tell already, and the next command brings it back.
        }
    }
}
