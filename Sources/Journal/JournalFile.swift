import Files
import FoundationEssentials
import GRDB
import Glibc
import Model
import RawSQL
import SystemPackage

// The journal as a file: created private, never through a link, complete or not there at all.
extension Journal {
    /// Whether something is at the path, a dangling link included.
    package static func exists(at path: String) -> Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0
    }

    /// Whether what is there is a journal that can be read.
    package static func isJournal(at path: String) -> Bool {
        do {
            try Journal(at: path, for: .read).close()
            return true
        } catch {
            return false
        }
    }

    /// Whether a file has the mark of a journal, whatever else is wrong with it; a link has none.
    package static func looksLikeOne(at path: String) -> Bool {
        let descriptor = unsafe open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { Glibc.close(descriptor) }
        var head = [UInt8](repeating: 0, count: 100)
        guard unsafe pread(descriptor, &head, head.count, 0) == head.count else { return false }
        // SQLite's format: the application's id stands in bytes 68 to 71, the most significant first.
        let id = head[68..<72].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        return head.starts(with: "SQLite format 3\0".utf8) && Int64(id) == Int64(Schema.applicationID)
    }

    /// Writes a new journal beside its place and moves it there when it is complete.
    ///
    /// Until the rename nothing has been sent for it, so loading runs without a rollback journal or syncs; the file is
    /// synced once before it gets its name. A kill in between leaves a file that the next call removes.
    ///
    /// `body` hands every line of the mapping to the writer and returns the job with digest and line count. Throws
    /// `JournalError`, or what `body` throws; then no journal appears.
    package static func create(at path: String, _ body: (inout PlanWriter) throws -> Job) throws {
        try build(at: path) { try load($0, body) }
    }

    /// Makes a new journal from a copy of another one, complete when it appears.
    static func create(at path: String, copying original: Journal, _ change: (Database) throws -> Void) throws {
        try build(at: path) { aside in
            try original.database.writeWithoutTransaction { database in
                try database.execute(sql: "VACUUM INTO ?", arguments: [SQLiteFiles.path(of: aside)])
            }
            let copy = try SQLiteFiles.open(aside)
            try copy.write { database in
                try change(database)
                try LogMark.random().write(to: database)
            }
            try copy.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = WAL") }
            try copy.close()
        }
    }

    /// Lets `fill` write the journal in a private folder beside its place.
    static func build(at path: String, _ fill: (Place) throws -> Void) throws {
        guard !exists(at: path) else { throw JournalError.cannotCreate(path: path, why: "something is there already") }
        let place = try JournalFiles.heldToCreate(path)
        try JournalFiles(path: path).requireLocalDisk()
        do {
            try WorkingDirectory.forEachLeftover(beside: place, .planning) { folder throws(FileError) in
                guard try folder.names().allSatisfy({ $0.hasPrefix(nameAside) }) else { return }
                try folder.remove()
            }
            let folder = try WorkingDirectory(beside: place, for: .planning)
            do {
                let aside = folder.inside.place(nameAside)
                try createPrivateFile(aside, for: path)
                try fill(aside)
                try publish(aside, at: place)
            } catch {
                // There is an error to tell already; a leftover is removed by the next plan.
                try? folder.remove()
                throw error
            }
            // An empty folder that stays behind is removed by the next plan, too.
            try? folder.remove()
        } catch let error as FileError {
            throw error.isDiskFull
                ? JournalError.diskFull(path: path) : JournalError.cannotCreate(path: path, why: error.why)
        } catch {
            throw JournalError.translated(error, path: path)
        }
    }

    /// What a journal is called in its private folder.
    private static let nameAside = "journal.db"

    /// Removes the journal of an earlier job of the same kind, for jobs that begin afresh; refuses to remove another.
    package static func clear(_ path: String, of kind: Job.Kind) throws {
        guard exists(at: path) else { return }
        let journal = try Journal(at: path, for: .read)
        let planned = try journal.job().kind
        try journal.close()
        guard planned == kind else { throw JournalError.otherKind(path: path, planned: planned, wanted: kind) }
        try remove(at: path)
    }

    private static func publish(_ aside: Place, at place: Place) throws {
        try JournalFiles.clear([aside.adding("-wal"), aside.adding("-shm")])
        try sync(aside, for: place.path)
        // The log of a journal that was removed by hand would be taken for that of the new one, also if the power fails
        // and the file system has kept the new name but not that the old ones are gone.
        if try JournalFiles.clear(["-wal", "-shm", "-journal"].map(place.adding)) {
            try place.folder.sync()
        }
        try FileError.about(place.path) { () throws(Errno) in try aside.move(to: place) }
        try place.folder.sync()
    }

    /// Removes a journal with everything SQLite keeps beside it.
    private static func remove(at path: String) throws {
        try JournalFiles(path: path).requireFile()
        let place = try JournalFiles(path: path).held()
        for name in [place, place.adding("-wal"), place.adding("-shm")] {
            do throws(Errno) {
                try name.remove()
            } catch {
                guard error == .noSuchFileOrDirectory else {
                    throw JournalError.failed(path: name.path, why: "\(error)")
                }
            }
        }
    }

    static func createPrivateFile(_ aside: Place, for path: String) throws {
        do throws(Errno) {
            Glibc.close(try aside.create(O_RDWR))
        } catch {
            throw [.noSpace, .diskQuotaExceeded].contains(error)
                ? JournalError.diskFull(path: path) : JournalError.cannotCreate(path: path, why: "\(error)")
        }
    }

    private static func load(_ aside: Place, _ body: (inout PlanWriter) throws -> Job) throws {
        var configuration = Configuration()
        configuration.label = "journal being planned"
        // The file is thrown away unless it becomes complete, so nothing needs to be undone or flushed on the way.
        configuration.prepareDatabase { database in
            try database.execute(
                sql: "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE")
        }
        configuration.foreignKeysEnabled = false
        // When `body` throws, its transaction goes with the file.
        configuration.allowsUnsafeTransactions = true
        let database = try SQLiteFiles.open(aside, configuration)
        try Schema.upgrade(database)
        try database.writeWithoutTransaction { database in
            // The writer makes no line that breaks a rule of the table, and a million of them would be checked.
            try database.execute(sql: "BEGIN; PRAGMA ignore_check_constraints = ON")
            var writer = try PlanWriter(database)
            let job = try body(&writer)
            CrashPoint.linesWritten.reach()
            try database.execute(sql: "PRAGMA ignore_check_constraints = OFF")
            try writer.finish(job)
            try database.execute(sql: "COMMIT")
            if job.shard != nil || job.sample != nil {
                // Most of the file is room that the other lines took.
                try database.execute(sql: "VACUUM")
            }
            for table in ["operation", "precedence", "discovery"] {
                try database.checkForeignKeys(in: table)
            }
            try LogMark.random().write(to: database)
            try database.execute(sql: "PRAGMA locking_mode = NORMAL; PRAGMA journal_mode = WAL")
        }
        try database.close()
    }

    static func sync(_ aside: Place, for path: String) throws {
        do throws(Errno) {
            let descriptor = try aside.open(O_RDWR)
            defer { Glibc.close(descriptor) }
            guard fsync(descriptor) == 0 else { throw .last }
        } catch {
            throw JournalError.cannotCreate(path: path, why: "\(error)")
        }
    }

    static func syncFolder(of path: String) throws {
        let descriptor = unsafe open(JournalFiles.folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw JournalError.cannotCreate(path: path, why: errnoText()) }
        defer { Glibc.close(descriptor) }
        guard fsync(descriptor) == 0 else { throw JournalError.cannotCreate(path: path, why: errnoText()) }
    }

    static func errnoText(_ number: Int32 = errno) -> String {
        unsafe String(cString: strerror(number))
    }
}

extension Journal {
    /// Tells `say` what SQLite passes over: it carries on when a checkpoint fails, or when a file cannot be removed.
    ///
    /// Before any journal is opened.
    package static func tellDiskErrors(_ say: @escaping @Sendable (String) -> Void) {
        unsafe Database.logError = { code, message in
            guard code.primaryResultCode == .SQLITE_IOERR else { return }
            say(message)
        }
    }
}
