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

        fileprivate mutating func finish() throws(ReportError) {
            _ = try file.finish()
        }
    }

    /// Refuses a place where something is that must not be replaced, before any work is done for it.
    package func check() throws(TableError) {
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

    /// Lets `body` fill the table aside, brings it to the disk and gives it its name.
    ///
    /// Throws `TableError`, or what `body` throws; then nothing of it is left.
    package func write<Value>(_ body: (inout Rows) throws -> Value) throws -> Value {
        try check()
        // What a process that was killed left behind.
        unsafe unlink(aside)
        do {
            var rows = Rows(try CSVFile(creating: aside, .neutral, header: header))
            let value = try body(&rows)
            try rows.finish()
            try publish()
            return value
        } catch {
            let number = errno
            unsafe unlink(aside)
            errno = number
            guard let error = error as? ReportError else { throw error }
            throw TableError(error)
        }
    }

    /// Removes a table that was written before; it is no error if there is none.
    package func remove() throws(TableError) {
        guard unsafe unlink(path) == 0 || errno == ENOENT else { throw TableError(path: path) }
    }

    private func publish() throws {
        if replaces {
            guard unsafe rename(aside, path) == 0 else { throw TableError(path: path) }
        } else {
            // Unlike a renaming, a link never takes the place of a file that came meanwhile.
            guard unsafe link(aside, path) == 0 else { throw TableError(path: path) }
            unsafe unlink(aside)
        }
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw TableError(path: path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw TableError(path: path) }
    }
}

/// What keeps a table from being written.
package struct TableError: Error, Sendable, Equatable, CustomStringConvertible {
    package var path: String
    package var isDiskFull: Bool
    private var why: String

    fileprivate init(path: String, why: String? = nil) {
        self.init(why.map { ReportError(path: path, why: $0) } ?? ReportError(path: path))
    }

    fileprivate init(_ error: ReportError) {
        path = error.path
        isDiskFull = error.isDiskFull
        why = error.why
    }

    package var description: String {
        "Cannot write \(path): \(why). Name another file with --output, or replace what is there with --overwrite."
    }
}
