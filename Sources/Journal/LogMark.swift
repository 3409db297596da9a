import GRDB
import GRDBSQLite

/// A number in a journal that shows whether the log beside it belongs to it, and whether a log is missing.
///
/// SQLite keeps it as `user_version` in the first page of the file. Every transaction writes that page again, so that each
/// log has the number too. It is odd from the beginning of a run to its end, and grows with each of them. It starts at
/// random, so that two journals have different numbers.
struct LogMark: Sendable, Hashable {
    /// In the upper byte, so that a `user_version` of another program is no mark.
    private static let magic: UInt32 = 0x5600_0000
    private static let counter: UInt32 = 0x00FF_FFFF

    private let value: UInt32

    private init(_ value: UInt32) {
        self.value = Self.magic | (value & Self.counter)
    }

    /// `nil` if it is no number of ours.
    init?(stored value: UInt32) {
        guard value & ~Self.counter == Self.magic else { return nil }
        self.value = value
    }

    /// For a new journal.
    static func random() -> LogMark { LogMark(.random(in: 0...counter) & ~1) }

    /// The mark that a connection sees, with the log taken into account.
    init?(of database: Database) throws {
        let stored = try Int32.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        self.init(stored: UInt32(bitPattern: stored))
    }

    /// True while a run is under way, or after one was killed.
    var isOpen: Bool { value & 1 == 1 }
    var opened: LogMark { LogMark(isOpen ? value + 2 : value + 1) }
    var closed: LogMark { LogMark(isOpen ? value + 1 : value) }

    /// Whether this mark, of a journal with its log, can follow on another one, of the same journal without it.
    ///
    /// A log is not older than its journal, and it is put into the journal when a run begins.
    func follows(_ other: LogMark) -> Bool {
        (value &- other.value) & Self.counter <= 3
    }

    /// Whether the same journal can have had the other mark before, at most a thousand runs ago.
    func isLater(than other: LogMark) -> Bool {
        (value &- other.value) & Self.counter <= 2000
    }

    func write(to database: Database) throws {
        try database.execute(sql: "PRAGMA user_version = \(value)")
    }

    /// The mark in the journal's file, without the log; `nil` if it has none, or keeps no log.
    ///
    /// Read through SQLite's own descriptor: to close another one would let go of its locks on the file.
    static func inFile(of database: Database) -> LogMark? {
        unsafe withUnsafeTemporaryAllocation(byteCount: 64, alignment: 4) { head in
            var file: UnsafeMutablePointer<sqlite3_file>?
            let code = unsafe sqlite3_file_control(
                database.sqliteConnection, "main", SQLITE_FCNTL_FILE_POINTER, &file)
            guard code == SQLITE_OK, let file = unsafe file,
                unsafe file.pointee.pMethods.pointee.xRead(file, head.baseAddress, 64, 0) == SQLITE_OK
            else { return nil }
            // The format for writing: 2 with a log, 1 without.
            guard unsafe head[18] == 2 else { return nil }
            return LogMark(stored: unsafe head.loadUnaligned(fromByteOffset: 60, as: UInt32.self).bigEndian)
        }
    }
}

/// What the marks of a journal and of the log beside it show.
enum LogState: Sendable {
    case fits
    /// The last run did not end, and its log is not there.
    case missing
    /// The log was written for another journal, or for this one at another time.
    case foreign

    /// Looks at a journal through a connection that only reads: another one would put the log into the journal when it
    /// is closed.
    init(of database: Database, path: String) throws {
        // In this order: a run that goes on meanwhile only increases the number.
        guard let own = LogMark.inFile(of: database), let mark = try LogMark(of: database) else {
            self = .fits
            return
        }
        if !mark.follows(own) {
            self = .foreign
        } else if own == mark, mark.isOpen, JournalFiles.size(of: path + "-wal") ?? 0 == 0 {
            self = .missing
        } else {
            self = .fits
        }
    }
}
