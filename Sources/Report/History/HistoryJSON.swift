package import Journal
import Model

/// What a journal knows of one room, visitor or line, as `visitor-merge/show/1`; what is not known is left out.
package struct HistoryJSON: Encodable {
    private let journal: String
    private let subject: History.Subject
    private let history: History
    private let undos: [(path: String, history: History)]

    package init(
        _ journal: String, _ subject: History.Subject, _ history: History, undos: [(path: String, history: History)]
    ) {
        self.journal = journal
        self.subject = subject
        self.history = history
        self.undos = undos
    }

    private enum Key: String, CodingKey {
        case schema, journal, mode, server, room, visitor, line, lines, operations, undos
        case linesLeftOut = "lines_left_out"
        case operationsLeftOut = "operations_left_out"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode("visitor-merge/show/1", forKey: .schema)
        try container.encode(journal, forKey: .journal)
        try container.encode(history.job.kind.rawValue, forKey: .mode)
        try container.encode(history.job.server, forKey: .server)
        switch subject {
        case .room(let room): try container.encode(room, forKey: .room)
        case .visitor(let visitor): try container.encode(visitor, forKey: .visitor)
        case .line(let line): try container.encode(line, forKey: .line)
        }
        try container.encode(history.lines.map(LineKeys.init), forKey: .lines)
        try container.encode(history.more.lines, forKey: .linesLeftOut)
        try container.encode(history.moves.map(MoveKeys.init), forKey: .operations)
        try container.encode(history.more.moves, forKey: .operationsLeftOut)
        try container.encode(
            undos.map { UndoKeys(journal: $0.path, operations: $0.history.moves.map(MoveKeys.init)) }, forKey: .undos)
    }

    private struct UndoKeys: Encodable {
        var journal: String
        var operations: [MoveKeys]
    }

    private struct LineKeys: Encodable {
        var line: Int
        var old_visitor_id: String
        var new_visitor_id: String
        var room_id: String
        var outcome: String
        var reason: String?
        var detail: String?
        var repeats: Int?

        init(_ row: LineRow) {
            line = row.line
            (old_visitor_id, new_visitor_id, room_id) = (row.oldVisitor, row.newVisitor, row.room)
            (outcome, reason) = (row.outcome.rawValue, row.reason?.rawValue)
            (detail, repeats) = (row.detail, row.repeats)
        }
    }

    private struct MoveKeys: Encodable {
        var room_id: String
        var old_visitor_id: String
        var new_visitor_id: String
        var line: Int
        var planned_at: String?
        var state: String
        var reason: String?
        var confirmed_by: String?
        var found_visitor_id: String?
        var was_open: Bool?
        var settled_at: String?
        var in_doubt: Bool
        var attempts: [AttemptKeys]

        init(_ move: History.Move) {
            let row = move.row
            (room_id, old_visitor_id, new_visitor_id, line) = (row.room, row.oldVisitor, row.newVisitor, row.line)
            planned_at = move.plannedAt?.iso8601
            (state, reason, confirmed_by) = (row.state.rawValue, row.reason?.rawValue, row.confirmedBy?.rawValue)
            (found_visitor_id, was_open, settled_at) = (row.foundVisitor, row.wasOpen, row.settledAt?.iso8601)
            in_doubt = move.isInDoubt
            attempts = move.attempts.map { AttemptKeys($0.run, $0.attempt) }
        }
    }

    private struct AttemptKeys: Encodable {
        var at: String
        var run: Int64
        var action: String
        var http_status: Int?
        var meaning: String
        var milliseconds: Int

        init(_ run: Int64, _ attempt: Attempt) {
            (at, self.run, action) = (attempt.sentAt.iso8601, run, attempt.action.rawValue)
            (http_status, meaning, milliseconds) = (attempt.status, attempt.meaning, attempt.milliseconds)
        }
    }
}
