/// One room moving from one visitor to another.
package struct Operation: Sendable, Equatable, Identifiable {
    /// The row of the operation in the journal.
    package var id: Int64
    /// The first mapping line that asked for it.
    package var line: Int
    package var room: RoomID
    package var oldVisitor: VisitorID
    package var newVisitor: VisitorID
    /// A later line of the mapping takes the same room on: finding it elsewhere may be no conflict.
    package var isFollowed: Bool
    /// True if a PUT of an earlier attempt left whose answer does not exclude that it was applied.
    ///
    /// Only a read tells where the room is, and a room that is with the new visitor then was moved by this job.
    package var mayHaveMoved: Bool
    /// True if this job has read that the conversation of the room is over.
    package var isSeenClosed: Bool

    package init(
        id: Int64, line: Int, room: RoomID, oldVisitor: VisitorID, newVisitor: VisitorID,
        isFollowed: Bool = false, mayHaveMoved: Bool = false, isSeenClosed: Bool = false
    ) {
        self.isSeenClosed = isSeenClosed
        self.id = id
        self.line = line
        self.room = room
        self.oldVisitor = oldVisitor
        self.newVisitor = newVisitor
        self.isFollowed = isFollowed
        self.mayHaveMoved = mayHaveMoved
    }
}

/// Where an operation stands.
///
/// The raw values stand in reports and journals.
package enum OperationState: String, CaseIterable, Sendable {
    case pending
    /// The intent is durable, the outcome is not known yet.
    case sent
    case moved
    case already
    case conflict
    case refused
    case deferred
    case failed
    case unknown

    /// Running again will not change it.
    package var isSettled: Bool {
        switch self {
        case .moved, .already, .conflict, .refused: true
        case .pending, .sent, .deferred, .failed, .unknown: false
        }
    }
}

/// How it is known that a room belongs to the new visitor.
package enum Confirmation: String, CaseIterable, Sendable {
    /// By the answer to the PUT itself.
    case response
    /// By reading the room after an attempt whose answer was lost or ambiguous.
    case read
}

/// What came of an operation.
package struct Outcome: Sendable, Equatable {
    package var operation: Int64
    package var state: OperationState
    package var reason: ReasonCode?
    package var confirmedBy: Confirmation?
    /// The last HTTP status seen for the operation.
    package var status: Int?
    /// The visitor the room was last seen with, if it was neither moved by us nor at the old visitor.
    package var foundVisitor: VisitorID?
    /// Whether the room had a live conversation when it was last seen; `nil` if it was never looked at.
    package var wasOpen: Bool?
    /// True if a PUT of this job left whose answer does not exclude that it was applied.
    package var mayHaveMoved: Bool
    package var settledAt: Timestamp

    package init(
        operation: Int64, state: OperationState, reason: ReasonCode? = nil, confirmedBy: Confirmation? = nil,
        status: Int? = nil, foundVisitor: VisitorID? = nil, wasOpen: Bool? = nil, mayHaveMoved: Bool = false,
        settledAt: Timestamp
    ) {
        self.operation = operation
        self.state = state
        self.reason = reason
        self.confirmedBy = confirmedBy
        self.status = status
        self.foundVisitor = foundVisitor
        self.wasOpen = wasOpen
        self.mayHaveMoved = mayHaveMoved
        self.settledAt = settledAt
    }
}

/// One request made for an operation; the journal keeps every one.
package struct Attempt: Sendable, Equatable {
    /// The two requests an operation can make.
    package enum Action: String, CaseIterable, Sendable {
        case look
        case move
    }

    package var operation: Int64
    package var action: Action
    package var sentAt: Timestamp
    package var milliseconds: Int
    /// The HTTP status, or `nil` if no answer came.
    package var status: Int?
    /// What the answer meant, in one word.
    package var meaning: String

    package init(
        operation: Int64, action: Action, sentAt: Timestamp, milliseconds: Int, status: Int?, meaning: String
    ) {
        self.operation = operation
        self.action = action
        self.sentAt = sentAt
        self.milliseconds = milliseconds
        self.status = status
        self.meaning = meaning
    }
}
