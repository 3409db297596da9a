package import GRDB
import GRDBSQLite

/// A statement that writes a row, bound value by value through SQLite's own interface.
///
/// An argument array for each of a million rows would cost as much again as the writing.
package struct RawInsertion {
    private let database: Database
    private let statement: Statement
    /// How many values of the next row are bound.
    private var bound: Int32 = 0

    /// Prepares the statement once in the life of the connection.
    package init(_ sql: String, in database: Database) throws {
        self.database = database
        statement = try database.cachedStatement(sql: sql)
    }

    package mutating func bind(_ value: Int64?) {
        bound += 1
        if let value {
            unsafe sqlite3_bind_int64(statement.sqliteStatement, bound, value)
        } else {
            unsafe sqlite3_bind_null(statement.sqliteStatement, bound)
        }
    }

    package mutating func bind(_ text: String?) {
        bound += 1
        guard var text else {
            unsafe sqlite3_bind_null(statement.sqliteStatement, bound)
            return
        }
        // SQLITE_TRANSIENT: SQLite copies the bytes before the call returns.
        let transient = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        guard !text.isEmpty else {
            // A null pointer would bind NULL.
            unsafe sqlite3_bind_text(statement.sqliteStatement, bound, "", 0, transient)
            return
        }
        text.withUTF8 { bytes in
            _ = unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
                unsafe sqlite3_bind_text(
                    statement.sqliteStatement, bound, characters.baseAddress, Int32(characters.count), transient)
            }
        }
    }

    /// Writes the row; the next value that is bound is the first one of the next row.
    package mutating func run() throws {
        bound = 0
        let result = unsafe sqlite3_step(statement.sqliteStatement)
        unsafe sqlite3_reset(statement.sqliteStatement)
        guard result == SQLITE_DONE else {
            throw DatabaseError(
                resultCode: ResultCode(rawValue: result), message: database.lastErrorMessage, sql: statement.sql)
        }
    }
}
