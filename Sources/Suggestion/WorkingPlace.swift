import Files
import Glibc

/// Where a working file is or is to be, looked at before personal data goes there.
///
/// In a folder that others may write to, another user can have put a link or a file of his where the working file, or
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
        let isSticky: Bool
        do throws(FolderFault) {
            isSticky = try TrustedFolder(of: path).isSticky
        } catch {
            throw .sharedFolder(error)
        }
        for name in besides where try !isOwn(name) { throw .notOurs(path: name) }
        if isSticky {
            // Before another user gives one of these names to a file, and SQLite takes that for its own.
            for name in besides where name != path + Self.data { _ = try create(name) }
            for name in besides where try !isOwn(name) { throw .notOurs(path: name) }
        }
        if try create(path) { return true }
        guard try isOwn(path) else { throw .notOurs(path: path) }
        return false
    }

    /// Creates a file, and takes its name away as soon as `open` has it: it lives as long as it is open.
    ///
    /// Needs the name of a working file that is claimed.
    func createUnnamed<Value>(_ open: (_ name: String) throws -> Value) throws -> Value {
        let name = path + Self.data
        // A process that died between creating and opening left an empty one.
        try remove(name)
        guard try create(name) else { throw SuggestionError.notOurs(path: name) }
        let value = try open(name)
        try remove(name)
        return value
    }

    /// Whether the file is what a killed process or a power cut left: it says that it is ours, or nothing at all.
    ///
    /// Only of a file that SQLite cannot read; that it is the caller's own is known.
    var isLeftover: Bool {
        let descriptor = unsafe open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
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
    /// By their names: to open and close them would let go of the locks that SQLite has on them.
    func makePrivate() throws(SuggestionError) {
        for name in [path] + besides where unsafe chmod(name, 0o600) != 0 && errno != ENOENT {
            throw .failed(path: name, why: Self.reason)
        }
    }

    /// Removes what SQLite keeps beside the file, then the file, as far as they are there.
    ///
    /// The file goes last: as long as it is there, the next process knows what is left.
    func clear() throws(SuggestionError) {
        for name in besides + [path] { try remove(name) }
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .cannotRemove(path: path, why: Self.reason) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else {
            throw .cannotRemove(path: path, why: "its folder cannot be synced (\(Self.reason))")
        }
    }

    private var besides: [String] { ["-wal", "-shm", "-journal", Self.data].map { path + $0 } }

    private static let data = "-data"

    /// - Returns: false if there is something of that name.
    private func create(_ name: String) throws(SuggestionError) -> Bool {
        let descriptor = unsafe open(name, O_CREAT | O_EXCL | O_RDWR | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor < 0 else {
            close(descriptor)
            return true
        }
        guard errno == EEXIST else { throw .cannotCreate(path: name, why: Self.reason) }
        return false
    }

    private func remove(_ name: String) throws(SuggestionError) {
        guard unsafe unlink(name) == 0 || errno == ENOENT else { throw .cannotRemove(path: name, why: Self.reason) }
    }

    /// Whether there is nothing, or a file of the caller's that has no other name.
    private func isOwn(_ name: String) throws(SuggestionError) -> Bool {
        var status = stat()
        guard unsafe lstat(name, &status) == 0 else {
            guard errno == ENOENT || errno == ENOTDIR else { throw .failed(path: name, why: Self.reason) }
            return true
        }
        let isPlainFile = status.st_mode & S_IFMT == S_IFREG && status.st_nlink <= 1
        return isPlainFile && status.st_uid == geteuid()
    }

    private static var reason: String { unsafe String(cString: strerror(errno)) }
}
