import GRDB
package import Model

// What a verification compares the server with.
extension Journal {
    /// A room that this journal moved, at the last station it brought it to.
    package struct MovedRoom: Sendable, Equatable {
        package var operation: Int64
        package var line: Int
        package var room: RoomID
        package var visitor: VisitorID
    }

    /// Rooms that the journal moved.
    package func movedRooms() throws -> Int {
        try read { database in
            try Int.fetchOne(database, sql: "SELECT count(*) FROM operation WHERE \(Self.isLastMove)") ?? 0
        }
    }

    /// The next moved rooms in plan order after the operation `after`.
    package func movedRooms(after operation: Int64, limit: Int) throws -> [MovedRoom] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT operation.id, operation.line, coalesce(operation.room, line.room),
                        coalesce(operation.newVisitor, line.newVisitor)
                    FROM operation JOIN line ON line.number = operation.line
                    WHERE operation.id > ? AND \(Self.isLastMove)
                    ORDER BY operation.id LIMIT ?
                    """, arguments: [operation, limit]
            ).map { row in
                try MovedRoom(
                    operation: row.decode(atIndex: 0), line: row.decode(atIndex: 1),
                    room: RoomID(row.decode(atIndex: 2) as String),
                    visitor: VisitorID(row.decode(atIndex: 3) as String))
            }
        }
    }

    /// The highest rank in a sample of the moved rooms, and how many of them are in it.
    package func movedRooms(in sample: Sample) throws -> (count: Int, highestRank: Int64) {
        try read { database in
            let rank = DatabaseFunction(sampleRankOf: sample)
            database.add(function: rank)
            defer { database.remove(function: rank) }
            let ranks = "SELECT sampleRank(operation.id) AS rank FROM operation WHERE \(Self.isLastMove)"
            let highest =
                try sample.highestRank ?? Int64.fetchOne(
                    database, sql: "\(ranks) ORDER BY rank LIMIT 1 OFFSET ?", arguments: [sample.size.count - 1])
                ?? .max
            let count = try Int.fetchOne(
                database, sql: "SELECT count(*) FROM (\(ranks)) WHERE rank <= ?", arguments: [highest])
            return (count ?? 0, highest)
        }
    }

    /// Visitor lines, in file order after the line `after`: their old visitors may have got new rooms.
    package func visitorMoves(after line: Int, limit: Int) throws -> [VisitorMove] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT line, oldVisitor, finalVisitor FROM discovery WHERE line > ? ORDER BY line LIMIT ?
                    """, arguments: [line, limit]
            ).map { row in
                try VisitorMove(
                    line: row.decode(atIndex: 0), oldVisitor: VisitorID(row.decode(atIndex: 1) as String),
                    finalVisitor: VisitorID(row.decode(atIndex: 2) as String))
            }
        }
    }

    /// A text that changes when there is something else to verify: more was moved by this job or a journal of
    /// `undoTrail`, or one of them was run again.
    package func verificationSubject(with undoTrail: [Journal]) throws -> String {
        try ([self] + undoTrail).map { journal in
            try journal.read { database in
                try String.fetchOne(
                    database,
                    sql: """
                        SELECT identity || '/' || (SELECT coalesce(max(id), 0) FROM run)
                            || '/' || (SELECT count(*) FROM operation WHERE state = 'moved')
                        FROM job
                        """) ?? ""
            }
        }.joined(separator: " ")
    }

    /// What tells this job from every other one.
    package func jobIdentity() throws -> String {
        try read { try String.fetchOne($0, sql: "SELECT identity FROM job") ?? "" }
    }

    /// Whether an operation of the journal is about a room.
    package func knows(_ room: RoomID) throws -> Bool {
        try read { database in
            try Bool.fetchOne(
                database,
                sql: """
                    SELECT EXISTS (SELECT 1 FROM line WHERE roomKey = ?1 AND room = ?2)
                        OR EXISTS (SELECT 1 FROM operation WHERE room = ?2)
                    """, arguments: [room.key, room.rawValue]) ?? false
        }
    }

    private static let isLastMove = """
        operation.state = 'moved' AND NOT EXISTS (
            SELECT 1 FROM precedence JOIN operation AS later ON later.id = precedence.operation
            WHERE precedence.earlier = operation.id AND later.state = 'moved')
        """
}
