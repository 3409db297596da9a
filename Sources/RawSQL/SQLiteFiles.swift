import CFiles
package import Files
package import GRDB
import GRDBSQLite
import Glibc

/// Which files SQLite works on.
///
/// It opens, looks at and removes files by their paths, long after these were looked at. In a folder that others may write
/// to, a path can lead elsewhere by then. So it gets paths that begin at the descriptor of a folder that is held, and each
/// file is looked at once more when it is open: one of another user, or one behind a link, counts as one that cannot be
/// opened.
package enum SQLiteFiles {
    /// Opens a database, or makes one, and holds its folder as long as the database is there.
    package static func open(_ place: Place, _ configuration: Configuration = Configuration()) throws -> DatabaseQueue {
        let path = path(of: place)
        var configuration = configuration
        // SQLite removes files when it closes the database, and the configuration outlives that.
        configuration.prepareDatabase { _ in extendLifetime(place.folder) }
        return try DatabaseQueue(path: path, configuration: configuration)
    }

    /// Removes what a connection that only read has left beside a database, unless the log holds something or another
    /// connection uses it.
    ///
    /// The last connection that may write removes the log and its index, and only SQLite knows which is the last one: so
    /// one is opened and closed.
    package static func clearLog(of place: Place) {
        guard place.adding("-wal").size == 0 else { return }
        openAndClose(place)
        // The database is not in use, so an empty file only kept others from its name.
        let journal = place.adding("-journal")
        guard place.adding("-wal").size == nil, journal.size == 0 else { return }
        // It does no harm where it stays.
        try? journal.remove()
    }

    private static func openAndClose(_ place: Place) {
        var database: OpaquePointer?
        defer { unsafe sqlite3_close_v2(database) }
        // A database that is gone by now is not made again.
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX
        guard unsafe sqlite3_open_v2(path(of: place), &database, flags, nil) == SQLITE_OK else { return }
        // The log is opened by the first read.
        unsafe sqlite3_exec(database, "PRAGMA schema_version", nil, nil, nil)
    }

    /// The path that statements have to be given; the caller keeps the place until they are done.
    package static func path(of place: Place) -> String {
        _ = isPrepared
        return place.folder.pathInProcess + "/" + place.name
    }

    private static let isPrepared: Bool = {
        sqlite3_initialize()
        guard let system = unsafe sqlite3_vfs_find(nil), unsafe fullPathname != nil else { return false }
        unsafe system.pointee.xFullPathname = { system, path, size, full in
            guard let path = unsafe path, unsafe files_is_held(path), let full = unsafe full else {
                return unsafe fullPathname?(system, path, size, full) ?? SQLITE_CANTOPEN
            }
            // To follow the link to the descriptor would lead back to names.
            guard unsafe strlen(path) < size else { return SQLITE_CANTOPEN }
            unsafe strcpy(full, path)
            return SQLITE_OK
        }
        // Where this part of SQLite is left out, what was looked at by name has to do.
        guard unsafe system.pointee.iVersion >= 3, let set = unsafe system.pointee.xSetSystemCall else { return false }
        let open: @convention(c) (UnsafePointer<CChar>?, Int32, Int32) -> Int32 = { path, flags, mode in
            unsafe files_open_trusted(path, flags, mode)
        }
        return unsafe set(system, "open", unsafeBitCast(open, to: sqlite3_syscall_ptr.self)) == SQLITE_OK
    }()

    /// SQLite's own, which makes other paths absolute.
    private static let fullPathname = unsafe sqlite3_vfs_find(nil)?.pointee.xFullPathname
}
