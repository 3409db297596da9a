import FoundationEssentials
import GRDB
import Glibc
import Model
import RawSQL

/// The durable record of a job: its lines, operations, attempts and runs in one SQLite file.
///
/// One connection writes. WAL with `synchronous=FULL`: what a method has returned from survives a crash of the process
/// and of the machine. GRDB puts every access in line, so a journal is shared between tasks as it is.
package struct Journal: Sendable {
    /// What a command may do to the journal it opens.
    package enum Access: Sendable {
        /// Only reads. A journal of an earlier format is read from an upgraded copy, and stays as it is.
        case read
        /// Carries out its work. The caller holds the ``JournalLock``, so that a journal of an earlier format is
        /// upgraded in place.
        case write
        /// Writes a remark, possibly while another process carries out the journal's work. Upgrades a journal of an
        /// earlier format only if no process has its lock.
        case annotate
    }

    package let path: String
    let database: DatabaseQueue
    /// Decides after each five seconds whether a write keeps waiting for another program that has locked the journal.
    let keepsWaiting: @Sendable (_ tries: Int) -> Bool
    /// True if ``database`` is an upgraded copy, because the file at ``path`` has an earlier format.
    let isUpgradedCopy: Bool
    /// True if the last run did not end and there is no log beside the journal, as in a copy of the journal alone.
    package let isLogMissing: Bool
    private let access: Access
    /// The file that was opened, and the mark in it; `nil` if it has none.
    private let found: FileIdentity
    private let mark: LogMark?
    /// Closes a journal that is only read with the last copy of the value.
    private let reader: JournalReader?

    /// Opens a journal that is there.
    ///
    /// - Throws: `JournalError` when there is none, it is not ours, a newer version wrote it, or it cannot be used;
    ///   `locked` when it has an earlier format and another process works on it.
    package init(
        at path: String, for access: Access, keepsWaiting: @escaping @Sendable (_ tries: Int) -> Bool = { _ in false }
    ) throws {
        self.path = path
        self.keepsWaiting = keepsWaiting
        self.access = access
        do {
            (database, isUpgradedCopy, isLogMissing, found, mark, reader) = try Self.waiting(keepsWaiting) {
                let found = try Self.checkPlace(path, access)
                let isLogMissing = try Self.checkLog(path)
                let (file, reader) = try Self.openFile(path, access)
                // SQLite has opened what has the name by now.
                guard try JournalFiles(path: path).requireFile() == found else {
                    throw JournalError.failed(path: path, why: "it was exchanged while it was opened")
                }
                let mark = file.inDatabase(LogMark.inFile(of:))
                let database = try Self.inPresentFormat(file, path, access)
                return (database, database !== file, isLogMissing, found, mark, reader)
            }
        } catch {
            throw JournalError.translated(error, path: path)
        }
    }

    private static func checkPlace(_ path: String, _ access: Access) throws -> FileIdentity {
        let place = JournalFiles(path: path)
        let found = try place.requireFile()
        guard unsafe faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) == 0 else {
            switch errno {
            // A name with a slash at its end is that of a folder.
            case ENOENT, ENOTDIR: throw JournalError.missing(path: path)
            case EACCES:
                throw JournalError.failed(
                    path: path, why: "\(errnoText()). Run this as its owner, or ask the owner for a copy")
            default: throw JournalError.failed(path: path, why: errnoText())
            }
        }
        if access != .read {
            try place.requireOwn()
        }
        return found
    }

    /// Refuses a log of another journal before anything of it can be put into this one.
    ///
    /// - Returns: whether a log is missing.
    private static func checkLog(_ path: String) throws -> Bool {
        let (file, reader) = try openFile(path, .read)
        defer { extendLifetime(reader) }
        do {
            return try file.inDatabase { database in
                guard try Int.fetchOne(database, sql: "PRAGMA application_id") == Schema.applicationID else {
                    return false
                }
                switch try LogState(of: database, path: path) {
                case .fits: return false
                case .missing: return true
                case .foreign: throw JournalError.foreignLog(path: path)
                }
            }
        } catch let error as DatabaseError where error.resultCode == .SQLITE_READONLY {
            // Another program was interrupted while it kept no log; SQLite rolls back what it wrote.
            return false
        }
    }

    /// The database with the tables and views of this version.
    private static func inPresentFormat(
        _ file: DatabaseQueue, _ path: String, _ access: Access
    ) throws -> DatabaseQueue {
        let isPresent = try file.read { database in
            let applicationID = try Int.fetchOne(database, sql: "PRAGMA application_id")
            guard applicationID == Schema.applicationID else { throw JournalError.notAJournal(path: path) }
            guard try !Schema.migrator.hasBeenSuperseded(database) else {
                let version = try? String.fetchOne(database, sql: "SELECT toolVersion FROM job")
                throw JournalError.newerFormat(path: path, toolVersion: version ?? "of another kind")
            }
            return try Schema.migrator.hasCompletedMigrations(database)
        }
        switch access {
        case .write:
            try Schema.upgrade(file)
        case .annotate where !isPresent:
            try upgradeUnderLock(file, path)
            return try openFile(path, access).database
        case .annotate:
            break
        case .read where isPresent:
            // A temporary view belongs to the connection, so the file stays as it is.
            try file.inDatabase { try Schema.createViews(in: $0, isTemporary: true) }
        case .read:
            return try upgradedCopy(of: file)
        }
        return file
    }

    /// Closes the database, because the lock lets go of SQLite's locks on the file when it ends.
    private static func upgradeUnderLock(_ file: DatabaseQueue, _ path: String) throws {
        let lock = try JournalLock(ofJournalAt: path, holder: "a command that upgrades its format")
        defer { extendLifetime(lock) }
        try Schema.upgrade(file)
        try file.close()
    }

    /// A copy without a name, which goes when it is closed: a report shows a journal of an earlier format like any other.
    private static func upgradedCopy(of file: DatabaseQueue) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.label = "upgraded copy of a journal"
        let copy = try DatabaseQueue(path: "", configuration: configuration)
        try file.backup(to: copy)
        try file.close()
        try Schema.upgrade(copy)
        return copy
    }

    private static func openFile(
        _ path: String, _ access: Access
    ) throws -> (database: DatabaseQueue, reader: JournalReader?) {
        var configuration = Configuration()
        configuration.readonly = access == .read
        configuration.busyMode = .timeout(5)
        configuration.label = "journal"
        configuration.prepareDatabase { database in
            // A file that is not ours stays as it is.
            guard access != .read,
                try Int.fetchOne(database, sql: "PRAGMA application_id") == Schema.applicationID
            else { return }
            try database.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
        }
        let place = try JournalFiles(path: path).held()
        let database = try SQLiteFiles.open(place, configuration)
        return (database, access == .read ? JournalReader(database, at: place) : nil)
    }

    /// Closes the file; the journal must not be used afterwards.
    ///
    /// A journal that was only read need not be closed: its connection ends with the last copy of the value.
    package func close() throws {
        // GRDB cannot tell a transaction of a database that is closed already.
        guard database.inDatabase({ unsafe $0.sqliteConnection != nil }) else { return }
        try translating {
            // SQLite puts the log into the journal now, unless another process uses it.
            if access != .read, let mark = try database.read(LogMark.init(of:)), mark.isOpen,
                access == .write || JournalLock.holder(ofJournalAt: path) == nil
            {
                try database.write { try mark.closed.write(to: $0) }
            }
            try database.close()
            JournalFiles(path: path).clearEmpty()
        }
    }

    /// Closes a journal whose command ends with an error, which is told instead of why it cannot be closed.
    ///
    /// With the last copy of the value SQLite closes the file too, and puts the log into it; but the mark in the file would
    /// still say that the last run did not end and that its log has to be there. Does nothing to a journal that is closed.
    package func closeAfterError() {
        try? close()
    }

    /// Refuses a journal that is not the file at its path any more, or into which something else was written.
    ///
    /// For a command that reads it for a long time: what is read until then is still that of the journal.
    package func requirePlace() throws {
        let file = FileIdentity(at: path)
        guard file == found else {
            let what = file == nil ? "it was removed" : "another file took its place"
            throw JournalError.failed(
                path: path, why: "\(what) while it was read. Put it back, and run the same command again")
        }
        guard let mark, !isUpgradedCopy else { return }
        guard let present = database.inDatabase(LogMark.inFile(of:)), present.isLater(than: mark) else {
            throw JournalError.damaged(path: path, why: "it was overwritten while it was read")
        }
    }

    /// Leaves the journal to its owner alone; it names every visitor of the mapping.
    ///
    /// Returns whether others could read it until now. Throws `JournalError.exposed` when only somebody else could
    /// change that.
    package func makePrivate() throws -> Bool {
        try JournalFiles(path: path).makePrivate()
    }

    /// Makes the names of the journal and its log durable.
    ///
    /// SQLite ignores an error of this when it makes the log; without its name the log is gone after a power failure.
    package func syncFolder() throws {
        do {
            try Self.syncFolder(of: path)
        } catch JournalError.cannotCreate(_, let why) {
            throw JournalError.failed(path: path, why: "its folder cannot be written to the disk, \(why)")
        }
    }
}
