import GRDB
import GRDBSQLite
package import Model

/// Takes the lines of a mapping into a journal that is being created.
///
/// It binds through SQLite's own interface: an argument array for each of a million rows would cost as much again as
/// the insert.
package struct PlanWriter {
    let database: Database
    private let insertion: Statement
    /// Lines taken so far.
    package private(set) var count = 0
    /// Usable lines among them that name no room.
    private(set) var visitorLines = 0

    init(_ database: Database) throws {
        self.database = database
        insertion = try database.makeStatement(
            sql: """
                INSERT INTO line (number, room, oldVisitor, newVisitor, roomKey, disposition, reason, detail)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """)
    }

    /// Records one line as it was read.
    ///
    /// A line whose visitors are the same is a `noop` from the start.
    package mutating func add(_ line: MappingLine) throws {
        let statement = unsafe insertion.sqliteStatement
        let isNoop = line.rejection == nil && line.oldVisitor.utf8.elementsEqual(line.newVisitor.utf8)
        unsafe sqlite3_bind_int64(statement, 1, Int64(line.number))
        unsafe bind(statement, 2, line.room)
        unsafe bind(statement, 3, line.oldVisitor)
        unsafe bind(statement, 4, line.newVisitor)
        if line.isRoomLine, !isNoop {
            unsafe sqlite3_bind_int64(statement, 5, RoomID(line.room).key)
        } else {
            unsafe sqlite3_bind_null(statement, 5)
        }
        if let rejection = line.rejection {
            unsafe bind(statement, 6, "rejected")
            unsafe bind(statement, 7, rejection.reason.rawValue)
            unsafe bind(statement, 8, rejection.detail)
        } else if isNoop {
            unsafe bind(statement, 6, "noop")
            unsafe bind(statement, 7, ReasonCode.noop.rawValue)
            unsafe bind(statement, 8, "old and new visitor are the same")
        } else {
            unsafe sqlite3_bind_null(statement, 6)
            unsafe sqlite3_bind_null(statement, 7)
            unsafe sqlite3_bind_null(statement, 8)
        }
        let result = unsafe sqlite3_step(statement)
        unsafe sqlite3_reset(statement)
        guard result == SQLITE_DONE else {
            throw DatabaseError(resultCode: ResultCode(rawValue: result), message: database.lastErrorMessage)
        }
        count += 1
        if line.room.isEmpty, line.rejection == nil, !isNoop {
            visitorLines += 1
        }
    }

    private func bind(_ statement: SQLiteStatement, _ index: Int32, _ text: String) {
        // SQLITE_TRANSIENT: SQLite copies the bytes before the call returns.
        let transient = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        guard !text.isEmpty else {
            // A null pointer would bind NULL.
            unsafe sqlite3_bind_text(statement, index, "", 0, transient)
            return
        }
        var text = text
        text.withUTF8 { bytes in
            _ = unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
                unsafe sqlite3_bind_text(
                    statement, index, characters.baseAddress, Int32(characters.count), transient)
            }
        }
    }
}
