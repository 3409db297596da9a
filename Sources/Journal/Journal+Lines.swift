import Crypto
import FoundationEssentials
import GRDB

extension Journal {
    /// Refuses a journal whose lines are not those that were planned.
    ///
    /// The digest of the mapping shows which file was planned, and nothing of what stands in the journal now.
    package func requireLines() throws {
        let isSame = try read { database in
            guard let planned = try String.fetchOne(database, sql: "SELECT linesDigest FROM job") else { return true }
            return try database.linesDigest() == planned
        }
        guard isSame else { throw JournalError.damaged(path: path, why: "its lines are not those that were planned") }
    }
}

extension Database {
    /// The hexadecimal SHA-256 of all lines in their order; one pass over the table.
    func linesDigest() throws -> String {
        var digest = SHA256()
        let lines = try String.fetchCursor(
            self,
            sql: """
                SELECT number || ',' || quote(room) || ',' || quote(oldVisitor) || ',' || quote(newVisitor) || ','
                    || quote(disposition) || ',' || quote(reason) || ',' || quote(detail) || ',' || quote(text)
                FROM line ORDER BY number
                """)
        while let line = try lines.next() {
            digest.update(data: Data(line.utf8))
            digest.update(data: [0x0A])
        }
        return digest.finalize().map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}
