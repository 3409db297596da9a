import GRDB
package import Model

/// One line of the mapping with what became of it.
package struct LineRow: Sendable {
    package var line: Int
    package var oldVisitor: String
    package var newVisitor: String
    package var room: String
    package var outcome: LineOutcome
    package var reason: ReasonCode?
    /// Operations that the line asked for first, and how many of them moved.
    package var operations: Int
    package var moved: Int
    package var detail: String?
    /// The line that a duplicate repeats, and what became of that one.
    package var repeats: Int?
    package var repeatedOutcome: LineOutcome?
    package var foundVisitor: String?
    /// What stood on a malformed line.
    package var text: String?
    /// To whom the rooms of a visitor line go: the end of the chain of lines that begins with it.
    package var finalVisitor: String?
}

/// One operation with what became of it.
package struct OperationRow: Sendable {
    package var room: String
    package var oldVisitor: String
    package var newVisitor: String
    package var line: Int
    package var state: OperationState
    package var reason: ReasonCode?
    package var confirmedBy: Confirmation?
    package var attempts: Int
    package var httpStatus: Int?
    package var foundVisitor: String?
    package var wasOpen: Bool?
    package var settledAt: Timestamp?
}

/// An old visitor of whom no room is left on the server.
package struct EmptiedRow: Sendable {
    package var visitor: String
    /// To whom its rooms went; one of them if there are several.
    package var newVisitor: String
    package var moved: Int
    /// Rooms that had a live conversation when they were moved.
    package var movedOpen: Int
    /// Whether old and new visitor have the same token; `nil` where the server does not show tokens.
    package var sharesToken: Bool?
    /// When that was read; `nil` if the server was not asked.
    package var confirmedAt: Timestamp?
    /// Rooms that the server showed then.
    package var roomsLeft: Int?

    init(_ row: Row) throws {
        visitor = try row.decode(atIndex: 0)
        newVisitor = try row.decode(atIndex: 1)
        moved = try row.count(2)
        movedOpen = try row.count(3)
        sharesToken = try row.decode(atIndex: 4)
        confirmedAt = try row.hasNull(atIndex: 5) ? nil : row.instant(5)
        roomsLeft = try row.hasNull(atIndex: 6) ? nil : row.count(6)
    }
}

/// Lines of one mapping that share a reason.
package struct Finding: Sendable {
    package var reason: ReasonCode
    package var count: Int
    /// The lines are rejected, rather than merely remarkable.
    package var isRejection: Bool
    /// The first lines of the kind: their numbers, and what exactly was found.
    package var examples: [(line: Int, detail: String)]
}

extension Run {
    init(_ row: Row) throws {
        let reason = try (row.decode(forColumn: "stopReason") as String?).flatMap(StopReason.init(rawValue:))
        try self.init(
            id: row.decode(forColumn: "id"), startedAt: row.instant("startedAt"),
            endedAt: row.optionalInstant("endedAt"),
            host: row.decode(forColumn: "host"), pid: row.decode(forColumn: "pid"),
            user: row.decode(forColumn: "user"), toolVersion: row.decode(forColumn: "toolVersion"),
            serverVersion: row.decode(forColumn: "serverVersion"),
            settings: RunSettings(
                rate: row.decode(forColumn: "rate"), concurrency: row.count("concurrency"),
                openRooms: row.decode(forColumn: "openRooms")),
            stop: reason.map { try Stop($0, row.decode(forColumn: "stopDetail") ?? "") },
            waitedMilliseconds: row.count("waitedMilliseconds"),
            pace: row.optionalCount("paceCalls").map { try Pace(stored: $0, row.count("paceMilliseconds")) })
    }
}

extension Pace {
    fileprivate init(stored calls: Int, _ milliseconds: Int) throws {
        guard (1...1_000_000_000).contains(calls), (1...1_000_000_000).contains(milliseconds) else {
            throw ImpossibleValue(what: "a rate that cannot be")
        }
        self.init(calls: calls, milliseconds: milliseconds)
    }
}
