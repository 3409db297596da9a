import Files
import Glibc
import SystemPackage

/// Where a working file is or is to be, looked at before personal data goes there.
///
/// In a folder that others may write to, another user can have put a link or a file of his where the working file, or
/// what SQLite keeps beside it, is expected: he would read what is written there.
struct WorkingPlace {
    let path: String
    /// In its folder, which is held.
    let place: Place

    /// Holds the folder, which has to be one that nobody else may write to.
    init(path: String) throws(SuggestionError) {
        self.path = path
        do throws(FileError) {
            place = try Place(path)
        } catch {
            if let fault = error.folderFault { throw .sharedFolder(fault) }
            throw .cannotCreate(path: path, why: error.why)
        }
    }

    /// Creates an empty file for its owner alone, or sees that the one that is there is the caller's.
    ///
    /// - Returns: whether the file was created now.
    @discardableResult
    func claim() throws(SuggestionError) -> Bool {
        for name in besides where try !isOwn(name) { throw .notOurs(path: name.path) }
        if place.isSticky {
            // Before another user gives one of these names to a file, and SQLite refuses it.
            for name in besides where name.name != data.name { _ = try create(name) }
            for name in besides where try !isOwn(name) { throw .notOurs(path: name.path) }
        }
        if try create(place) { return true }
        guard try isOwn(place) else { throw .notOurs(path: path) }
        return false
    }

    /// Creates a file, and takes its name away as soon as `open` has it: it lives as long as it is open.
    ///
    /// Needs the name of a working file that is claimed.
    func createUnnamed<Value>(_ open: (_ name: Place) throws -> Value) throws -> Value {
        // A process that died between creating and opening left an empty one.
        try remove(data)
        guard try create(data) else { throw SuggestionError.notOurs(path: data.path) }
        let value = try open(data)
        try remove(data)
        return value
    }

    /// Whether the file is what a killed process or a power cut left: it says that it is ours, or nothing at all.
    ///
    /// Only of a file that SQLite cannot read; that it is the caller's own is known.
    var isLeftover: Bool {
        guard let descriptor = try? place.open(O_RDONLY) else { return false }
        defer { close(descriptor) }
        // The header of a SQLite file, with the mark of its application at its place.
        var header = [UInt8](repeating: 0, count: 100)
        let count = unsafe header.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
        guard count >= 0 else { return false }
        let mark = header[68..<72].reduce(0) { $0 << 8 | Int($1) }
        return header.allSatisfy { $0 == 0 }
            || (header.starts(with: "SQLite format 3\0".utf8) && mark == Schema.applicationID)
    }

    /// Leaves a file that is known to be a working file, and what is beside it, to its owner alone.
    ///
    /// Without opening them: to close them would let go of the locks that SQLite has on them.
    func makePrivate() throws(SuggestionError) {
        for name in [place] + besides {
            do throws(Errno) {
                if let status = try name.status() { try name.change(status, to: 0o600) }
            } catch {
                guard error == .noSuchFileOrDirectory else { throw .failed(path: name.path, why: "\(error)") }
            }
        }
    }

    /// Removes what SQLite keeps beside the file, then the file, as far as they are there.
    ///
    /// The file goes last: as long as it is there, the next process knows what is left.
    func clear() throws(SuggestionError) {
        for name in besides + [place] { try remove(name) }
        do throws(FileError) {
            try place.folder.sync()
        } catch {
            throw .cannotRemove(path: path, why: "its folder cannot be synced (\(error.why))")
        }
    }

    private var besides: [Place] { ["-wal", "-shm", "-journal"].map(place.adding) + [data] }

    private var data: Place { place.adding("-data") }

    /// - Returns: false if there is something of that name.
    private func create(_ name: Place) throws(SuggestionError) -> Bool {
        do throws(Errno) {
            close(try name.create(O_RDWR))
            return true
        } catch {
            guard error == .fileExists else { throw .cannotCreate(path: name.path, why: "\(error)") }
            return false
        }
    }

    private func remove(_ name: Place) throws(SuggestionError) {
        do throws(Errno) {
            try name.remove()
        } catch {
            guard error == .noSuchFileOrDirectory else { throw .cannotRemove(path: name.path, why: "\(error)") }
        }
    }

    /// Whether there is nothing, or a file of the caller's that has no other name.
    private func isOwn(_ name: Place) throws(SuggestionError) -> Bool {
        do throws(Errno) {
            guard let status = try name.status() else { return true }
            return status.type == .regular && status.linkCount <= 1 && status.userID.rawValue == geteuid()
        } catch {
            throw .failed(path: name.path, why: "\(error)")
        }
    }
}
