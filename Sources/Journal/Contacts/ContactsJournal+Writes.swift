import FoundationEssentials
import GRDB
package import Model

/// One write of a record.
package struct ContactWrite: Sendable, Equatable {
    package enum State: String, Sendable {
        /// Durable before it is sent; it may have been applied.
        case intended
        case written
        /// Not applied, as a read showed or the server said.
        case dropped
    }

    package enum UndoState: String, Sendable {
        case intended
        case restored
        /// The record is not what this write left: nothing was written over it.
        case changed
        case refused
    }

    package var id: Int64
    package var visitor: VisitorID
    package var before: ContactRecord
    package var after: ContactRecord
    package var state: State
    package var undo: UndoState?
}

extension ContactsJournal {
    /// Keeps, durably, that a record is about to be written.
    ///
    /// - Returns: the number of the write.
    package func intend(_ before: ContactRecord, _ after: ContactRecord, at instant: Timestamp) throws -> Int64 {
        try write { database in
            try database.execute(
                sql: "INSERT INTO contactWrite (visitor, before, after, intendedAt) VALUES (?, ?, ?, ?)",
                arguments: [
                    before.id.rawValue, try Self.text(before), try Self.text(after), instant.milliseconds,
                ])
            return database.lastInsertedRowID
        }
    }

    /// Keeps what became of a write.
    package func settle(_ id: Int64, _ state: ContactWrite.State, at instant: Timestamp) throws {
        try write { database in
            try database.execute(
                sql: "UPDATE contactWrite SET state = ?, settledAt = ? WHERE id = ?",
                arguments: [state.rawValue, instant.milliseconds, id])
        }
    }

    /// Keeps what became of the undo of a write.
    package func settleUndo(
        _ id: Int64, _ state: ContactWrite.UndoState, _ detail: String? = nil, at instant: Timestamp
    ) throws {
        try write { database in
            try database.execute(
                sql: "UPDATE contactWrite SET undo = ?, undoDetail = ?, settledAt = ? WHERE id = ?",
                arguments: [state.rawValue, detail, instant.milliseconds, id])
        }
    }

    /// The write of a record that may have been applied and was not settled; `nil` if there is none.
    package func openWrite(of visitor: VisitorID) throws -> ContactWrite? {
        try writes("visitor = ? AND state = 'intended' ORDER BY id DESC LIMIT 1", [visitor.rawValue]).first
    }

    /// Writes that may stand on the server, newest first before one, for those who take them back.
    package func undoable(before id: Int64?, limit: Int) throws -> [ContactWrite] {
        try writes(
            "state <> 'dropped' AND undo IS NOT 'restored' AND id < ? ORDER BY id DESC LIMIT ?",
            [id ?? .max, limit])
    }

    /// Records that were written and are not restored.
    package func undoableCount() throws -> Int {
        try read { database in
            try Int.fetchOne(
                database,
                sql: "SELECT count(*) FROM contactWrite WHERE state <> 'dropped' AND undo IS NOT 'restored'") ?? 0
        }
    }

    /// Marks the pairs whose records are both as they were before.
    package func noteRestored(at instant: Timestamp) throws {
        try write { database in
            try database.execute(
                sql: """
                    UPDATE pair SET outcome = 'restored', reason = NULL, detail = NULL, settledAt = ?
                    WHERE outcome IN ('consolidated', 'review', 'pending')
                        AND EXISTS (SELECT 1 FROM contactWrite WHERE visitor IN (pair.old, pair.survivor)
                            AND undo = 'restored')
                        AND NOT EXISTS (SELECT 1 FROM contactWrite WHERE visitor IN (pair.old, pair.survivor)
                            AND state <> 'dropped' AND undo IS NOT 'restored')
                    """, arguments: [instant.milliseconds])
        }
    }

    /// The next old visitor whose rooms got the survivor's name and have to get its own again; `nil` if there is none.
    package func nextToRename() throws -> VisitorID? {
        try read { database in
            try String.fetchOne(
                database,
                sql: """
                    SELECT old FROM pair WHERE rooms > 0 AND renamedAt IS NULL
                        AND EXISTS (SELECT 1 FROM contactWrite WHERE visitor = pair.survivor AND state = 'written')
                    ORDER BY old LIMIT 1
                    """
            ).map { VisitorID($0) }
        }
    }

    package func noteRenamed(_ old: VisitorID, at instant: Timestamp) throws {
        try write { database in
            try database.execute(
                sql: "UPDATE pair SET renamedAt = ? WHERE old = ?", arguments: [instant.milliseconds, old.rawValue])
        }
    }

    private func writes(_ condition: String, _ arguments: StatementArguments) throws -> [ContactWrite] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: "SELECT id, visitor, before, after, state, undo FROM contactWrite WHERE \(condition)",
                arguments: arguments
            ).map { row in
                ContactWrite(
                    id: row[0], visitor: VisitorID(row[1] as String), before: try Self.record(row[2], row[1]),
                    after: try Self.record(row[3], row[1]),
                    state: ContactWrite.State(rawValue: row[4]) ?? .intended,
                    undo: (row[5] as String?).flatMap(ContactWrite.UndoState.init))
            }
        }
    }

    private struct Stored: Codable {
        var name: String?
        var emails: [String]
        var phones: [String]
        var fields: [String: String]
        var contactManager: String?
    }

    private static func text(_ record: ContactRecord) throws -> String {
        let stored = Stored(
            name: record.name, emails: record.emails, phones: record.phones, fields: record.fields,
            contactManager: record.contactManager)
        return String(decoding: try JSONEncoder().encode(stored), as: UTF8.self)
    }

    private static func record(_ text: String, _ id: String) throws -> ContactRecord {
        let stored = try JSONDecoder().decode(Stored.self, from: Data(text.utf8))
        return ContactRecord(
            id: VisitorID(id), name: stored.name, emails: stored.emails, phones: stored.phones, fields: stored.fields,
            contactManager: stored.contactManager)
    }
}
