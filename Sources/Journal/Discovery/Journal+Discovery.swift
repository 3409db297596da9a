import GRDB
package import Model

// Finding the rooms of visitor lines; what was found survives a kill, so that a later run goes on from there.
extension JournalSnapshot {
    /// Visitor lines whose rooms are not known yet.
    ///
    /// A journal that was made from a plan has none: what the audit could not find is no part of it.
    package func undiscovered() throws -> Int {
        try read { database in
            try Int.fetchOne(
                database,
                sql: """
                    SELECT count(*) FROM discovery
                    WHERE discoveredAt IS NULL AND NOT EXISTS (SELECT 1 FROM job WHERE madeFrom IS NOT NULL)
                    """) ?? 0
        }
    }
}

extension Journal {
    /// Visitor lines without rooms whose old visitor the server was not asked for yet.
    package func unaskedOldVisitors() throws -> Int {
        try read { try Int.fetchOne($0, sql: "SELECT count(*) FROM discovery WHERE \(Self.isUnasked)") ?? 0 }
    }

    /// The next of them, in file order after the line `after`.
    package func unaskedOldVisitors(after line: Int, limit: Int) async throws -> [VisitorMove] {
        try await read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT line, oldVisitor, finalVisitor FROM discovery
                    WHERE \(Self.isUnasked) AND line > ? ORDER BY line LIMIT ?
                    """, arguments: [line, limit]
            ).map { try VisitorMove($0) }
        }
    }

    /// Remembers whether the server has the old visitor of a line without rooms.
    package func note(_ move: VisitorMove, visitorExists: Bool) async throws {
        try await write { database in
            try database.execute(
                sql: "UPDATE discovery SET visitorExists = ? WHERE line = ?", arguments: [visitorExists, move.line])
        }
    }

    /// The view of lines says the same of a line that waits for the answer.
    private static let isUnasked = """
        discoveredAt IS NOT NULL AND visitorExists IS NULL
            AND NOT EXISTS (SELECT 1 FROM operation WHERE operation.line = discovery.line AND operation.room IS NOT NULL)
            AND NOT EXISTS (SELECT 1 FROM sharedOperation WHERE sharedOperation.line = discovery.line)
            AND NOT EXISTS (SELECT 1 FROM sharedElsewhere WHERE sharedElsewhere.line = discovery.line)
        """

    /// The next visitor lines whose rooms are not known, in file order after the line `after`.
    package func undiscovered(after line: Int, limit: Int) async throws -> [VisitorMove] {
        try await write { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT line, oldVisitor, finalVisitor FROM discovery
                    WHERE discoveredAt IS NULL AND line > ? ORDER BY line LIMIT ?
                    """, arguments: [line, limit]
            ).map { try VisitorMove($0) }
        }
    }

    /// Plans the moves of all rooms of one visitor line, in the order given; durable when it returns.
    ///
    /// A room that a room line names, or that was found before, is not planned again: the lines share its operation.
    /// `closed` are those whose conversation was over.
    package func plan(
        _ rooms: [RoomID], closed: Set<RoomID> = [], of move: VisitorMove, at instant: Timestamp
    ) async throws {
        try await write { database in
            for room in rooms {
                try database.plan(room, isClosed: closed.contains(room), of: move)
            }
            try database.execute(
                sql: "UPDATE discovery SET discoveredAt = ?, reason = NULL WHERE line = ?",
                arguments: [instant.milliseconds, move.line])
        }
    }

    /// Remembers why the rooms of a visitor line could not be found; a later run tries again.
    package func noteUndiscovered(_ move: VisitorMove, because reason: ReasonCode) async throws {
        try await write { database in
            try database.execute(
                sql: "UPDATE discovery SET discoveredAt = NULL, reason = ? WHERE line = ?",
                arguments: [reason.rawValue, move.line])
        }
    }

    /// Rooms that room lines name, as anchors for a caller who may not list rooms.
    package func namedRooms(limit: Int) throws -> [RoomID] {
        try read { database in
            try String.fetchAll(
                database, sql: "SELECT room FROM line WHERE roomKey IS NOT NULL ORDER BY number LIMIT ?",
                arguments: [limit]
            ).map { RoomID($0) }
        }
    }

    /// Where an unfinished reading of the list of all rooms stands; `nil` if none was begun.
    package func sweepPosition() throws -> SweepPosition? {
        try read { database in
            let row = try Row.fetchOne(
                database, sql: "SELECT nextOffset, total, (SELECT count(*) FROM listedRoom) FROM sweep")
            return try row.map { row in
                try SweepPosition(
                    nextOffset: row.count(0), total: row.count(1), known: row.count(2))
            }
        }
    }

    /// Those of a page of the list that no page before it had.
    package func unlisted(_ rooms: [RoomID]) async throws -> Set<RoomID> {
        try await read { database in
            let listed = try database.cachedStatement(sql: "SELECT 1 FROM listedRoom WHERE room = ?")
            return Set(try rooms.filter { try Int.fetchOne(listed, arguments: [$0.rawValue]) == nil })
        }
    }

    /// Takes the new rooms of one page of the list, and plans those of old visitors; of others only the id is kept.
    ///
    /// Durable when it returns.
    ///
    /// - Returns: whether any of them is of an old visitor.
    @discardableResult
    package func list(_ rooms: [ListedRoom], nextOffset: Int, total: Int) async throws -> Bool {
        try await write { database in
            var hasPlanned = false
            let listing = try database.cachedStatement(sql: "INSERT OR IGNORE INTO listedRoom (room) VALUES (?)")
            let sighting = try database.cachedStatement(
                sql: """
                    INSERT INTO sighting (room, visitor, createdAt)
                    SELECT ?1, ?2, ?3 WHERE EXISTS (SELECT 1 FROM discovery WHERE oldVisitor = ?2)
                    ON CONFLICT (room) DO UPDATE SET visitor = excluded.visitor
                    """)
            for room in rooms {
                try listing.execute(arguments: [room.id.rawValue])
                guard let visitor = room.visitor else { continue }
                try sighting.execute(arguments: [room.id.rawValue, visitor.rawValue, room.createdAt?.milliseconds])
                for move in try database.openMoves(of: visitor) {
                    try database.plan(room.id, isClosed: !room.isOpen, of: move)
                    hasPlanned = true
                }
            }
            try database.execute(
                sql: """
                    INSERT INTO sweep (id, nextOffset, total) VALUES (1, ?, ?)
                    ON CONFLICT (id) DO UPDATE SET nextOffset = excluded.nextOffset, total = excluded.total
                    """, arguments: [nextOffset, total])
            return hasPlanned
        }
    }

    /// Ends the discovery with the complete list.
    ///
    /// The rooms that it has at old visitors are planned by now, but for those that a journal of an earlier version has
    /// only seen.
    package func planListed(at instant: Timestamp) async throws {
        try await write { database in
            let rows = try Row.fetchCursor(
                database,
                sql: """
                    SELECT sighting.room, discovery.line, discovery.oldVisitor, discovery.finalVisitor
                    FROM sighting JOIN discovery ON discovery.oldVisitor = sighting.visitor
                    WHERE discovery.discoveredAt IS NULL
                    ORDER BY discovery.line, sighting.createdAt, sighting.room
                    """)
            while let row = try rows.next() {
                let move = try VisitorMove(
                    line: row.decode(atIndex: 1), oldVisitor: VisitorID(row.decode(atIndex: 2) as String),
                    finalVisitor: VisitorID(row.decode(atIndex: 3) as String))
                try database.plan(RoomID(row.decode(atIndex: 0) as String), of: move)
            }
            try database.execute(
                sql: "UPDATE discovery SET discoveredAt = ?, reason = NULL WHERE discoveredAt IS NULL",
                arguments: [instant.milliseconds])
            try database.forgetSweep()
        }
    }
}

