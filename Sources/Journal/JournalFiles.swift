import CFiles
import Files
import Glibc
import RawSQL
import SystemPackage

/// Where a journal is or is to be, looked at before anything there is trusted or written to.
///
/// Beside a journal stand its lock and what SQLite keeps. In a folder that others may write to, somebody else can have
/// put a link, a pipe or a file of theirs where one of these is expected. A link is therefore never followed, and what
/// is written to has to belong to the caller or to the superuser. What SQLite opens by name is looked at again when it is
/// open (`RawSQL`).
struct JournalFiles {
    let path: String

    /// The folder of a path.
    static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    }

    /// The name in its folder, which is held; refuses a folder in which others can exchange files.
    func held() throws(JournalError) -> Place {
        do throws(FileError) {
            return try Place(path)
        } catch {
            if let fault = error.folderFault { throw .sharedFolder(fault) }
            throw error.isMissing ? .missing(path: path) : .failed(path: path, why: error.why)
        }
    }

    /// The same for a journal that is to be made.
    static func heldToCreate(_ path: String) throws(JournalError) -> Place {
        do throws(FileError) {
            return try Place(path)
        } catch {
            if let fault = error.folderFault { throw .sharedFolder(fault) }
            throw .cannotCreate(path: path, why: error.why)
        }
    }

    /// Refuses everything but a file in a trusted folder, and anything but files of its owner beside it.
    ///
    /// - Returns: the file that was looked at.
    @discardableResult
    func requireFile() throws(JournalError) -> FileIdentity {
        let place = try held()
        guard let status = try status(of: place) else { throw .missing(path: path) }
        switch status.type {
        case .regular: break
        case .symbolicLink: throw .symbolicLink(path: path)
        default: throw .notAJournal(path: path)
        }
        let isTrusted = Self.isTrusted(status)
        guard !place.isSticky || isTrusted else { throw .foreign(path: path) }
        if place.isSticky { occupy(place, status.permissions.rawValue & 0o777) }
        // A reader writes there too, and takes a log for the journal's last changes.
        for beside in Self.besides(place) {
            guard let found = try self.status(of: beside) else { continue }
            guard Self.isPlainFile(found), found.userID == status.userID || Self.isTrusted(found) else {
                throw .inTheWay(path: beside.path)
            }
        }
        // Whoever may be read may have what belongs to it.
        if !isTrusted { files_trust_also(status.userID.rawValue) }
        return FileIdentity(status)
    }

    /// Gives the names beside the journal to empty files, before another user gives them to files of his: SQLite would
    /// refuse to go on.
    private func occupy(_ place: Place, _ mode: UInt32) {
        for beside in Self.besides(place) {
            // What is there already is looked at next.
            guard let descriptor = try? beside.create(O_RDWR, mode: mode) else { continue }
            Glibc.close(descriptor)
        }
    }

    /// Refuses what a run must not go on with: a journal of somebody else, files of others beside it, a network.
    ///
    /// A run does what its journal says, so whoever wrote that moves rooms with the caller's credentials.
    func requireOwn() throws(JournalError) {
        let place = try held()
        guard let journal = try status(of: place) else { throw .missing(path: path) }
        guard Self.isTrusted(journal) else { throw .foreign(path: path) }
        for beside in Self.besides(place) {
            guard let status = try status(of: beside) else { continue }
            guard Self.isPlainFile(status), Self.isTrusted(status) else { throw .inTheWay(path: beside.path) }
            // SQLite gives these files the permissions of the journal, also while that was read-only for a time.
            if status.permissions != journal.permissions {
                // SQLite says what it cannot open.
                try? beside.change(status, to: journal.permissions.rawValue & 0o777)
            }
        }
        try requireLocalDisk()
    }

    /// Leaves a journal, and what is beside it, to its owner alone.
    ///
    /// Returns whether others could read it until now. Never opens the file: to close it again would let go of the locks
    /// that SQLite has on it.
    func makePrivate() throws(JournalError) -> Bool {
        let place = try held()
        guard let status = try status(of: place) else { throw .missing(path: path) }
        let mode = status.permissions.rawValue
        guard status.type == .regular, mode & 0o077 != 0 else { return false }
        do throws(Errno) {
            try place.change(status, to: mode & 0o700)
        } catch {
            throw .exposed(path: path)
        }
        for beside in Self.besides(place) {
            guard let found = try self.status(of: beside), found.type == .regular else { continue }
            // Only the journal itself was asked for, and without it they say nothing.
            try? beside.change(found, to: mode & 0o700)
        }
        return true
    }

    /// Removes the empty files beside a journal that was closed, unless another connection uses it.
    func clearEmpty() {
        // A place that is not there any more needs no clearing.
        guard let place = try? held() else { return }
        SQLiteFiles.clearLog(of: place)
        let name = place.adding("-journal")
        guard place.adding("-wal").size == nil, name.size == 0 else { return }
        try? name.remove()
    }

    /// What SQLite keeps beside a journal.
    private static func besides(_ place: Place) -> [Place] { ["-wal", "-shm", "-journal"].map(place.adding) }

    private func status(of place: Place) throws(JournalError) -> Stat? {
        do throws(Errno) {
            return try place.status()
        } catch {
            throw .failed(path: path, why: "\(error)")
        }
    }

    /// Refuses file systems on which neither locks nor shared memory can be relied on.
    func requireLocalDisk() throws(JournalError) {
        if let kind = NetworkFileSystem.kind(at: Self.folder(of: path)) {
            throw .networkFileSystem(path: path, kind: kind)
        }
    }

    /// In bytes; `nil` if there is no such file.
    static func size(of path: String) -> Int? {
        var status = stat()
        return unsafe lstat(path, &status) == 0 ? Int(status.st_size) : nil
    }

    /// Removes files that an earlier process left; throws when one of them cannot be removed.
    ///
    /// - Returns: whether there was one.
    @discardableResult
    static func clear(_ places: [Place]) throws(JournalError) -> Bool {
        var isChanged = false
        for place in places {
            do throws(Errno) {
                try place.remove()
                isChanged = true
            } catch {
                // What cannot be removed and is there is in the way.
                if (try? place.status()) != nil { throw .inTheWay(path: place.path) }
            }
        }
        return isChanged
    }

    /// A file that has no other name: writing to it changes nothing but it.
    static func isPlainFile(_ status: Stat) -> Bool { status.type == .regular && status.linkCount <= 1 }

    /// Whether what it describes belongs to the caller or the superuser.
    static func isTrusted(_ status: Stat) -> Bool { TrustedFolder.isOwn(status.userID.rawValue) }
}
