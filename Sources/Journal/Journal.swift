import FoundationEssentials
import GRDB
import Glibc
package import Model
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
    private let keepsWaiting: @Sendable (_ tries: Int) -> Bool
    /// True if ``database`` is an upgraded copy, because the file at ``path`` has an earlier format.
    let isUpgradedCopy: Bool
    /// True if the last run did not end and there is no log beside the journal, as in a copy of the journal alone.
    package let isLogMissing: Bool
    private let access: Access

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
            (database, isUpgradedCopy, isLogMissing) = try Self.waiting(keepsWaiting) {
                let found = try Self.checkPlace(path, access)
                let isLogMissing = try Self.checkLog(path)
                let file = try Self.openFile(path, access)
                // SQLite has opened what has the name by now.
                guard try JournalFiles(path: path).requireFile() == found else {
                    throw JournalError.failed(path: path, why: "it was exchanged while it was opened")
                }
                let database = try Self.inPresentFormat(file, path, access)
                return (database, database !== file, isLogMissing)
            }
        } catch {
            throw JournalError.translated(error, path: path)
        }
    }

    private static func checkPlace(_ path: String, _ access: Access) throws -> FileIdentity {
        let place = JournalFiles(path: path)
        let found = try place.requireFile()
        guard unsafe faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) == 0 else {
            throw JournalError.failed(
                path: path, why: "\(errnoText()). Run this as its owner, or ask the owner for a copy")
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
        let file = try openFile(path, .read)
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
            return try openFile(path, access)
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

    private static func openFile(_ path: String, _ access: Access) throws -> DatabaseQueue {
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
        return try SQLiteFiles.open(JournalFiles(path: path).held(), configuration)
    }

    /// Closes the file; the journal must not be used afterwards.
    ///
    /// A journal that was only read need not be closed: its connection ends with the last copy of the value.
    package func close() throws {
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

    /// Leaves the journal to its owner alone; it names every visitor of the mapping.
    ///
    /// Returns whether others could read it until now. Throws `JournalError.exposed` when only somebody else could
    /// change that.
    package func makePrivate() throws -> Bool {
        try JournalFiles(path: path).makePrivate()
    }

    /// Refuses a journal of another mapping, another part of it, another server or another kind of job.
    package func require(
        kind: Job.Kind, server: String, mappingPath: String, digest: String, shard: Shard? = nil
    ) throws {
        let job = try require(kind: kind, mappingPath: mappingPath, digest: digest, shard: shard)
        if job.server != server {
            throw JournalError.otherServer(path: path, planned: job.server, given: server)
        }
    }

    /// Opens the way for a run that is asked for without a plan: refuses what ``require(kind:server:mappingPath:digest:shard:)``
    /// refuses, but takes another server for one that never answered, and lets the run deal with what a plan left alone.
    package func requireForRun(
        kind: Job.Kind, server: String, mappingPath: String, digest: String, shard: Shard?
    ) throws {
        try require(kind: kind, mappingPath: mappingPath, digest: digest, shard: shard)
        try write { database in
            try database.execute(
                sql: """
                    UPDATE job SET server = ? WHERE NOT EXISTS (SELECT 1 FROM attempt)
                        AND NOT EXISTS (SELECT 1 FROM run WHERE serverVersion IS NOT NULL)
                    """, arguments: [server])
            // The states are those of the index, so that nothing else is looked at.
            try database.execute(
                sql: """
                    UPDATE operation SET reason = NULL
                    WHERE \(Schema.isUnsettled) AND reason = 'not-in-plan'
                    """)
            let isMore = try Bool.fetchOne(
                database, sql: "SELECT changes() > 0 OR EXISTS (SELECT 1 FROM discovery WHERE discoveredAt IS NULL)")
            guard isMore == true else { return }
            // More than the plan is to be done now, so that it cannot be carried out with this journal any more.
            try database.execute(sql: "UPDATE job SET madeFrom = NULL")
        }
        try require(kind: kind, server: server, mappingPath: mappingPath, digest: digest, shard: shard)
    }

    /// Whether no operation of this job was applied, or may have been.
    package func hasMovedNothing() throws -> Bool {
        try read { database in
            try Bool.fetchOne(
                database,
                sql: """
                    SELECT NOT EXISTS (SELECT 1 FROM operation
                        WHERE state = 'moved' OR mayHaveMoved = 1)
                    """) ?? false
        }
    }

    @discardableResult
    private func require(kind: Job.Kind, mappingPath: String, digest: String, shard: Shard?) throws -> Job {
        let job = try job()
        if job.kind != kind {
            throw JournalError.otherKind(path: path, planned: job.kind, wanted: kind)
        }
        if job.mappingDigest != digest {
            throw JournalError.otherMapping(path: path, planned: job.mappingPath, given: mappingPath)
        }
        if job.shard != shard {
            throw JournalError.otherShard(path: path, planned: job.shard, given: shard)
        }
        return job
    }

    /// Refuses the journal of an audit where something that was really moved is wanted.
    package func requireMoves() throws {
        let kind = try job().kind
        guard kind != .audit else { throw JournalError.otherKind(path: path, planned: kind, wanted: .run) }
    }

    /// Remembers that an undo of this job was begun, and in which journal; durable when it returns.
    package func note(undoneBy path: String) throws {
        try write { try $0.execute(sql: "UPDATE job SET undoneBy = ?", arguments: [path]) }
    }

    /// A transaction that reads.
    func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try translating { try database.read(body) }
    }

    /// The same without holding the calling task's thread.
    func read<Value: Sendable>(_ body: @Sendable (Database) throws -> Value) async throws -> Value {
        do {
            return try await database.read(body)
        } catch {
            throw JournalError.translated(error, path: path)
        }
    }

    /// A transaction that writes; durable when it returns.
    func write<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try translating {
            try Self.waiting(keepsWaiting) { try database.write { try Self.marked($0, body) } }
        }
    }

    private static func waiting<Value>(_ keepsWaiting: (Int) -> Bool, _ body: () throws -> Value) throws -> Value {
        var tries = 0
        while true {
            do {
                return try body()
            } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
                // Nothing of a transaction has happened.
                tries += 1
                guard keepsWaiting(tries) else { throw error }
            }
        }
    }

    private static func marked<Value>(_ database: Database, _ body: (Database) throws -> Value) throws -> Value {
        try LogMark(of: database)?.write(to: database)
        return try body(database)
    }

    /// The same without holding the calling task's thread while the disk works.
    func write<Value: Sendable>(_ body: @Sendable (Database) throws -> Value) async throws -> Value {
        do {
            var tries = 0
            while true {
                do {
                    return try await database.write { try Self.marked($0, body) }
                } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
                    tries += 1
                    guard keepsWaiting(tries) else { throw error }
                }
            }
        } catch {
            throw JournalError.translated(error, path: path)
        }
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

    func translating<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch {
            throw JournalError.translated(error, path: path)
        }
    }
}
