import FoundationEssentials
import GRDB
import Glibc
package import Model

/// The durable record of a job: its lines, operations, attempts and runs in one SQLite file.
///
/// One connection writes. WAL with `synchronous=FULL`: what a method has returned from survives a crash of the process
/// and of the machine. GRDB puts every access in line, so a journal is shared between tasks as it is.
package struct Journal: Sendable {
    /// What a command may do to the journal it opens.
    package enum Access: Sendable {
        case read
        case write
    }

    package let path: String
    let database: DatabaseQueue

    /// Opens a journal that is there.
    ///
    /// - Throws: `JournalError` when there is none, it is not ours, a newer version wrote it, or it cannot be used.
    package init(at path: String, for access: Access) throws {
        try self.init(path, access)
        try translating {
            try database.read { database in
                let applicationID = try Int.fetchOne(database, sql: "PRAGMA application_id")
                guard applicationID == Schema.applicationID else { throw JournalError.notAJournal(path: path) }
                guard try !Schema.migrator.hasBeenSuperseded(database) else {
                    let version = try? String.fetchOne(database, sql: "SELECT toolVersion FROM job")
                    throw JournalError.newerFormat(path: path, toolVersion: version ?? "of another kind")
                }
            }
            if access == .write {
                try Schema.migrator.migrate(database)
            }
        }
    }

    private init(_ path: String, _ access: Access) throws {
        self.path = path
        let place = JournalPlace(path: path)
        try place.requireFile()
        guard unsafe faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) == 0 else {
            throw JournalError.failed(
                path: path, why: "\(Self.errnoText()). Run this as its owner, or ask the owner for a copy")
        }
        if access == .write {
            try place.requireOwn()
        }
        var configuration = Configuration()
        configuration.readonly = access == .read
        configuration.busyMode = .timeout(5)
        configuration.label = "journal"
        configuration.prepareDatabase { database in
            // A file that is not ours stays as it is.
            guard access == .write,
                try Int.fetchOne(database, sql: "PRAGMA application_id") == Schema.applicationID
            else { return }
            try database.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
        }
        do {
            database = try DatabaseQueue(path: JournalPlace.forSQLite(path), configuration: configuration)
        } catch {
            throw JournalError.translated(error, path: path)
        }
    }

    /// Closes the file; the journal must not be used afterwards.
    ///
    /// A journal that was only read need not be closed: its connection ends with the last copy of the value.
    package func close() throws {
        try translating { try database.close() }
    }

    /// Leaves the journal to its owner alone; it names every visitor of the mapping.
    ///
    /// Returns whether others could read it until now. Throws `JournalError.exposed` when only somebody else could
    /// change that.
    package func makePrivate() throws -> Bool {
        try JournalPlace(path: path).makePrivate()
    }

    /// What the journal is about.
    package func job() throws -> Job {
        try read { database in
            guard let row = try Row.fetchOne(database, sql: "SELECT * FROM job"),
                let kind = Job.Kind(rawValue: try row.decode(forColumn: "kind"))
            else { throw JournalError.damaged(path: path, why: "it does not say what it is about") }
            return try Job(
                kind: kind, server: row.decode(forColumn: "server"), mappingPath: row.decode(forColumn: "mappingPath"),
                mappingDigest: row.decode(forColumn: "mappingDigest"),
                mappingSeal: added("mappingSeal", row), undoneBy: added("undoneBy", row),
                toolVersion: row.decode(forColumn: "toolVersion"),
                plannedAt: Timestamp(milliseconds: row.decode(forColumn: "plannedAt")),
                lines: row.decode(forColumn: "lines"), mappingLines: row.decode(forColumn: "mappingLines"),
                shard: shard(row))
        }
    }

    /// A column that a journal has only once somebody has opened it to write since there are such columns.
    private func added(_ column: String, _ row: Row) throws -> String? {
        row.hasColumn(column) ? try row.decode(forColumn: column) : nil
    }

    private func shard(_ row: Row) throws -> Shard? {
        guard let index: Int = try row.decode(forColumn: "shard") else { return nil }
        guard let shard = Shard(index, of: try row.decode(forColumn: "shards")) else {
            throw JournalError.damaged(path: path, why: "it is for a part that there cannot be")
        }
        return shard
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
            guard database.changesCount > 0 else { return }
            // More than the plan is to be done now, so that it cannot be carried out with this journal any more.
            try database.execute(sql: "UPDATE job SET madeFrom = NULL")
        }
        try require(kind: kind, server: server, mappingPath: mappingPath, digest: digest, shard: shard)
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
        try translating { try database.write(body) }
    }

    /// The same without holding the calling task's thread while the disk works.
    func write<Value: Sendable>(_ body: @Sendable (Database) throws -> Value) async throws -> Value {
        do {
            return try await database.write(body)
        } catch {
            throw JournalError.translated(error, path: path)
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
