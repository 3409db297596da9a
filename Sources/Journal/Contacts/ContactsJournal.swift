import Files
import FoundationEssentials
import GRDB
package import Model

/// What a consolidation is to do, has decided and has written, in a private file beside the journal of the run.
///
/// It holds personal data: every record as it was before it was written, which its undo needs. A token is never in it.
/// Every intent is durable before it is sent, and every outcome before it is counted, so that the same command resumes
/// after a kill.
package struct ContactsJournal: Sendable {
    let database: DatabaseQueue
    package let path: String
    /// `nil` where it is only read.
    private let lock: JournalLock?

    /// The name of the file that belongs to the journal of a run.
    package static func name(ofJournal journal: String, isDry: Bool = false) -> String {
        journal + (isDry ? ".contacts-dry-run.db" : ".contacts.db")
    }

    /// Opens the file at `path`, or makes it, for the job with this `identity`.
    ///
    /// - Throws: `JournalError`: `locked` while another process has it, `otherMapping` if it belongs to another job.
    package init(at path: String, of identity: String, holder: LockOwner, now: Timestamp) throws {
        self.path = path
        let lock = try JournalLock(ofJournalAt: path, holder: holder)
        self.lock = lock
        do {
            if !Journal.exists(at: path) { try SideFile.make(at: path, Self.tables) }
            try lock.takeJournal()
            database = try Self.open(path)
            try database.write { database in
                try database.execute(
                    sql: "INSERT OR IGNORE INTO consolidation (id, identity, startedAt) VALUES (1, ?, ?)",
                    arguments: [identity, now.milliseconds])
            }
        } catch {
            throw JournalError.translated(error, path: path)
        }
        guard try read({ try String.fetchOne($0, sql: "SELECT identity FROM consolidation") }) == identity else {
            throw JournalError.inTheWay(path: path)
        }
    }

    /// Opens the file that belongs to a journal to read it; `nil` if there is none, or if it is another user's.
    package init?(readingBeside journal: String) throws {
        path = Self.name(ofJournal: journal)
        lock = nil
        guard Journal.exists(at: path) else { return nil }
        do {
            try JournalFiles(path: path).requireOwn()
        } catch .foreign {
            return nil
        }
        do {
            database = try Self.open(path)
        } catch {
            throw JournalError.translated(error, path: path)
        }
    }

    private static func open(_ path: String) throws -> DatabaseQueue {
        let database = try SideFile.open(path, marked: applicationID, label: "contacts of a consolidation")
        try database.writeWithoutTransaction {
            // A write that is not known of after a power failure could not be undone.
            try $0.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
        }
        return database
    }

    /// Closes the file.
    package func close() throws {
        do {
            try database.close()
        } catch {
            throw JournalError.translated(error, path: path)
        }
    }

    /// Removes the file, for a dry run that has ended.
    package func remove() throws {
        try close()
        let place = try JournalFiles(path: path).held()
        try JournalFiles.clear([place, place.adding("-wal"), place.adding("-shm")])
    }

    func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
        do {
            return try database.read(body)
        } catch {
            throw JournalError.translated(error, path: path)
        }
    }

    func write<Value>(_ body: (Database) throws -> Value) throws -> Value {
        do {
            return try database.write(body)
        } catch {
            throw JournalError.translated(error, path: path)
        }
    }

    /// Marks a SQLite file as one of ours in this format: "VMC1" in ASCII.
    private static let applicationID = 0x564D_4331

    private static let tables = """
        PRAGMA application_id = \(applicationID);
        CREATE TABLE consolidation (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            -- Which job it belongs to.
            identity TEXT NOT NULL,
            startedAt INTEGER NOT NULL
        ) STRICT;
        -- Every old visitor with the visitor that its rooms went to.
        CREATE TABLE pair (
            old TEXT PRIMARY KEY,
            survivor TEXT NOT NULL,
            line INTEGER NOT NULL,
            -- Rooms that the job moved from one to the other.
            rooms INTEGER NOT NULL CHECK (rooms >= 0),
            outcome TEXT NOT NULL DEFAULT 'pending' CHECK (outcome IN
                ('pending', 'consolidated', 'unchanged', 'review', 'planned', 'restored')),
            reason TEXT,
            -- Words of the server, or whose record it is about.
            detail TEXT,
            -- JSON lists of what the survivor got, and of what differs: names, never values.
            copied TEXT NOT NULL DEFAULT '[]',
            differs TEXT NOT NULL DEFAULT '[]',
            settledAt INTEGER,
            -- The survivor was written since, so that these rooms have its name.
            isNamed INTEGER NOT NULL DEFAULT 0 CHECK (isNamed IN (0, 1)),
            -- When the rooms, back with the old visitor, got its name again.
            renamedAt INTEGER
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX pairBySurvivor ON pair(survivor, line);
        -- Every write of a record, in order; the records as JSON.
        CREATE TABLE contactWrite (
            id INTEGER PRIMARY KEY,
            visitor TEXT NOT NULL,
            before TEXT NOT NULL,
            after TEXT NOT NULL,
            -- intended: durable before it is sent; dropped: read not to have been applied, or refused.
            state TEXT NOT NULL DEFAULT 'intended' CHECK (state IN ('intended', 'written', 'dropped')),
            -- What its undo came to; NULL if there was none.
            undo TEXT CHECK (undo IN ('intended', 'restored', 'changed', 'refused')),
            undoDetail TEXT,
            intendedAt INTEGER NOT NULL,
            settledAt INTEGER
        ) STRICT;
        CREATE INDEX contactWriteByVisitor ON contactWrite(visitor);
        """
}