/// One visitor line as it is carried out: every room of the old visitor goes to the end of the chain.
package struct VisitorMove: Sendable, Equatable {
    package var line: Int
    package var oldVisitor: VisitorID
    package var finalVisitor: VisitorID

    package init(line: Int, oldVisitor: VisitorID, finalVisitor: VisitorID) {
        self.line = line
        self.oldVisitor = oldVisitor
        self.finalVisitor = finalVisitor
    }
}

extension VisitorMove {
    fileprivate init(_ row: Row) throws {
        try self.init(
            line: row.decode(atIndex: 0), oldVisitor: VisitorID(row.decode(atIndex: 1) as String),
            finalVisitor: VisitorID(row.decode(atIndex: 2) as String))
    }
}

/// Where the reading of the list of all rooms stands.
package struct SweepPosition: Sendable, Equatable {
    /// Where the next page begins.
    package var nextOffset: Int
    /// How many rooms the server said that there are, last time.
    package var total: Int
    /// How many were read.
    package var known: Int
}

/// A room in the list of all rooms, with the visitor it belongs to.
package struct ListedRoom: Sendable, Equatable {
    package var id: RoomID
    package var visitor: VisitorID?
    /// True if its conversation was live.
    package var isOpen: Bool
    package var createdAt: Timestamp?

    package init(id: RoomID, visitor: VisitorID?, isOpen: Bool = false, createdAt: Timestamp?) {
        self.id = id
        self.visitor = visitor
        self.isOpen = isOpen
        self.createdAt = createdAt
    }
}

