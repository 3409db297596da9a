import GRDB
package import Model

/// The rooms that the server listed for a job that only reads, and how far the list has been read.
///
/// They are kept where the job is, so that a reading that was interrupted is resumed.
package struct ListedRooms: Sendable {
    /// How a job finds out about rooms, and where that stands.
    package enum Standing: Sendable, Equatable {
        /// To ask for each room costs fewer calls.
        case oneByOne
        /// The list is read; `nextOffset` is where the next page begins, `known` how many rooms have been read, of `total`.
        case begun(nextOffset: Int, known: Int, total: Int)
        case complete
    }

    private let store: any RoomStore

    init(in store: any RoomStore) {
        self.store = store
    }

    /// Where the reading stands; `nil` if no way was chosen yet.
    package func standing() async throws -> Standing? {
        try await store.read { database in
            let row = try Row.fetchOne(
                database,
                sql: """
                    SELECT way, completedAt IS NOT NULL, nextOffset, total, (SELECT count(*) FROM surveyedRoom)
                    FROM survey
                    """)
            guard let row else { return nil }
            guard try row.decode(atIndex: 0) == "list" else { return .oneByOne }
            if try row.decode(atIndex: 1) { return .complete }
            return try .begun(nextOffset: row.count(2), known: row.count(4), total: row.count(3))
        }
    }

    /// Remembers that rooms are asked for one by one.
    package func chooseOneByOne() async throws {
        try await store.write {
            try $0.execute(sql: "INSERT OR REPLACE INTO survey (id, way) VALUES (1, 'one-by-one')")
        }
    }

    /// How many rooms the server said that there are; `nil` if the list was not read.
    package func total() async throws -> Int? {
        try await store.read { try Int.fetchOne($0, sql: "SELECT total FROM survey WHERE way = 'list'") }
    }

    /// Those that were not added before.
    package func unknown(of rooms: [RoomID]) async throws -> Set<RoomID> {
        try await store.read { database in
            let known = try database.cachedStatement(sql: "SELECT 1 FROM surveyedRoom WHERE id = ?")
            return Set(try rooms.filter { try Int.fetchOne(known, arguments: [$0.rawValue]) == nil })
        }
    }

    /// Takes the new rooms of one page, which was read at `instant`; `nextOffset` is where the next one begins.
    package func add(_ rooms: [ListedRoom], nextOffset: Int, total: Int, at instant: Timestamp) async throws {
        try await store.write { database in
            let insert = try database.cachedStatement(
                sql: """
                    INSERT OR REPLACE INTO surveyedRoom (id, visitor, isOpen, createdAt, readAt) VALUES (?, ?, ?, ?, ?)
                    """)
            for room in rooms {
                try insert.execute(arguments: [
                    room.id.rawValue, room.visitor?.rawValue, room.isOpen, room.createdAt?.milliseconds,
                    instant.milliseconds,
                ])
            }
            try database.execute(
                sql: "INSERT OR REPLACE INTO survey (id, way, nextOffset, total) VALUES (1, 'list', ?, ?)",
                arguments: [nextOffset, total])
        }
    }

    /// Remembers that the page that was added last was the last one.
    package func complete(at instant: Timestamp) async throws {
        try await store.write {
            try $0.execute(sql: "UPDATE survey SET completedAt = ?", arguments: [instant.milliseconds])
        }
    }

    /// Forgets all rooms: the job is through, and begins afresh next time.
    package func forget() async throws {
        try await store.write { try $0.execute(sql: "DELETE FROM surveyedRoom; DELETE FROM survey") }
    }

    /// Whose a room was when it was read, if its conversation was over: of a live one everything may change at any time.
    package func owner(ofClosed room: RoomID) async throws -> (visitor: VisitorID, readAt: Timestamp)? {
        try await store.read { database in
            let row = try Row.fetchOne(
                database.cachedStatement(
                    sql: "SELECT visitor, readAt FROM surveyedRoom WHERE id = ? AND NOT isOpen AND visitor IS NOT NULL"),
                arguments: [room.rawValue])
            return try row.map { row in
                try (VisitorID(row.decode(atIndex: 0) as String), Timestamp(stored: row.decode(atIndex: 1)))
            }
        }
    }

    /// The rooms of a visitor, oldest first.
    package func rooms(of visitor: VisitorID) async throws -> [RoomID] {
        try await store.read { database in
            try String.fetchAll(
                database.cachedStatement(sql: "SELECT id FROM surveyedRoom WHERE visitor = ? ORDER BY createdAt, id"),
                arguments: [visitor.rawValue]
            ).map { RoomID($0) }
        }
    }

    /// When its first page was read; `nil` before that.
    package func readSince() async throws -> Timestamp? {
        try await store.read { database in
            try Int64.fetchOne(database, sql: "SELECT min(readAt) FROM surveyedRoom").map { try Timestamp(stored: $0) }
        }
    }
}

/// A database that keeps the rooms of a list.
protocol RoomStore: Sendable {
    func read<Value: Sendable>(_ body: @Sendable (Database) throws -> Value) async throws -> Value
    func write<Value: Sendable>(_ body: @Sendable (Database) throws -> Value) async throws -> Value
}

extension Journal: RoomStore {
    /// The rooms that were listed for the job of this journal.
    package var listedRooms: ListedRooms { ListedRooms(in: self) }
}
