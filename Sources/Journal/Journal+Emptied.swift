import GRDB
package import Model

// Old visitors after their rooms were moved: whether any room is left at them, as the server says.
extension Journal {
    /// Old visitors of room lines are only asked for up to this number: each costs calls, and a mapping of rooms does not
    /// say that anything should be known of its visitors.
    fileprivate static let mostOfRoomLines = 200

    /// Old visitors all of whose operations are settled well, and of whom nobody has read yet what is left.
    package func unreadOldVisitors() throws -> Int {
        try read { try Int.fetchOne($0, sql: "SELECT count(*) FROM (\($0.unreadOldVisitors()))") ?? 0 }
    }

    /// Lists them in a table of this connection, because finding them goes through every operation.
    ///
    /// - Returns: how many there are.
    package func listUnreadOldVisitors() async throws -> Int {
        try await write { database in
            try database.execute(
                sql: """
                    CREATE TEMPORARY TABLE IF NOT EXISTS unreadOldVisitor (
                        number INTEGER PRIMARY KEY, visitor TEXT NOT NULL, newVisitor TEXT NOT NULL);
                    DELETE FROM unreadOldVisitor;
                    """)
            let listing = "INSERT INTO temp.unreadOldVisitor (visitor, newVisitor)"
            try database.execute(sql: "\(listing) \(database.unreadOldVisitors())")
            return database.changesCount
        }
    }

    /// The next of those that were listed, after one, each with a new visitor to whom its rooms went.
    package func unreadOldVisitors(after number: Int64, limit: Int) async throws -> [UnreadOldVisitor] {
        try await read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT number, visitor, newVisitor FROM temp.unreadOldVisitor
                    WHERE number > ? ORDER BY number LIMIT ?
                    """, arguments: [number, limit]
            ).map { row in
                try UnreadOldVisitor(
                    number: row.decode(atIndex: 0), id: VisitorID(row.decode(atIndex: 1) as String),
                    newVisitor: VisitorID(row.decode(atIndex: 2) as String))
            }
        }
    }

    /// Remembers what is left of an old visitor; durable when it returns.
    package func note(
        _ visitor: VisitorID, roomsLeft: Int, sharesToken: Bool?, at instant: Timestamp
    ) async throws {
        try await write { database in
            try database.execute(
                sql: """
                    INSERT INTO emptied (visitor, roomsLeft, sharesToken, readAt) VALUES (?, ?, ?, ?)
                    ON CONFLICT (visitor) DO UPDATE SET roomsLeft = excluded.roomsLeft,
                        sharesToken = excluded.sharesToken, readAt = excluded.readAt
                    """, arguments: [visitor.rawValue, roomsLeft, sharesToken, instant.milliseconds])
        }
    }
}

extension JournalSnapshot {
    /// Old visitors of whom the server shows no room any more.
    package func emptiedVisitors() throws -> Int {
        try read { try Int.fetchOne($0, sql: "SELECT count(*) FROM emptied WHERE roomsLeft = 0") ?? 0 }
    }

    /// Hands over each of them, by id.
    package func forEachEmptied(_ body: (EmptiedRow) throws -> Void) throws {
        guard try emptiedVisitors() > 0 else { return }
        try read { database in
            let rows = try Row.fetchCursor(
                database,
                sql: """
                    SELECT emptied.visitor, max(operationReport.newVisitor), sum(operationReport.state = 'moved'),
                        coalesce(sum(operationReport.state = 'moved' AND operationReport.wasOpen), 0),
                        emptied.sharesToken, emptied.readAt
                    FROM operationReport JOIN emptied ON emptied.visitor = operationReport.oldVisitor
                    WHERE emptied.roomsLeft = 0
                    GROUP BY emptied.visitor ORDER BY emptied.visitor
                    """)
            while let row = try rows.next() {
                try body(try EmptiedRow(row))
            }
        }
    }
}

/// An old visitor whose rooms were moved, in the list of those that are to be read again.
package struct UnreadOldVisitor: Sendable, Equatable {
    /// The place in the list.
    package var number: Int64
    package var id: VisitorID
    package var newVisitor: VisitorID
}

extension Database {
    /// A query for them; without room lines' old visitors where there are too many of them.
    fileprivate func unreadOldVisitors() throws -> String {
        let most = Journal.mostOfRoomLines
        let ofRoomLines = "NOT EXISTS (SELECT 1 FROM discovery WHERE discovery.oldVisitor = operationReport.oldVisitor)"
        let count = try Row.fetchAll(
            self, sql: Self.unread(and: ofRoomLines) + " LIMIT ?", arguments: [most + 1]
        ).count
        let ofVisitorLines = count > most ? "oldVisitor IN (SELECT oldVisitor FROM discovery)" : "TRUE"
        return Self.unread(and: ofVisitorLines)
    }

    private static func unread(and condition: String) -> String {
        """
        SELECT oldVisitor, max(newVisitor) FROM operationReport
        WHERE oldVisitor NOT IN (SELECT visitor FROM emptied) AND \(condition)
        GROUP BY oldVisitor HAVING sum(state = 'moved') > 0 AND sum(state NOT IN ('moved', 'already')) = 0
        """
    }
}
