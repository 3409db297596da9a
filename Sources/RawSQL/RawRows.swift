package import GRDB
import GRDBSQLite

/// The rows of a statement, read through SQLite's own interface.
///
/// A `Row` for each of a million rows would cost more than the query. Texts come with all of their bytes: as a C string
/// one would end at a NUL, which a rejected line may hold.
package struct RawRows: ~Copyable {
    private let statement: Statement
    private let database: Database

    /// Begins at the first row; the statement belongs to this value until its end.
    package init(_ statement: Statement, _ arguments: StatementArguments = [], in database: Database) throws {
        try statement.setArguments(arguments)
        self.statement = statement
        self.database = database
        unsafe sqlite3_reset(statement.sqliteStatement)
    }

    deinit {
        unsafe sqlite3_reset(statement.sqliteStatement)
    }

    /// Goes to the next row; `false` at the end.
    package mutating func next() throws -> Bool {
        let result = unsafe sqlite3_step(statement.sqliteStatement)
        guard result != SQLITE_ROW else { return true }
        guard result == SQLITE_DONE else {
            throw DatabaseError(
                resultCode: ResultCode(rawValue: result), message: database.lastErrorMessage, sql: statement.sql)
        }
        return false
    }

    package func isNull(_ column: Int32) -> Bool {
        unsafe sqlite3_column_type(statement.sqliteStatement, column) == SQLITE_NULL
    }

    package func integer(_ column: Int32) throws -> Int64 {
        try require(SQLITE_INTEGER, column)
        return unsafe sqlite3_column_int64(statement.sqliteStatement, column)
    }

    package func optionalInteger(_ column: Int32) throws -> Int64? {
        isNull(column) ? nil : try integer(column)
    }

    package func text(_ column: Int32) throws -> String {
        unsafe String(decoding: try bytes(column), as: UTF8.self)
    }

    package func optionalText(_ column: Int32) throws -> String? {
        isNull(column) ? nil : try text(column)
    }

    /// The tables are strict, but a damaged file is not.
    private func require(_ type: Int32, _ column: Int32) throws {
        guard unsafe sqlite3_column_type(statement.sqliteStatement, column) == type else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "it holds a value of the wrong kind")
        }
    }

    /// Valid until the next row, or until the column is asked for as something else.
    @unsafe package func bytes(_ column: Int32) throws -> UnsafeBufferPointer<UInt8> {
        try require(SQLITE_TEXT, column)
        let start = unsafe sqlite3_column_text(statement.sqliteStatement, column)
        return unsafe UnsafeBufferPointer(
            start: start, count: Int(sqlite3_column_bytes(statement.sqliteStatement, column)))
    }
}
