import GRDB
import GRDBSQLite
package import Model
import RawSQL

/// Takes the lines of a mapping into a journal that is being created.
///
/// It binds through SQLite's own interface: an argument array for each of a million rows would cost as much again as
/// the insert.
package struct PlanWriter {
    let database: Database
    private let usable: Statement
    private var remarkable: RawInsertion
    private var suspect: RawInsertion
    private var keys = BloomFilter()
    /// Lines taken so far.
    package private(set) var count = 0
    /// Usable lines among them that name no room, and those that name one.
    private(set) var visitorLines = 0
    /// Some room may stand on several lines.
    private(set) var hasSuspects = false

    init(_ database: Database) throws {
        self.database = database
        try database.execute(sql: "CREATE TEMP TABLE suspect (roomKey INTEGER PRIMARY KEY)")
        usable = try database.makeStatement(
            sql: "INSERT INTO line (number, roomKey, room, oldVisitor, newVisitor) VALUES (?, ?, ?, ?, ?)")
        remarkable = try RawInsertion(
            """
            INSERT INTO line (number, room, oldVisitor, newVisitor, disposition, reason, detail, text)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """, in: database)
        suspect = try RawInsertion("INSERT OR IGNORE INTO temp.suspect VALUES (?)", in: database)
    }

    /// Records one line as it was read.
    package mutating func add(_ line: MappingLine) throws {
        try add([line])
    }

    /// Records lines as they were read.
    ///
    /// A line whose visitors are the same is a `noop` from the start.
    package mutating func add(_ lines: [MappingLine]) throws {
        // One after the other in a loop of their own: the processor fetches many keys at a time from its slow memory.
        let roomKeys = lines.map(\.roomKey)
        let suspects = roomKeys.filter { key in key.map { keys.insert($0) } ?? false }
        for key in suspects {
            hasSuspects = true
            suspect.bind(key)
            try suspect.run()
        }
        for (line, key) in zip(lines, roomKeys) {
            count += 1
            if let rejection = line.rejection {
                try insert(line, disposition: "rejected", rejection)
            } else if line.isNoop {
                try insert(line, disposition: "noop", Rejection(.noop, "old and new visitor are the same"))
            } else {
                visitorLines += key == nil ? 1 : 0
                try insert(usable: line, key: key)
            }
        }
    }

    private mutating func insert(_ line: MappingLine, disposition: String, _ rejection: Rejection) throws {
        remarkable.bind(Int64(line.number))
        remarkable.bind(line.room)
        remarkable.bind(line.oldVisitor)
        remarkable.bind(line.newVisitor)
        remarkable.bind(disposition)
        remarkable.bind(rejection.reason.rawValue)
        remarkable.bind(rejection.detail)
        remarkable.bind(line.text)
        try remarkable.run()
    }

    /// Takes the step while the texts stay where they are, so that SQLite need not copy them.
    private func insert(usable line: MappingLine, key: Int64?) throws {
        let statement = unsafe usable.sqliteStatement
        unsafe sqlite3_bind_int64(statement, 1, Int64(line.number))
        if let key {
            unsafe sqlite3_bind_int64(statement, 2, key)
        } else {
            unsafe sqlite3_bind_null(statement, 2)
        }
        var (room, old, new) = (line.room, line.oldVisitor, line.newVisitor)
        let result = room.withUTF8 { room in
            old.withUTF8 { old in
                new.withUTF8 { new in
                    unsafe bind(statement, 3, room)
                    unsafe bind(statement, 4, old)
                    unsafe bind(statement, 5, new)
                    defer { unsafe sqlite3_reset(statement) }
                    return unsafe sqlite3_step(statement)
                }
            }
        }
        guard result == SQLITE_DONE else {
            throw DatabaseError(resultCode: ResultCode(rawValue: result), message: database.lastErrorMessage)
        }
    }

    private func bind(_ statement: SQLiteStatement, _ index: Int32, _ text: UnsafeBufferPointer<UInt8>) {
        guard let start = text.baseAddress, !text.isEmpty else {
            // A null pointer would bind NULL.
            unsafe sqlite3_bind_text(statement, index, "", 0, nil)
            return
        }
        _ = unsafe start.withMemoryRebound(to: CChar.self, capacity: text.count) { characters in
            unsafe sqlite3_bind_text(statement, index, characters, Int32(text.count), nil)
        }
    }
}

extension MappingLine {
    fileprivate var isNoop: Bool { rejection == nil && oldVisitor.utf8.elementsEqual(newVisitor.utf8) }

    /// The key of the room that a usable line names.
    fileprivate var roomKey: Int64? { isRoomLine && !isNoop ? RoomID(room).key : nil }
}
