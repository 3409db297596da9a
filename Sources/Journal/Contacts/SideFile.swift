import GRDB
import Glibc
import RawSQL

/// A private SQLite file beside a journal, for what a command keeps apart from it.
enum SideFile {
    /// Makes a file with `tables`, complete when it appears.
    static func make(at path: String, _ tables: String) throws {
        try Journal.build(at: path) { aside in
            let database = try SQLiteFiles.open(aside)
            try database.write { try $0.execute(sql: tables) }
            try database.close()
        }
    }

    /// Opens a file of the caller's own that has the mark of its kind; `label` names it in messages of SQLite.
    ///
    /// - Throws: `JournalError`: `inTheWay` if something else is there.
    static func open(_ path: String, marked applicationID: Int, label: String) throws
        -> DatabaseQueue
    {
        let files = JournalFiles(path: path)
        try files.requireFile()
        try files.requireOwn()
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        configuration.label = label
        let database = try SQLiteFiles.open(files.held(), configuration)
        let isOurs = try database.read { try Int.fetchOne($0, sql: "PRAGMA application_id") == applicationID }
        guard isOurs else { throw JournalError.inTheWay(path: path) }
        return database
    }
}
