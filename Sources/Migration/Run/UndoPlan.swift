import Crypto
package import Journal
package import Model

/// A plan that moves back what a journal moved: old and new visitor swapped, a line for each room.
package enum UndoPlan {
    /// Tells one set of moves from another: SHA-256 over the rooms and visitors, in plan order.
    package static func digest(of journal: Journal) throws -> String {
        var digest = SHA256()
        try journal.forEachOperation { row in
            guard row.state == .moved else { return }
            digest.update(data: Array("\(row.room)\0\(row.oldVisitor)\0\(row.newVisitor)\n".utf8))
        }
        return digest.finalize().map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }

    /// Writes the journal of the undo; what was not moved by the original job is not in it.
    package static func make(
        from original: Journal, digest: String, kind: Job.Kind, server: String, at path: String, instant: Timestamp,
        toolVersion: String
    ) throws {
        guard try original.job().server == server else {
            throw JournalError.otherServer(path: original.path, planned: try original.job().server, given: server)
        }
        try Journal.create(at: path) { writer in
            var number = 0
            try original.forEachOperation { row in
                guard row.state == .moved else { return }
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
