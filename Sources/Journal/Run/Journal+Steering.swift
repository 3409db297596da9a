import GRDB
package import Model

/// Something that a person asked of a run while it was going.
package struct Steering: Sendable, Equatable, Identifiable {
    package var id: Int64
    package var run: Int64
    /// `pause`, `resume` or a rate, as it was typed.
    package var command: String
    /// Who asked, such as `ann on host`.
    package var askedBy: String
    package var askedAt: Timestamp
    /// When the run did so; `nil` if it never did.
    package var takenAt: Timestamp?
    /// Why the run did not do so; `nil` if it did, or has not looked yet.
    package var refusal: String?
}

// The way from `visitor-merge pace` to a run: the journal is the only place where the two processes meet.
extension Journal {
    /// Asks something of the run that is going; durable when it returns.
    ///
    /// - Returns: the request's number, for ``isTaken(_:)``; `nil` if no run is open.
    package func steer(_ command: String, by person: String, at now: Timestamp) throws -> Int64? {
        try write { database in
            guard
                let run = try Int64.fetchOne(
                    database, sql: "SELECT id FROM run WHERE endedAt IS NULL AND id = (SELECT max(id) FROM run)")
            else { return nil }
            try database.execute(
                sql: "INSERT INTO steering (run, command, askedBy, askedAt) VALUES (?, ?, ?, ?)",
                arguments: [run, command, person, now.milliseconds])
            return database.lastInsertedRowID
        }
    }

    /// Whether the run has done what was asked.
    package func isTaken(_ steering: Int64) throws -> Bool {
        try read { database in
            try Bool.fetchOne(
                database, sql: "SELECT takenAt IS NOT NULL FROM steering WHERE id = ?", arguments: [steering]) ?? false
        }
    }

    /// What was asked of a run and not done yet, oldest first.
    ///
    /// Only reads, so that a run can look often.
    package func openSteering(of run: Int64) async throws -> [Steering] {
        try await read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT * FROM steering WHERE takenAt IS NULL AND refusal IS NULL AND run = ? ORDER BY id
                    """, arguments: [run]
            ).map { try Steering($0) }
        }
    }

    /// Records that a run did what was asked; durable when it returns.
    package func take(_ steering: [Steering], at now: Timestamp) async throws {
        try await write { database in
            for item in steering {
                try database.execute(
                    sql: "UPDATE steering SET takenAt = ? WHERE id = ?", arguments: [now.milliseconds, item.id])
            }
        }
    }
}

extension Journal {
    /// Records why a run does not do what was asked; durable when it returns.
    package func refuse(_ steering: Steering, because refusal: String) async throws {
        try await write { database in
            try database.execute(
                sql: "UPDATE steering SET refusal = ? WHERE id = ?", arguments: [refusal, steering.id])
        }
    }

    /// Why the run does not do what was asked, or `nil`.
    package func refusal(of steering: Int64) throws -> String? {
        try read { database in
            try String.fetchOne(database, sql: "SELECT refusal FROM steering WHERE id = ?", arguments: [steering])
        }
    }
}

extension JournalSnapshot {
    /// Everything that was ever asked of runs on this journal, oldest first.
    package func steering() throws -> [Steering] {
        try read { database in
            try Row.fetchAll(database, sql: "SELECT * FROM steering ORDER BY id").map { try Steering($0) }
        }
    }
}

extension Steering {
    fileprivate init(_ row: Row) throws {
        try self.init(
            id: row.decode(forColumn: "id"), run: row.decode(forColumn: "run"),
            command: row.decode(forColumn: "command"), askedBy: row.decode(forColumn: "askedBy"),
            askedAt: row.instant("askedAt"),
            takenAt: row.optionalInstant("takenAt"), refusal: row.decode(forColumn: "refusal"))
    }
}
