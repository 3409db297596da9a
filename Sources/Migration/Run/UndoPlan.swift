import Crypto
package import Journal
package import Model

/// A plan that moves back what a journal moved: old and new visitor swapped, a line for each room.
package enum UndoPlan {
    /// Tells one set of moves from another: SHA-256 over the rooms and visitors, in plan order.
    ///
    /// `part` are operations of the journal, `nil` for all.
    package static func digest(of journal: Journal, part: Set<Int64>? = nil) throws -> String {
        var digest = SHA256()
        try journal.forEachMove(in: part) { row in
            digest.update(data: Array("\(row.room)\0\(row.oldVisitor)\0\(row.newVisitor)\n".utf8))
        }
        return digest.finalize().map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }

    /// Writes the journal of the undo; what was not moved by the original job is not in it.
    ///
    /// `part` are operations of the original, `nil` for all.
    package static func make(
        from original: Journal, part: Set<Int64>? = nil, digest: String, kind: Job.Kind, server: String,
        at path: String, instant: Timestamp,
        toolVersion: String
    ) throws {
        guard try original.job().server == server else {
            throw JournalError.otherServer(path: original.path, planned: try original.job().server, given: server)
        }
        try Journal.create(at: path) { writer in
            var number = 0
            try original.forEachMove(in: part) { row in
                number += 1
                try writer.add(
                    MappingLine(number: number, oldVisitor: row.newVisitor, newVisitor: row.oldVisitor, room: row.room))
            }
            return Job(
                kind: kind, server: server, mappingPath: original.path, mappingDigest: digest, toolVersion: toolVersion,
                plannedAt: instant, lines: writer.count)
        }
    }
}
