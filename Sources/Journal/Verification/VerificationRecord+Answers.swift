import GRDB
package import Model

/// What a verification learnt of one moved room by asking for it.
package struct RoomAnswer: Sendable, Equatable {
    /// As the verification marks it.
    package var mark: String
    /// Who has it; `nil` if it could not be read or has no visitor.
    package var found: VisitorID?
    package var readAt: Timestamp

    package init(mark: String, found: VisitorID?, readAt: Timestamp) {
        self.mark = mark
        self.found = found
        self.readAt = readAt
    }
}

// The answers to questions that were asked one by one.
extension VerificationRecord {
    /// The answer for the room of an operation that is expected at a visitor; `nil` if it was not asked for.
    package func answer(for operation: Int64, at expected: VisitorID) async throws -> RoomAnswer? {
        try await read { database in
            let row = try Row.fetchOne(
                database.cachedStatement(
                    sql: "SELECT mark, found, readAt FROM readRoom WHERE operation = ? AND expected = ?"),
                arguments: [operation, expected.rawValue])
            return try row.map { row in
                try RoomAnswer(
                    mark: row.decode(atIndex: 0), found: (row.decode(atIndex: 1) as String?).map { VisitorID($0) },
                    readAt: Timestamp(stored: row.decode(atIndex: 2)))
            }
        }
    }

    package func note(_ answer: RoomAnswer, for operation: Int64, at expected: VisitorID) async throws {
        try await write { database in
            try database.execute(
                sql: """
                    INSERT OR REPLACE INTO readRoom (operation, expected, mark, found, readAt) VALUES (?, ?, ?, ?, ?)
                    """,
                arguments: [
                    operation, expected.rawValue, answer.mark, answer.found?.rawValue, answer.readAt.milliseconds,
                ])
        }
    }

    /// The new rooms of a visitor line whose old visitor was asked for its rooms; `nil` if it was not.
    package func newRooms(ofLine line: Int) async throws -> [RoomID]? {
        try await read { database in
            let isRead = try Bool.fetchOne(
                database, sql: "SELECT EXISTS (SELECT 1 FROM readHistory WHERE line = ?)", arguments: [line])
            guard isRead == true else { return nil }
            return try String.fetchAll(
                database, sql: "SELECT room FROM newRoom WHERE line = ? ORDER BY position", arguments: [line]
            ).map { RoomID($0) }
        }
    }

    package func note(newRooms rooms: [RoomID], ofLine line: Int, at instant: Timestamp) async throws {
        try await write { database in
            for (position, room) in rooms.enumerated() {
                try database.execute(
                    sql: "INSERT OR REPLACE INTO newRoom (line, position, room) VALUES (?, ?, ?)",
                    arguments: [line, position, room.rawValue])
            }
            try database.execute(
                sql: "INSERT OR REPLACE INTO readHistory (line, readAt) VALUES (?, ?)",
                arguments: [line, instant.milliseconds])
        }
    }

    /// How many rooms a visitor has, in an optional that is `nil` if it was not asked for; `nil` in that if the server does
    /// not say.
    package func rooms(of visitor: VisitorID) async throws -> Int?? {
        try await read { database in
            let row = try Row.fetchOne(
                database, sql: "SELECT rooms FROM readCount WHERE visitor = ?", arguments: [visitor.rawValue])
            return try row.map { try ($0.decode(atIndex: 0) as Int64?).map { try Int(stored: $0) } }
        }
    }

    package func note(rooms: Int?, of visitor: VisitorID) async throws {
        try await write { database in
            try database.execute(
                sql: "INSERT OR REPLACE INTO readCount (visitor, rooms) VALUES (?, ?)",
                arguments: [visitor.rawValue, rooms])
        }
    }

    /// Whether an old visitor has the token of its new one, in an optional that is `nil` if that was not asked; `nil` in that
    /// if the server does not show them.
    package func comparison(of visitor: String) async throws -> Bool?? {
        try await read { database in
            let row = try Row.fetchOne(
                database.cachedStatement(sql: "SELECT isShared FROM comparedToken WHERE visitor = ?"),
                arguments: [visitor])
            return try row.map { try $0.decode(atIndex: 0) as Bool? }
        }
    }

    package func note(comparison isShared: Bool?, of visitor: String) throws {
        try write {
            try $0.execute(
                sql: "INSERT OR REPLACE INTO comparedToken (visitor, isShared) VALUES (?, ?)",
                arguments: [visitor, isShared])
        }
    }

    /// The row with what was read of its old visitor; `nil` if that was not asked for.
    package func answered(_ row: EmptiedRow) async throws -> EmptiedRow? {
        let answer = try await read { database in
            try Row.fetchOne(
                database, sql: "SELECT roomsLeft, sharesToken, readAt FROM readVisitor WHERE visitor = ?",
                arguments: [row.visitor]
            ).map { row in
                try (
                    left: (row.decode(atIndex: 0) as Int64?).map { try Int(stored: $0) },
                    shares: row.decode(atIndex: 1) as Bool?, at: Timestamp(stored: row.decode(atIndex: 2))
                )
            }
        }
        guard let answer else { return nil }
        var row = row
        row.roomsLeft = answer.left
        row.sharesToken = answer.shares
        row.confirmedAt = answer.left.map { _ in answer.at }
        return row
    }

    /// Keeps what was read of the old visitor of a row, at an instant.
    package func note(_ row: EmptiedRow, at instant: Timestamp) throws {
        try write {
            try $0.execute(
                sql: """
                    INSERT OR REPLACE INTO readVisitor (visitor, roomsLeft, sharesToken, readAt) VALUES (?, ?, ?, ?)
                    """, arguments: [row.visitor, row.roomsLeft, row.sharesToken, instant.milliseconds])
        }
    }
}
