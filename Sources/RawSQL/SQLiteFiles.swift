import CFiles
import GRDBSQLite

/// Which files SQLite works on.
package enum SQLiteFiles {
    /// Has SQLite open no file of another user from now on, in the whole process.
    ///
    /// It opens files by their names, long after these were looked at: in a folder that others may write to, a name can be
    /// that of another file by then. So each file is looked at when it is open. One that is refused counts as one that
    /// cannot be opened.
    package static func requireTrusted() { _ = isDone }

    private static let isDone: Bool = {
        sqlite3_initialize()
        // Where this part of SQLite is left out, what was looked at by name has to do.
        guard let system = unsafe sqlite3_vfs_find(nil), unsafe system.pointee.iVersion >= 3,
            let set = unsafe system.pointee.xSetSystemCall
        else { return false }
        let open: @convention(c) (UnsafePointer<CChar>?, Int32, Int32) -> Int32 = { path, flags, mode in
            unsafe files_open_trusted(path, flags, mode)
        }
        return unsafe set(system, "open", unsafeBitCast(open, to: sqlite3_syscall_ptr.self)) == SQLITE_OK
    }()
}
