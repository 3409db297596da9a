import Glibc

/// Where a working file is or is to be, looked at before personal data goes there.
///
/// In a folder that others may write to, somebody else can have put a link or a file of his where the working file, or
/// what SQLite keeps beside it, is expected: he would read what is written there.
struct WorkingPlace {
    let path: String

    /// The path as SQLite has to be given it: `file:x` is the name of a file too.
    var forSQLite: String { path.hasPrefix("/") ? path : "./" + path }

    /// Creates an empty file for its owner alone, or sees that the one that is there is the caller's.
    ///
    /// - Returns: whether the file was created now.
    @discardableResult
    func claim() throws(SuggestionError) -> Bool {
        for name in besides where try !isOwn(name) { throw .notOurs(path: name) }
        let descriptor = unsafe open(path, O_CREAT | O_EXCL | O_RDWR | O_NOFOLLOW | O_CLOEXEC, 0o600)
        if descriptor >= 0 {
            close(descriptor)
            return true
        }
        guard errno == EEXIST else { throw .cannotCreate(path: path, why: Self.reason) }
        guard try isOwn(path) else { throw .notOurs(path: path) }
        return false
    }

    /// Leaves a file that is known to be a working file, and what is beside it, to its owner alone.
    ///
    /// By their names: to open and close them would let go of the locks that SQLite has on them.
    func makePrivate() throws(SuggestionError) {
        for name in [path] + besides where unsafe chmod(name, 0o600) != 0 && errno != ENOENT {
            throw .failed(path: name, why: Self.reason)
        }
    }

    /// Removes the file and what SQLite keeps beside it, as far as they are there.
    func clear() throws(SuggestionError) {
        for name in [path] + besides where unsafe unlink(name) != 0 && errno != ENOENT {
            throw .failed(path: name, why: Self.reason)
        }
    }

    private var besides: [String] { ["-wal", "-shm", "-journal"].map { path + $0 } }

    /// Whether there is nothing, or a file of the caller's that has no other name; the superuser may take everybody's.
    private func isOwn(_ name: String) throws(SuggestionError) -> Bool {
        var status = stat()
        guard unsafe lstat(name, &status) == 0 else {
            guard errno == ENOENT || errno == ENOTDIR else { throw .failed(path: name, why: Self.reason) }
            return true
        }
        let isPlainFile = status.st_mode & S_IFMT == S_IFREG && status.st_nlink <= 1
        return isPlainFile && (geteuid() == 0 || status.st_uid == geteuid())
    }

    private static var reason: String { unsafe String(cString: strerror(errno)) }
}
