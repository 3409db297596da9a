import GRDB
import Model

/// What the plan of an undo has got from an invocation that names a part of the job.
package struct UndoGrowth: Sendable, Equatable {
    /// Moves that are new in the plan.
    package var added = 0
    /// Rooms that were named and are back already, as many as are named one by one.
    package var isBack: [String] = []
    package var backCount = 0
    /// Operations that were asked for before, were not named now, and may have moved their room.
    package var inDoubt = 0

    package static let shown = 20
}

extension Journal {
    /// Adds moves of the job to the plan of its undo, which this journal is, and leaves for another time what is in the
    /// plan and not among them; durable when it returns.
    ///
    /// `part` are operations of the job, `nil` for all. An operation that was sent without an answer is settled in any
    /// case.
    package func extendUndo(of original: Journal, by part: Set<Int64>?) throws -> UndoGrowth {
        try write { database in
            var growth = UndoGrowth()
            // Each move is looked for by its room.
            try database.execute(
                sql: "CREATE INDEX IF NOT EXISTS lineByRoomKey ON line(roomKey) WHERE roomKey IS NOT NULL")
            let last = try Int.fetchOne(database, sql: "SELECT max(number) FROM line") ?? 0
            try database.execute(sql: "CREATE TEMP TABLE named (id INTEGER PRIMARY KEY)")
            var next = last + 1
            try original.snapshot { snapshot in
                try snapshot.forEachNumberedOperation { id, row in
                    guard row.state == .moved, part?.contains(id) ?? true else { return }
                    let number = try database.undoes(row, orAdd: next)
                    next = max(next, number.line + 1)
                    growth.added += number.isBack == nil ? 1 : 0
                    if number.isBack == true {
                        growth.backCount += 1
                        if growth.isBack.count < UndoGrowth.shown { growth.isBack.append(row.room) }
                    }
                    try database.cachedStatement(sql: "INSERT OR IGNORE INTO temp.named VALUES (?)")
                        .execute(arguments: [number.line])
                }
            }
            if growth.added > 0 { try database.finishUndo(after: last, growth.added) }
            growth.inDoubt = try database.leaveUnnamed()
            try database.execute(sql: "DROP TABLE temp.named")
            return growth
        }
    }

    /// Hands over the operations that have moved their room, in plan order, or those of them in a part.
    package func forEachMove(in part: Set<Int64>?, _ body: (OperationRow) throws -> Void) throws {
        try snapshot { snapshot in
            try snapshot.forEachNumberedOperation { id, row in
                guard row.state == .moved, part?.contains(id) ?? true else { return }
                try body(row)
            }
        }
    }

    /// True if this undo has in its plan, and has not left for another time, all that the job has moved.
    package func isUndoOfEverything(in original: Journal) throws -> Bool {
        let moved = try original.read {
            try Int.fetchOne($0, sql: "SELECT count(*) FROM operation WHERE state = 'moved'") ?? 0
        }
        return try read { database in
            let planned = try Int.fetchOne(database, sql: "SELECT lines FROM job") ?? 0
            let isHeld = try Bool.fetchOne(
                database,
                sql: "SELECT EXISTS (SELECT 1 FROM operation WHERE state = 'deferred' AND reason = 'not-in-plan')")
            return planned >= moved && isHeld == false
        }
    }

    /// Whether this undo has moved a room back from where an operation brought it.
    func hasMovedBack(_ move: OperationRow) throws -> Bool {
        try read { try $0.line(undoing: move)?.isBack ?? false }
    }

    /// Moves of this job that no undo has in its plan, or has not made.
    package func movesLeft(after undo: Journal) throws -> Int {
        let moved = try read {
            try Int.fetchOne($0, sql: "SELECT count(*) FROM operation WHERE state = 'moved'") ?? 0
        }
        let back = try undo.read {
            try Int.fetchOne($0, sql: "SELECT count(*) FROM operation WHERE \(Self.isBack)") ?? 0
        }
        return max(0, moved - back)
    }
}

