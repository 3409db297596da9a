import GRDB
package import Model

/// The rooms that the server listed, in a file without a name that goes with its process.
package struct ListedRooms: Sendable {
    private let database: DatabaseQueue

    /// - Throws: `JournalError` if there is no room for a temporary file.
    package init() throws {
        database = try Self.translating {
            let database = try DatabaseQueue(path: "")
            try database.write { database in
                try database.execute(
                    sql: """
                        CREATE TABLE room (id TEXT PRIMARY KEY, visitor TEXT, isOpen INTEGER NOT NULL, createdAt INTEGER)
                            STRICT, WITHOUT ROWID;
                        CREATE INDEX roomByVisitor ON room (visitor, createdAt, id);
                        """)
            }
            return database
        }
    }

    /// Those that were not added before.
    package func unknown(of rooms: [RoomID]) async throws -> Set<RoomID> {
        try await read { database in
            let known = try database.cachedStatement(sql: "SELECT 1 FROM room WHERE id = ?")
            return Set(try rooms.filter { try Int.fetchOne(known, arguments: [$0.rawValue]) == nil })
        }
    }

    package func add(_ rooms: [ListedRoom]) async throws {
        do {
            try await database.write { database in
                let insert = try database.cachedStatement(
                    sql: "INSERT OR REPLACE INTO room (id, visitor, isOpen, createdAt) VALUES (?, ?, ?, ?)")
                for room in rooms {
                    try insert.execute(arguments: [
                        room.id.rawValue, room.visitor?.rawValue, room.isOpen, room.createdAt?.milliseconds,
                    ])
                }
            }
        } catch {
            throw JournalError.translated(error, path: Self.name)
        }
    }

    /// Whose a room was, if it was listed and its conversation is over: of a live one everything may change at any time.
    package func visitor(ofClosed room: RoomID) async throws -> VisitorID? {
        try await read { database in
            try String.fetchOne(
                database.cachedStatement(sql: "SELECT visitor FROM room WHERE id = ? AND NOT isOpen"),
                arguments: [room.rawValue]
            ).map { VisitorID($0) }
        }
    }

    /// The rooms of a visitor, oldest first.
    package func rooms(of visitor: VisitorID) async throws -> [RoomID] {
        try await read { database in
            try String.fetchAll(
                database.cachedStatement(sql: "SELECT id FROM room WHERE visitor = ? ORDER BY createdAt, id"),
                arguments: [visitor.rawValue]
            ).map { RoomID($0) }
        }
    }

    private func read<Value: Sendable>(_ body: @Sendable (Database) throws -> Value) async throws -> Value {
        do {
            return try await database.read(body)
        } catch {
            throw JournalError.translated(error, path: Self.name)
        }
    }

    private static func translating<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch {
            throw JournalError.translated(error, path: name)
        }
    }

    /// What it is called in errors.
    private static let name = "the temporary file for the list of rooms"
}
