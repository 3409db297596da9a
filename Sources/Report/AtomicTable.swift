import CFiles
import Crypto
import FoundationEssentials
import Glibc

/// A CSV file of its own that is complete or not there at all, for its owner alone.
package struct AtomicTable: Sendable {
    package let path: String
    private let header: [String]
    /// A file that is there may be replaced.
    private let replaces: Bool

    /// What it is written as until it is complete.
    private var aside: String { path + ".writing" }

    package init(at path: String, header: [String], replacing replaces: Bool) {
        self.path = path
        self.header = header
        self.replaces = replaces
    }

    /// The rows of a table that is being written.
    ///
    /// What a spreadsheet would run as a formula is made inert.
    package struct Rows: ~Copyable {
        private var file: CSVFile

        fileprivate init(_ file: consuming CSVFile) {
            self.file = file
        }

        package mutating func add(_ cells: [String]) throws(TableError) {
            do {
                try file.add(cells)
            } catch {
                throw TableError(error)
            }
        }

        /// How many there are so far.
        package var count: Int { file.rows }

        /// - Returns: the digest of the whole table.
        fileprivate mutating func finish() throws(ReportError) -> String {
            try file.finish().sha256
        }
    }

    /// Refuses a place where something is that must not be replaced, or where no table can be written, before any work
    /// is done for it; clears away what a killed process left.
    package func check() throws(TableError) {
        try clear()
        try checkPlace()
        let descriptor = unsafe open(aside, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw TableError(path: path) }
        close(descriptor)
        try clear()
    }

    /// Whether the table is there as it was written; an empty file is one that was about to be put into its place.
    package func isThere(digest: String) -> Bool {
        let descriptor = unsafe open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var hash = SHA256()
        var isEmpty = true
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe chunk.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return false }
            guard count > 0 else { return isEmpty || hash.finalize().hexadecimal == digest }
            isEmpty = false
            hash.update(data: chunk[..<count])
        }
    }

    private func checkPlace() throws(TableError) {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else {
            guard errno == ENOENT else { throw TableError(path: path) }
            return
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw TableError(path: path, why: "it is there and is no file")
        }
        guard replaces else { throw TableError(path: path, why: "it is there already") }
    }

    /// Lets `body` fill the table aside, brings it to the disk and gives it its name; `willPublish` is told the digest
    /// just before that.
    ///
    /// A table without rows is left out if it is `optional`, and the one that was there before is removed. Throws
    /// `TableError`, or what a closure throws; then nothing of it is left.
    package func write<Value>(
        optional: Bool = false, willPublish: (_ digest: String) throws -> Void = { _ in },
        _ body: (inout Rows) throws -> Value
    ) throws -> Value {
        try clear()
        try checkPlace()
        do {
            var rows = Rows(try CSVFile(creating: aside, .neutral, header: header))
            let value = try body(&rows)
            if optional, rows.count == 0 {
                try clear()
                try remove()
                return value
            }
            try willPublish(try rows.finish())
            try publish()
            return value
        } catch {
            // The error says more than one of clearing away would.
            _ = unsafe unlink(aside)
            guard let error = error as? ReportError else { throw error }
            throw TableError(error)
        }
    }

    private func clear() throws(TableError) {
        guard unsafe unlink(aside) == 0 || errno == ENOENT || errno == ENOTDIR else { throw TableError(path: aside) }
    }

    /// Removes a table that was written before; it is no error if there is none.
    package func remove() throws(TableError) {
        guard unsafe unlink(path) == 0 || errno == ENOENT else { throw TableError(path: path) }
    }

    private func publish() throws {
        if replaces {
            guard unsafe rename(aside, path) == 0 else { throw TableError(path: path) }
        } else {
            try giveName()
        }
        do {
            try syncFolder()
        } catch {
            // What could not be finished is not there: the same command can be run again.
            if !replaces { _ = unsafe unlink(path) }
            throw error
        }
    }

    private func syncFolder() throws(TableError) {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw TableError(path: path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw TableError(path: path) }
    }

    /// Never takes the place of a file that came meanwhile, in whichever way the file system can do that.
    private func giveName() throws {
        if unsafe files_rename_new(aside, path) == 0 { return }
        guard errno != EEXIST else { throw TableError(path: path) }
        // NFS cannot rename so, FAT and many FUSE file systems cannot link.
        if unsafe link(aside, path) == 0 {
            guard unsafe unlink(aside) == 0 else { throw TableError(path: aside) }
            return
        }
        guard errno != EEXIST else { throw TableError(path: path) }
        // The process that created a file may replace it.
        let descriptor = unsafe open(path, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw TableError(path: path) }
        close(descriptor)
        guard unsafe rename(aside, path) == 0 else {
            let error = TableError(path: path)
            _ = unsafe unlink(path)
            throw error
        }
    }
}

/// What keeps a table from being written.
package struct TableError: Error, Sendable, Equatable, CustomStringConvertible {
    package var path: String
    package var isDiskFull: Bool
    /// True if the disk failed rather than that the place is unsuitable.
    package var isDiskFailure: Bool
    private var why: String

    fileprivate init(path: String, why: String? = nil) {
        self.init(why.map { ReportError(path: path, why: $0) } ?? ReportError(path: path))
    }

    fileprivate init(_ error: ReportError) {
        path = error.path
        isDiskFull = error.isDiskFull
        isDiskFailure = error.isDiskFailure
        why = error.why
    }

    package var description: String {
        "Cannot write \(path): \(why). Name another file with --output, or replace what is there with --overwrite."
    }
}
