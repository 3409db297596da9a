import Files
import GRDB
import Glibc
package import Model
import RawSQL

/// What a verification has read so far, in a file of its own, so that the same command resumes it.
///
/// It is never the journal that is verified: a run may be working on that. A record of another version, or of another
/// state of the job, begins afresh.
package struct VerificationRecord: Sendable {
    let database: DatabaseQueue
    private let path: String
    /// `nil` if the record goes with its process.
    private let lock: JournalLock?
    /// When the reading that is resumed was interrupted; `nil` if it was killed.
    package private(set) var interruptedAt: Timestamp?
    /// The part of the moved rooms that it is about; `nil` for all.
    package private(set) var sample: Sample?
    /// True if an earlier reading is resumed.
    package private(set) var isResumed = false

    /// Opens the record at `path`, or makes it, for the verification of `subject`
    /// (``Journal/verificationSubject(of:server:)``).
    ///
    /// What is there is kept if it is of the same subject, `allows` its sample, and `isFresh` is false; else `sample` is
    /// what this one is about.
    ///
    /// - Throws: `JournalError`: `locked` while another process has the record.
    package init(
        at path: String, of subject: String, sample: Sample? = nil, isFresh: Bool, holder: LockOwner, now: Timestamp,
        allows: (Sample?) -> Bool = { $0 == nil }
    ) throws {
        self.path = path
        let lock = try JournalLock(ofJournalAt: path, holder: holder)
        self.lock = lock
        do {
            if !Journal.exists(at: path) { try SideFile.make(at: path, Self.tables) }
            try lock.takeJournal()
            database = try Self.open(path)
        } catch {
            throw JournalError.translated(error, path: path)
        }
        try begin(subject, sample, isFresh: isFresh, now, allows)
    }

    /// Keeps what is read in a file without a name that goes with its process: for a place where nothing can be kept.
    ///
    /// - Throws: `JournalError` if there is no room for a temporary file.
    package init(temporarilyOf subject: String, sample: Sample? = nil, now: Timestamp) throws {
        path = "the temporary file of the verification"
        lock = nil
        do {
            database = try DatabaseQueue(path: "")
            try database.write { try $0.execute(sql: Self.tables) }
        } catch {
            throw JournalError.translated(error, path: path)
        }
        try begin(subject, sample, isFresh: true, now) { _ in false }
    }

    private static func open(_ path: String) throws -> DatabaseQueue {
        let database = try SideFile.open(path, marked: applicationID, label: "record of a verification")
        // What a power failure takes is read again, so nothing has to wait for the disk.
        try database.writeWithoutTransaction {
            try $0.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL")
            // A record of an earlier version has none.
            try $0.execute(sql: Schema.calls)
            try $0.execute(sql: comparisons)
        }
        return database
    }

    private mutating func begin(
        _ subject: String, _ wanted: Sample?, isFresh: Bool, _ now: Timestamp, _ allows: (Sample?) -> Bool
    ) throws {
        (isResumed, interruptedAt, sample) = try translating {
            try database.write { database in
                let row = try Row.fetchOne(
                    database, sql: "SELECT subject, endedAt, sample, sampleSeed FROM verification")
                if let row, !isFresh, try row.decode(atIndex: 0) == subject {
                    let size = try (row.decode(atIndex: 2) as String?).flatMap(Sample.Size.init)
                    let sample = try size.map { try Sample(size: $0, seed: row.count(3)) }
                    if allows(sample) {
                        let end: Int64? = try row.decode(atIndex: 1)
                        try database.execute(sql: "UPDATE verification SET endedAt = NULL")
                        return (true, try end.map { try Timestamp(stored: $0) }, sample)
                    }
                }
                try database.execute(
                    sql: """
                        DELETE FROM verification; DELETE FROM survey; DELETE FROM surveyedRoom; DELETE FROM readRoom;
                        DELETE FROM readHistory; DELETE FROM newRoom; DELETE FROM readCount; DELETE FROM readVisitor;
                        DELETE FROM call; DELETE FROM callEstimate; DELETE FROM comparedToken;
                        """)
                try database.execute(
                    sql: """
                        INSERT INTO verification (id, subject, startedAt, sample, sampleSeed) VALUES (1, ?, ?, ?, ?)
                        """,
                    arguments: [subject, now.milliseconds, wanted?.size.description, wanted?.seed])
                return (false, nil, wanted)
            }
        }
    }

    /// When the verification was begun.
    package func startedAt() throws -> Timestamp {
        try translating {
            try database.read { database in
                try Timestamp(stored: try Int64.fetchOne(database, sql: "SELECT startedAt FROM verification") ?? 0)
            }
        }
    }

    /// True if nothing has been read yet that would be lost.
    package func isEmpty() throws -> Bool {
        try translating {
            try database.read { database in
                try Bool.fetchOne(
                    database,
                    sql: """
                        SELECT NOT EXISTS (SELECT 1 FROM surveyedRoom) AND NOT EXISTS (SELECT 1 FROM readRoom)
                            AND NOT EXISTS (SELECT 1 FROM readHistory) AND NOT EXISTS (SELECT 1 FROM readCount)
                            AND NOT EXISTS (SELECT 1 FROM readVisitor) AND NOT EXISTS (SELECT 1 FROM comparedToken)
                        """) ?? true
            }
        }
    }

    /// Leaves the record for the command that resumes it.
    package func interrupt(at instant: Timestamp) throws {
        try translating {
            try database.write {
                try $0.execute(sql: "UPDATE verification SET endedAt = ?", arguments: [instant.milliseconds])
            }
            try database.close()
        }
    }

    /// Removes the record: the next verification begins afresh.
    package func remove() throws {
        try translating {
            // A file that cannot be removed is of no verification then.
            try database.write { try $0.execute(sql: "DELETE FROM verification") }
            try database.close()
        }
        guard lock != nil else { return }
        let place = try JournalFiles(path: path).held()
        try JournalFiles.clear([place, place.adding("-wal"), place.adding("-shm")])
    }

    func write<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try translating { try database.write(body) }
    }

    private func translating<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch {
            throw JournalError.translated(error, path: path)
        }
    }

    /// Marks a SQLite file as a record of ours in this format: "VMV2" in ASCII.
    private static let applicationID = 0x564D_5632

    private static let comparisons = """
        -- Old visitors whose tokens were compared with those of their new visitors: whether they are the same; NULL if the
        -- server does not show them. A token is never written anywhere.
        CREATE TABLE IF NOT EXISTS comparedToken (
            visitor TEXT PRIMARY KEY,
            isShared INTEGER CHECK (isShared IN (0, 1))
        ) STRICT, WITHOUT ROWID;
        """

    private static let tables = """
        PRAGMA application_id = \(applicationID);
        CREATE TABLE verification (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            subject TEXT NOT NULL,
            startedAt INTEGER NOT NULL,
            -- When it was interrupted; NULL while it is going, and after a kill.
            endedAt INTEGER,
            sample TEXT,
            sampleSeed INTEGER
        ) STRICT;
        \(Schema.survey)
        \(Schema.calls)
        \(comparisons)
        -- Moved rooms that were asked for one by one.
        CREATE TABLE readRoom (
            operation INTEGER PRIMARY KEY,
            expected TEXT NOT NULL,
            mark TEXT NOT NULL,
            found TEXT,
            readAt INTEGER NOT NULL
        ) STRICT;
        -- Visitor lines whose old visitors were asked for their rooms, and the rooms among them that are new.
        CREATE TABLE readHistory (line INTEGER PRIMARY KEY, readAt INTEGER NOT NULL) STRICT;
        CREATE TABLE newRoom (
            line INTEGER NOT NULL,
            position INTEGER NOT NULL,
            room TEXT NOT NULL,
            PRIMARY KEY (line, position)
        ) STRICT, WITHOUT ROWID;
        -- How many rooms old visitors that should be empty have; NULL if the server does not say.
        CREATE TABLE readCount (visitor TEXT PRIMARY KEY, rooms INTEGER) STRICT, WITHOUT ROWID;
        -- All that is to be known of these visitors. A token is compared, and never written anywhere.
        CREATE TABLE readVisitor (
            visitor TEXT PRIMARY KEY,
            roomsLeft INTEGER,
            sharesToken INTEGER CHECK (sharesToken IN (0, 1)),
            readAt INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """
}

extension VerificationRecord: RoomStore {
    /// The rooms that were listed for it.
    package var listedRooms: ListedRooms { ListedRooms(in: self) }

    /// The calls of this verification, in all its invocations.
    package var callLedger: CallLedger { CallLedger(in: self) }

    func read<Value: Sendable>(_ body: @Sendable (Database) throws -> Value) async throws -> Value {
        do {
            return try await database.read(body)
        } catch {
            throw JournalError.translated(error, path: path)
        }
    }

    func write<Value: Sendable>(_ body: @Sendable (Database) throws -> Value) async throws -> Value {
        do {
            return try await database.write(body)
        } catch {
            throw JournalError.translated(error, path: path)
        }
    }
}
