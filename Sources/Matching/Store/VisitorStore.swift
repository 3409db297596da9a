import Files
import GRDB
import Model
import RawSQL

/// What was read of the visitors, in a SQLite file that lives until the mapping is written.
///
/// It holds personal data: it is for its owner alone, and removed at the end. One process works on it at a time; the
/// lock is SQLite's own and dies with its owner.
///
/// What was read of a server survives a kill. What was read of an export is read again, so it goes into a file without
/// a name, which is gone with its process; the file that has the name then only says what the job is.
package struct VisitorStore: Sendable {
    package var path: String { place.path }
    /// What an earlier process noted when it was about to give the mapping its name.
    package let published: String?
    private let place: WorkingPlace
    let rules: MatchRules
    /// What was read.
    let database: DatabaseQueue
    /// The file that has the name, and the lock.
    private let claim: DatabaseQueue

    /// Opens the file of a job that reads a server, or makes a new one.
    package static func resuming(_ job: StoreOrigin, at path: String) throws -> VisitorStore {
        let place = try WorkingPlace(path: path)
        let (claim, left) = try open(place) { left throws(SuggestionError) in
            if left.origin == job.origin { return true }
            guard left.isOver else { throw .otherJob(path: path, begun: left.origin, asked: job.origin) }
            return false
        }
        let file = VisitorStore(place, job.rules, claim, claim, published: left?.published)
        if left == nil { try file.begin(source: job.server, settings: job.settings) }
        try place.makePrivate()
        return file
    }

    /// Makes a new file for an export, in the place of what a killed process may have left.
    package static func afresh(_ rules: MatchRules, at path: String) throws -> VisitorStore {
        let place = try WorkingPlace(path: path)
        let (claim, left) = try open(place) { left throws(SuggestionError) in
            if left.source.isEmpty { return true }
            guard left.isOver else { throw .otherJob(path: path, begun: left.origin, asked: "an export") }
            return false
        }
        // Nothing needs to be undone or flushed on the way: a process that is killed leaves none of it.
        let unnamed = try place.createUnnamed { name in
            try connect(name, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")
        }
        let file = VisitorStore(place, rules, unnamed, claim, published: left?.published)
        try file.begin(source: "", settings: "")
        if left == nil { try file.begin(source: "", settings: "", in: claim) }
        return file
    }

    private init(
        _ place: WorkingPlace, _ rules: MatchRules, _ database: DatabaseQueue, _ claim: DatabaseQueue,
        published: String?
    ) {
        self.place = place
        self.rules = rules
        self.database = database
        self.claim = claim
        self.published = published
    }

    /// Opens the file that has the name; `isWanted` says whether what is left of an earlier process is gone on with.
    ///
    /// What is not wanted is cleared away, and what can no longer be read: a power cut may leave that.
    private static func open(
        _ place: WorkingPlace, isWanted: (Leftover) throws(SuggestionError) -> Bool
    ) throws -> (DatabaseQueue, Leftover?) {
        try place.claim()
        do {
            let queue = try connect(place.place, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
            // Writing takes the lock.
            let left = try translating(place.path) { try queue.write { try Leftover($0) } }
            guard let left else { return (queue, nil) }
            if left.format == Schema.format, try isWanted(left) { return (queue, left) }
            try translating(place.path) { try queue.close() }
        } catch let error as SuggestionError {
            guard case .damaged = error else { throw error }
            guard place.isLeftover else { throw SuggestionError.notOurs(path: place.path) }
        }
        try place.clear()
        guard try place.claim() else { throw SuggestionError.locked(path: place.path) }
        return (try connect(place.place, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL"), nil)
    }

    private static func connect(_ place: Place, _ pragmas: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.label = "suggestion"
        configuration.prepareDatabase { database in
            let isOurs = try Int.fetchOne(database, sql: "PRAGMA application_id") == Schema.applicationID
            // A file that is not ours stays as it is.
            guard try isOurs || database.isEmpty() else { throw SuggestionError.notOurs(path: place.path) }
            // 8 MB for pages, and as much again where SQLite sorts: enough for a million, little enough to have.
            try database.execute(sql: "PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -8000;" + pragmas)
        }
        return try translating(place.path) { try SQLiteFiles.open(place, configuration) }
    }

    private func begin(source: String, settings: String, in queue: DatabaseQueue? = nil) throws {
        try Self.translating(path) {
            try (queue ?? database).write { database in
                try database.execute(sql: Schema.tables)
                try database.execute(
                    sql: "INSERT INTO job (id, source, settings) VALUES (1, ?, ?)", arguments: [source, settings])
                if !source.isEmpty { try database.execute(sql: Schema.visitorIndex + ";" + Schema.listedRoom) }
            }
        }
    }

    /// Notes the digest of the mapping that gets its name next, and the command that writes it; durable when it returns.
    ///
    /// A process that dies before the end leaves the mapping and this file: by the digest the next one knows that the
    /// mapping is its own.
    package func notePublishing(_ digest: String, by command: String) throws {
        try Self.translating(path) {
            try claim.write {
                try $0.execute(sql: "UPDATE job SET published = ?", arguments: ["\(digest) \(command)"])
            }
        }
    }

    /// The digest of the mapping that an earlier process of the same command wrote.
    package func published(by command: String) -> String? {
        guard let published, let space = published.firstIndex(of: " "),
            published[space...].dropFirst().utf8.elementsEqual(command.utf8)
        else { return nil }
        return String(published[..<space])
    }

    /// Closes the file and removes it with everything SQLite keeps beside it.
    package func remove() throws {
        try Self.translating(path) {
            if database !== claim { try database.close() }
            try claim.close()
        }
        try place.clear()
    }

    func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try Self.translating(path) { try database.read(body) }
    }

    func write<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try Self.translating(path) { try database.write(body) }
    }

    private static func translating<Value>(_ path: String, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as DatabaseError {
            throw SuggestionError(error, path: path)
        }
    }
}

/// What an earlier process left in the file.
private struct Leftover {
    var format: Int
    /// The address of the server; empty for an export.
    var source: String
    var settings: String
    var published: String?

    /// The job in a person's words.
    var origin: String { source.isEmpty ? "an export" : "\(source), \(settings)" }

    /// Nothing of it is needed any more: an export is read again, and a mapping that was written needs no reading.
    var isOver: Bool { source.isEmpty || published != nil }

    /// `nil` of a file into which nothing was ever put.
    init?(_ database: Database) throws {
        guard try !database.isEmpty() else { return nil }
        format = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        guard format == Schema.format,
            let row = try Row.fetchOne(database, sql: "SELECT source, settings, published FROM job")
        else {
            (source, settings) = ("", "")
            return
        }
        (source, settings, published) = (row[0], row[1], row[2])
    }
}

extension StoreOrigin {
    /// The job in a person's words, as its file remembers it.
    fileprivate var origin: String { "\(server), \(settings)" }
}

extension Database {
    /// Nothing was ever put into it.
    fileprivate func isEmpty() throws -> Bool {
        try Int.fetchOne(self, sql: "SELECT count(*) FROM sqlite_schema") == 0
    }
}
