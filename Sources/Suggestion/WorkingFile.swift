import GRDB
import Model

/// What was read of the visitors, in a SQLite file that lives until the mapping is written.
///
/// It holds personal data: it is for its owner alone, and removed at the end. One process works on it at a time; the
/// lock is SQLite's own and dies with its owner. Reading a server survives a kill; reading a file begins anew.
package struct WorkingFile: Sendable {
    package var path: String { place.path }
    private let place: WorkingPlace
    let rules: EvidenceRules
    let database: DatabaseQueue

    /// Opens the file of a job that reads a server, or makes a new one.
    package static func resuming(_ job: SuggestionJob, at path: String) throws -> WorkingFile {
        try WorkingPlace(path: path).claim()
        let file = try WorkingFile(path, job.rules, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL")
        let begun = try file.write { database in
            if try database.isEmpty() {
                try database.begin(source: job.server, settings: job.settings)
                try database.execute(sql: Schema.visitorIndex)
            }
            try database.addListedRooms()
            return try database.origin()
        }
        guard begun == job.origin else {
            throw SuggestionError.otherJob(path: path, begun: begun, asked: job.origin)
        }
        try file.place.makePrivate()
        return file
    }

    /// Makes a new file for an export, in the place of what a killed process may have left.
    package static func afresh(_ rules: EvidenceRules, at path: String) throws -> WorkingFile {
        let place = WorkingPlace(path: path)
        if try !place.claim() {
            let left = try WorkingFile(path, rules, "")
            let begun = try left.write { try $0.isEmpty() ? "" : $0.origin() }
            guard begun.isEmpty else {
                throw SuggestionError.otherJob(path: path, begun: begun, asked: "an export")
            }
            try left.remove()
            try place.claim()
        }
        // The file is thrown away unless it becomes complete, so nothing needs to be undone or flushed on the way.
        let file = try WorkingFile(
            path, rules, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")
        try file.write { try $0.begin(source: "", settings: "") }
        return file
    }

    private init(_ path: String, _ rules: EvidenceRules, _ pragmas: String) throws {
        place = WorkingPlace(path: path)
        self.rules = rules
        var configuration = Configuration()
        configuration.label = "suggestion"
        configuration.prepareDatabase { database in
            let isOurs = try Int.fetchOne(database, sql: "PRAGMA application_id") == Schema.applicationID
            // A file that is not ours stays as it is.
            guard try isOurs || database.isEmpty() else { throw SuggestionError.notOurs(path: path) }
            // 8 MB for pages, and as much again where SQLite sorts: enough for a million, little enough to have.
            try database.execute(sql: "PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -8000;" + pragmas)
        }
        do {
            database = try DatabaseQueue(path: place.forSQLite, configuration: configuration)
        } catch let error as DatabaseError {
            throw SuggestionError(error, path: path)
        }
    }

    /// Closes the file and removes it with everything SQLite keeps beside it.
    package func remove() throws {
        try translating { try database.close() }
        try place.clear()
    }

    func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try translating { try database.read(body) }
    }

    func write<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try translating { try database.write(body) }
    }

    private func translating<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as DatabaseError {
            throw SuggestionError(error, path: path)
        }
    }
}

extension SuggestionJob {
    /// The job in a person's words, as its file remembers it.
    fileprivate var origin: String { "\(server), \(settings)" }
}

extension Database {
    /// Nothing was ever put into it.
    fileprivate func isEmpty() throws -> Bool {
        try Int.fetchOne(self, sql: "SELECT count(*) FROM sqlite_schema") == 0
    }

    fileprivate func begin(source: String, settings: String) throws {
        try execute(sql: Schema.tables)
        try execute(sql: "INSERT INTO job (id, source, settings) VALUES (1, ?, ?)", arguments: [source, settings])
    }

    /// Adds the table that files of earlier versions lack; rooms that were counted without it are counted again.
    fileprivate func addListedRooms() throws {
        guard try !tableExists("listedRoom") else { return }
        try execute(sql: Schema.listedRoom + "UPDATE visitor SET rooms = NULL; UPDATE job SET roomOffset = NULL")
    }

    /// What the file was begun for; empty for an export.
    fileprivate func origin() throws -> String {
        try String.fetchOne(self, sql: "SELECT iif(source = '', '', source || ', ' || settings) FROM job") ?? ""
    }
}
