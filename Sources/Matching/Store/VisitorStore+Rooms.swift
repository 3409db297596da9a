import GRDB
import Model
import RocketChat

// How many rooms visitors have, as far as the server was asked; what was counted survives a kill.
extension VisitorStore {
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

    /// How many rooms of the list of all rooms are counted.
    func listedRooms() throws -> Int {
        try read { try Int.fetchOne($0, sql: "SELECT count(*) FROM listedRoom") ?? 0 }
    }

    /// Those of a page that no page before it had.
    func unlisted(_ rooms: [RoomID]) throws -> [RoomID] {
        try read { database in
            let listed = try database.cachedStatement(sql: "SELECT 1 FROM listedRoom WHERE room = ?")
            return try rooms.filter { try Int.fetchOne(listed, arguments: [$0.rawValue]) == nil }
        }
    }

    /// Counts the new rooms of a page for their visitors, and notes how far the list is counted.
    func count(_ rooms: [Room], nextOffset: Int) throws {
        try write { database in
            let listing = try database.cachedStatement(sql: "INSERT OR IGNORE INTO listedRoom (room) VALUES (?)")
            let counting = try database.cachedStatement(
                sql: "UPDATE visitor SET rooms = coalesce(rooms, 0) + 1 WHERE id = ?")
            for room in rooms {
                try listing.execute(arguments: [room.id.rawValue])
                guard let visitor = room.visitor else { continue }
                try counting.execute(arguments: [visitor.rawValue])
            }
            try database.execute(sql: "UPDATE job SET roomOffset = ?", arguments: [nextOffset])
        }
    }

    /// A visitor that the whole list does not show has no room.
    func finishRoomCount() throws {
        try write {
            try $0.execute(
                sql: """
                    UPDATE visitor SET rooms = 0 WHERE rooms IS NULL;
                    UPDATE job SET roomOffset = NULL;
                    DELETE FROM listedRoom
                    """)
        }
    }
}
