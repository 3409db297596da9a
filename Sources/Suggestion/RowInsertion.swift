import GRDB
import GRDBSQLite

/// Puts one row after another into a table.
///
/// It binds through SQLite's own interface: an argument array for each of a million rows would cost as much again as
/// the insert.
struct RowInsertion {
    private let statement: Statement

    /// `sql` is an insertion with numbered parameters.
    init(_ database: Database, sql: String) throws {
        statement = try database.cachedStatement(sql: sql)
    }

    /// Inserts a row; what `bind` does not bind is NULL.
    func insert(_ bind: (RowInsertion) -> Void) throws {
        unsafe sqlite3_clear_bindings(statement.sqliteStatement)
        bind(self)
        let result = unsafe sqlite3_step(statement.sqliteStatement)
        unsafe sqlite3_reset(statement.sqliteStatement)
        guard result == SQLITE_DONE else { throw DatabaseError(resultCode: ResultCode(rawValue: result)) }
    }

    func bind(_ index: Int32, _ number: Int64?) {
        guard let number else { return }
        unsafe sqlite3_bind_int64(statement.sqliteStatement, index, number)
    }

    func bind(_ index: Int32, _ text: String?) {
        guard var text else { return }
        // SQLITE_TRANSIENT: SQLite copies the bytes before the call returns.
        let transient = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        guard !text.isEmpty else {
            // A null pointer would bind NULL.
            unsafe sqlite3_bind_text(statement.sqliteStatement, index, "", 0, transient)
            return
        }
        text.withUTF8 { bytes in
            _ = unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
                unsafe sqlite3_bind_text(
                    statement.sqliteStatement, index, characters.baseAddress, Int32(characters.count), transient)
            }
        }
    }
}