extension Database {
    /// The line of an undo that takes a move back, and whether its room is back.
    fileprivate func line(undoing move: OperationRow) throws -> (number: Int, isBack: Bool)? {
        let select = try cachedStatement(
            sql: """
                SELECT line.number, operation.state IN ('moved', 'already')
                FROM line JOIN operation ON operation.id = line.number
                WHERE line.roomKey = ? AND line.room = ? AND line.oldVisitor = ? AND line.newVisitor = ?
                """)
        return try Row.fetchOne(
            select, arguments: [RoomID(move.room).key, move.room, move.newVisitor, move.oldVisitor]
        ).map { try ($0.count(0), $0.decode(atIndex: 1)) }
    }

    /// The line that takes a move back, added under a number if there is none; `isBack` is `nil` then.
    fileprivate func undoes(_ move: OperationRow, orAdd number: Int) throws -> (line: Int, isBack: Bool?) {
        if let line = try line(undoing: move) { return (line.number, line.isBack) }
        try cachedStatement(
            sql: "INSERT INTO line (number, roomKey, room, oldVisitor, newVisitor) VALUES (?, ?, ?, ?, ?)"
        ).execute(arguments: [number, RoomID(move.room).key, move.room, move.newVisitor, move.oldVisitor])
        try cachedStatement(sql: "INSERT INTO operation (id, line) VALUES (?1, ?1)").execute(arguments: [number])
        return (number, nil)
    }

    /// Orders the steps of one room, and signs the plan again.
    fileprivate func finishUndo(after last: Int, _ added: Int) throws {
        // A plan that was not begun has no estimate yet, and gets one for all of it.
        try execute(
            sql: "UPDATE callEstimate SET calls = calls + ? WHERE job = 'this' AND step = ?",
            arguments: [added, CallLedger.movingNamedRooms])
        for (added, other) in [("next", "first"), ("first", "next")] {
            try execute(
                sql: """
                    INSERT OR IGNORE INTO precedence (operation, earlier)
                    SELECT next.number, first.number
                    FROM line AS \(added) CROSS JOIN line AS \(other)
                        ON first.roomKey = next.roomKey AND first.room = next.room
                        AND first.newVisitor = next.oldVisitor
                    WHERE \(added).number > ? AND \(added).roomKey IS NOT NULL AND next.number <> first.number
                    """, arguments: [last])
        }
        try execute(
            sql: """
                UPDATE operation SET waitsFor = \(Schema.openEarlierOperations)
                WHERE id IN (SELECT operation FROM precedence);
                UPDATE job SET lines = (SELECT count(*) FROM line), mappingLines = (SELECT count(*) FROM line),
                    plannedRooms = (SELECT count(*) FROM operation);
                """)
        try execute(sql: "UPDATE job SET linesDigest = ?", arguments: [linesDigest()])
    }

    /// Leaves alone what is open and not named, and takes up what is.
    ///
    /// - Returns: how many that were not named are in doubt.
    fileprivate func leaveUnnamed() throws -> Int {
        try execute(
            sql: """
                UPDATE operation SET state = 'deferred', reason = 'not-in-plan', foundVisitor = NULL, settledAt = NULL
                WHERE state IN ('pending', 'sent', 'deferred', 'failed', 'unknown') AND mayHaveMoved = 0
                    AND id NOT IN (SELECT id FROM temp.named);
                UPDATE operation SET state = 'pending', reason = NULL
                WHERE state = 'deferred' AND reason = 'not-in-plan' AND id IN (SELECT id FROM temp.named);
                """)
        return try Int.fetchOne(
            self,
            sql: """
                SELECT count(*) FROM operation WHERE mayHaveMoved = 1
                    AND state IN ('pending', 'sent', 'deferred', 'failed', 'unknown')
                    AND id NOT IN (SELECT id FROM temp.named)
                """) ?? 0
    }
}
