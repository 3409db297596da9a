import FoundationEssentials
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

    init(_ row: Row) {
        line = row[0]
        oldVisitor = exactText(row[1])
        newVisitor = exactText(row[2])
        room = exactText(row[3])
        // An outcome this version does not know stands out as unknown instead of passing for a good one.
        outcome = LineOutcome(rawValue: row[4]) ?? .unknown
        reason = (row[5] as String?).flatMap(ReasonCode.init(rawValue:))
        operations = row[6]
        moved = row[7]
        detail = (row[8] as Data?).map(exactText)
        repeats = row[9]
        foundVisitor = row[10]
    }
}

/// A text with all of its bytes: as a C string it would end at a NUL, which a rejected line may hold.
private func exactText(_ bytes: Data) -> String {
    String(decoding: bytes, as: UTF8.self)
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

    init(_ row: Row) {
        room = row[0]
        oldVisitor = row[1]
        newVisitor = row[2]
        line = row[3]
        state = OperationState(rawValue: row[4]) ?? .unknown
        reason = (row[5] as String?).flatMap(ReasonCode.init(rawValue:))
        confirmedBy = (row[6] as String?).flatMap(Confirmation.init(rawValue:))
        attempts = row[7]
        httpStatus = row[8]
        foundVisitor = row[9]
        wasOpen = row[10]
        settledAt = (row[11] as Int64?).map(Timestamp.init(milliseconds:))
    }
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
    package var readAt: Timestamp

    init(_ row: Row) {
        visitor = row[0]
        newVisitor = row[1]
        moved = row[2]
        movedOpen = row[3]
        sharesToken = row[4]
        readAt = Timestamp(milliseconds: row[5])
    }
}

/// Requests made for operations, in all runs on a journal.
package struct RequestCounts: Sendable, Equatable {
    package var moves: Int
    package var looks: Int
    /// PUTs beyond the first of their operation.
    package var retried: Int
    package var rateLimited: Int
    package var waitedMilliseconds: Int
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
    init(_ row: Row) {
        let reason = (row["stopReason"] as String?).flatMap(StopReason.init(rawValue:))
        self.init(
            id: row["id"], startedAt: Timestamp(milliseconds: row["startedAt"]),
            endedAt: (row["endedAt"] as Int64?).map(Timestamp.init(milliseconds:)), host: row["host"], pid: row["pid"],
            user: row["user"], toolVersion: row["toolVersion"], serverVersion: row["serverVersion"],
            settings: RunSettings(
                rate: row["rate"], concurrency: row["concurrency"], openRooms: row["openRooms"]),
            stop: reason.map { Stop($0, row["stopDetail"] ?? "") }, waitedMilliseconds: row["waitedMilliseconds"],
            pace: (row["paceCalls"] as Int?).map { Pace(calls: $0, milliseconds: row["paceMilliseconds"]) })
    }
}
