import Files
import Glibc

/// Where a journal is or is to be, looked at before anything there is trusted or written to.
///
/// Beside a journal stand its lock and what SQLite keeps. In a folder that others may write to, somebody else can have
/// put a link, a pipe or a file of theirs where one of these is expected. A link is therefore never followed, and what
/// is written to has to belong to the caller or to the superuser.
struct JournalPlace {
    let path: String

    /// The path as SQLite has to be given it: `file:x` and `:memory:` are names of files too.
    static func forSQLite(_ path: String) -> String {
        path.hasPrefix("/") ? path : "./" + path
    }

    /// The folder of a path.
    static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    }

    /// Refuses a folder in which others can exchange files.
    ///
    /// - Returns: whether others can add files there, as in `/tmp`.
    @discardableResult
    func requireTrustedFolder() throws(JournalError) -> Bool {
        do throws(FolderFault) {
            return try TrustedFolder(of: path).isSticky
        } catch {
            throw .sharedFolder(error)
        }
    }

    /// Refuses everything but a file in a trusted folder, and anything but files of its owner beside it.
    func requireFile() throws(JournalError) {
        let isSticky = try requireTrustedFolder()
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else {
            throw errno == ENOENT || errno == ENOTDIR
                ? .missing(path: path) : .failed(path: path, why: Journal.errnoText())
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFLNK: throw .symbolicLink(path: path)
        default: throw .notAJournal(path: path)
        }
        guard !isSticky || Self.isTrusted(status) else { throw .foreign(path: path) }
        if isSticky, Self.isTrusted(status) { try occupy(status.st_mode & 0o777) }
        // A reader writes there too, and takes a log for the journal's last changes.
        for name in besides {
            var beside = stat()
            guard unsafe lstat(name, &beside) == 0 else { continue }
            guard Self.isPlainFile(beside), beside.st_uid == status.st_uid || Self.isTrusted(beside) else {
                throw .inTheWay(path: name)
            }
        }
    }

    /// Gives the names beside the journal to empty files, before another user gives them to files of his: SQLite would
    /// take those for its own.
    private func occupy(_ mode: mode_t) throws(JournalError) {
        for name in besides {
            let descriptor = unsafe open(name, O_CREAT | O_EXCL | O_RDWR | O_NOFOLLOW | O_CLOEXEC, mode)
            if descriptor >= 0 { Glibc.close(descriptor) }
        }
    }

    /// Refuses what a run must not go on with: a journal of somebody else, files of others beside it, a network.
    ///
    /// A run does what its journal says, so whoever wrote that moves rooms with the caller's credentials.
    func requireOwn() throws(JournalError) {
        var journal = stat()
        guard unsafe lstat(path, &journal) == 0 else { throw .failed(path: path, why: Journal.errnoText()) }
        guard Self.isTrusted(journal) else { throw .foreign(path: path) }
        for name in besides {
            var status = stat()
            guard unsafe lstat(name, &status) == 0 else { continue }
            guard Self.isPlainFile(status), Self.isTrusted(status) else { throw .inTheWay(path: name) }
            // SQLite gives these files the permissions of the journal, also while that was read-only for a time.
            if status.st_mode != journal.st_mode {
                _ = Self.change(name, like: status, to: journal.st_mode & 0o777)
            }
        }
        try requireLocalDisk()
    }

    /// Leaves a journal, and what is beside it, to its owner alone.
    ///
    /// Returns whether others could read it until now. Never opens the file: to close it again would let go of the locks
    /// that SQLite has on it.
    func makePrivate() throws(JournalError) -> Bool {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { throw .failed(path: path, why: Journal.errnoText()) }
        guard status.st_mode & S_IFMT == S_IFREG, status.st_mode & 0o077 != 0 else { return false }
        guard Self.change(path, like: status, to: status.st_mode & 0o700) else { throw .exposed(path: path) }
        for name in besides {
            var beside = stat()
            guard unsafe lstat(name, &beside) == 0, beside.st_mode & S_IFMT == S_IFREG else { continue }
            _ = Self.change(name, like: beside, to: status.st_mode & 0o700)
        }
        return true
    }

    /// `O_PATH`, which the overlay of the C library does not have.
    private static let onlyPath: Int32 = 0o10000000

    /// Changes the permissions of a file that was looked at, and of no other that has taken its name meanwhile.
    ///
    /// - Returns: whether that was done.
    private static func change(_ path: String, like status: stat, to mode: mode_t) -> Bool {
        // Such a descriptor does not open the file, so that closing it lets go of no lock.
        let descriptor = unsafe open(path, Self.onlyPath | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { Glibc.close(descriptor) }
        var opened = stat()
        guard unsafe fstat(descriptor, &opened) == 0, opened.st_ino == status.st_ino, opened.st_dev == status.st_dev
        else { return false }
        return unsafe chmod("/proc/self/fd/\(descriptor)", mode) == 0
    }

    /// Removes the empty file that kept others from its name; SQLite removes the two that it uses.
    func clearEmpty() {
        let name = path + "-journal"
        if Self.size(of: name) == 0 { unsafe unlink(name) }
    }

    /// What SQLite keeps beside a journal.
    private var besides: [String] { ["-wal", "-shm", "-journal"].map { path + $0 } }

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
    static func clear(_ paths: [String]) throws(JournalError) -> Bool {
        var isChanged = false
        for path in paths {
            if unsafe unlink(path) == 0 {
                isChanged = true
            } else if Journal.exists(at: path) {
                throw .inTheWay(path: path)
            }
        }
        return isChanged
    }

    /// A file that has no other name: writing to it changes nothing but it.
    static func isPlainFile(_ status: stat) -> Bool {
        status.st_mode & S_IFMT == S_IFREG && status.st_nlink <= 1
    }

    /// Whether what it describes belongs to the caller or the superuser.
    static func isTrusted(_ status: stat) -> Bool { TrustedFolder.isOwn(status.st_uid) }
}
