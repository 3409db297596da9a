import Files
import GRDB
import RawSQL

/// Closes a database that was only read, and removes what SQLite has made beside it for that.
///
/// A class because this happens at the end of its life, when the last copy of a journal is dropped.
final class JournalReader: Sendable {
    private let database: DatabaseQueue
    private let place: Place

    init(_ database: DatabaseQueue, at place: Place) {
        self.database = database
        self.place = place
    }

    deinit {
        // One that cannot be closed is in use, and SQLite then removes nothing.
        try? database.close()
        SQLiteFiles.clearLog(of: place)
    }
}
