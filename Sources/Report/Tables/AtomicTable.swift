import Crypto
import Files
import FoundationEssentials
import Glibc
import SystemPackage

/// A CSV file of its own that is complete or not there at all, for its owner alone.
package struct AtomicTable: Sendable {
    package let path: String
    private let header: [String]
    /// A file that is there may be replaced.
    private let replaces: Bool

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
                throw TableError(error.error, error.path)
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
        do throws(FileError) {
            let place = try freePlace()
            try AtomicFile(at: place).discard()
        } catch {
            throw TableError(error, path)
        }
    }

    /// Whether the table is there as it was written; an empty file is one that was about to be put into its place.
    package func isThere(digest: String) -> Bool {
        // What cannot be opened is no table of ours.
        guard let descriptor = try? Place(path).open(O_RDONLY | O_NONBLOCK) else { return false }
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

    /// The place of the table, where nothing is that has to stay; what killed processes left beside it is removed.
    func freePlace() throws(FileError) -> Place {
        let place = try Place(path)
        try WorkingName(beside: place).clearFiles()
        guard let status = try FileError.about(path, { () throws(Errno) in try place.status() }) else { return place }
        guard status.type == .regular else { throw FileError(path, why: "it is there and is no file") }
        guard replaces else { throw FileError(path, why: "it is there already") }
        return place
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
        do {
            let file = try AtomicFile(at: freePlace())
            do {
                var rows = Rows(try CSVFile(path, into: file.descriptor, .neutral, header: header))
                let value = try body(&rows)
                if optional, rows.count == 0 {
                    try file.discard()
                    try remove()
                    return value
                }
                try willPublish(try rows.finish())
                try file.publish(replacing: replaces)
                return value
            } catch {
                // The error says more than one of clearing away would.
                try? file.discard()
                throw error
            }
        } catch let error as FileError {
            throw TableError(error, path)
        } catch let error as ReportError {
            throw TableError(error.error, path)
        }
    }

    /// Removes a table that was written before; it is no error if there is none.
    package func remove() throws(TableError) {
        do throws(FileError) {
            let place = try Place(path)
            try FileError.about(path) { () throws(Errno) in
                do throws(Errno) {
                    try place.remove()
                } catch .noSuchFileOrDirectory {}
            }
        } catch {
            throw TableError(error, path)
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

    /// Whatever file it is about, the place is that of the table.
    init(_ error: FileError, _ path: String) {
        self.path = path
        isDiskFull = error.isDiskFull
        isDiskFailure = error.isDiskFailure
        why = error.why
    }

    package var description: String {
        "Cannot write \(path): \(why). Name another file with --output, or replace what is there with --overwrite."
    }
}