extension Database {
    /// The lines of an old visitor whose rooms are not all known yet.
    fileprivate func openMoves(of visitor: VisitorID) throws -> [VisitorMove] {
        try Row.fetchAll(
            cachedStatement(
                sql: """
                    SELECT line, oldVisitor, finalVisitor FROM discovery
                    WHERE oldVisitor = ? AND discoveredAt IS NULL ORDER BY line
                    """), arguments: [visitor.rawValue]
        ).map { try VisitorMove($0) }
    }

    fileprivate func plan(_ room: RoomID, isClosed: Bool = false, of move: VisitorMove) throws {
        let ofLines = try Int64.fetchAll(
            cachedStatement(sql: "SELECT number FROM line WHERE roomKey = ? AND room = ?"),
            arguments: [room.key, room.rawValue])
        let discovered = try Int64.fetchAll(
            cachedStatement(sql: "SELECT id FROM operation WHERE room = ?"), arguments: [room.rawValue])
        let isNamedElsewhere = try Bool.fetchOne(
            cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM namedElsewhere WHERE room = ?)"),
            arguments: [room.rawValue])
        if isNamedElsewhere == true {
            try cachedStatement(sql: "INSERT OR IGNORE INTO sharedElsewhere (line, room) VALUES (?, ?)")
                .execute(arguments: [move.line, room.rawValue])
            return
        }
        guard !ofLines.isEmpty || !discovered.isEmpty else {
            try cachedStatement(
                sql: """
                    INSERT INTO operation (id, line, room, oldVisitor, newVisitor, seenClosed)
                    SELECT max(coalesce(max(id) + 1, 0), \(Schema.firstDiscovered)), ?, ?, ?, ?, ? FROM operation
                    """
            ).execute(
                arguments: [
                    move.line, room.rawValue, move.oldVisitor.rawValue, move.finalVisitor.rawValue, isClosed,
                ])
            return
        }
        let share = try cachedStatement(
            sql: """
                INSERT OR IGNORE INTO sharedOperation (line, operation)
                SELECT ?1, id FROM operation WHERE id = ?2 AND line <> ?1
                """)
        for operation in ofLines + discovered {
            if isClosed {
                try cachedStatement(sql: "UPDATE operation SET seenClosed = 1 WHERE id = ?")
                    .execute(arguments: [operation])
            }
            try share.execute(arguments: [move.line, operation])
        }
    }

    fileprivate func forgetSweep() throws {
        try execute(sql: "DELETE FROM sighting; DELETE FROM listedRoom; DELETE FROM sweep")
    }
}
