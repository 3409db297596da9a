import GRDB
import Model

// How many rooms visitors have, as far as the server was asked; what was counted survives a kill.
extension WorkingFile {
    /// How far the counting is.
    struct RoomCountState: Sendable, Equatable {
        /// Visitors of groups whose rooms are not counted.
        var uncounted: Int
        /// How far the list of all rooms was counted; `nil` if that was not begun, or is finished.
        var offset: Int?
    }

    func roomCountState(upTo largest: Int) throws -> RoomCountState {
        let uncounted = try read { database in
            try Int.fetchOne(
                database, sql: "SELECT count(*) \(Self.uncounted)", arguments: [largest])
        }
        return RoomCountState(uncounted: uncounted ?? 0, offset: try roomOffset())
    }

    func firstUncounted(upTo largest: Int) throws -> VisitorID? {
        try read { database in
            try String.fetchOne(
                database, sql: "SELECT visitor.id \(Self.uncounted) LIMIT 1", arguments: [largest])
        }.map { VisitorID($0) }
    }

    private static let uncounted = """
        FROM cluster CROSS JOIN member ON member.cluster = cluster.number
            CROSS JOIN visitor ON visitor.number = member.visitor
        WHERE cluster.size <= ? AND visitor.rooms IS NULL
        """

    func note(rooms: Int, of visitor: VisitorID) throws {
        try write { database in
            try database.execute(
                sql: "UPDATE visitor SET rooms = ? WHERE id = ?", arguments: [rooms, visitor.rawValue])
        }
    }

    func roomOffset() throws -> Int? {
        try read { try Int.fetchOne($0, sql: "SELECT roomOffset FROM job") }
    }

    /// Counts one room for each visitor named, and notes how far the list is counted.
    func count(roomsOf visitors: [VisitorID], nextOffset: Int) throws {
        try write { database in
            let counting = try database.cachedStatement(
                sql: "UPDATE visitor SET rooms = coalesce(rooms, 0) + 1 WHERE id = ?")
            for visitor in visitors {
                try counting.execute(arguments: [visitor.rawValue])
            }
            try database.execute(sql: "UPDATE job SET roomOffset = ?", arguments: [nextOffset])
        }
    }

    /// Whoever was not seen in the whole list has no room.
    func finishRoomCount() throws {
        try write {
            try $0.execute(
                sql: "UPDATE visitor SET rooms = 0 WHERE rooms IS NULL; UPDATE job SET roomOffset = NULL")
        }
    }

    func restartRoomCount() throws {
        try write { try $0.execute(sql: "UPDATE visitor SET rooms = NULL; UPDATE job SET roomOffset = NULL") }
    }
}
