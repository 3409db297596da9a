import Crypto
import GRDB
import RawSQL

extension Journal {
    /// Refuses a journal whose lines are not those that were planned, or whose operations belong to other lines.
    ///
    /// The digest of the mapping shows which file was planned, and nothing of what stands in the journal now.
    package func requireLines() throws {
        let isSame = try read { database in
            guard let planned = try String.fetchOne(database, sql: "SELECT linesDigest FROM job") else { return true }
            return try database.linesDigest() == planned
        }
        guard isSame else { throw JournalError.damaged(path: path, why: "its lines are not those that were planned") }
        let isWhole = try read { try Row.fetchOne($0, sql: "PRAGMA foreign_key_check(operation)") == nil }
        guard isWhole else { throw JournalError.damaged(path: path, why: "it holds operations of another job") }
    }
}

extension Journal {
    /// Refuses a journal in which values stand that this program does not write.
    ///
    /// For one that does not add up: it may be the fault of this program, or of something else that wrote into the file.
    package func requireSound() throws {
        let finding = try read { database -> String? in
            let damage = try String.fetchOne(database, sql: "PRAGMA integrity_check(1)")
            guard damage == "ok" else { return damage ?? "it cannot be checked" }
            let isMiscounted = try Bool.fetchOne(
                database,
                sql: "SELECT EXISTS (SELECT 1 FROM operation WHERE waitsFor <> \(Schema.openEarlierOperations))")
            return isMiscounted == false ? nil : "an operation waits for others than those before it"
        }
        if let finding { throw JournalError.damaged(path: path, why: finding) }
    }
}

extension Database {
    /// The hexadecimal SHA-256 of all lines in their order; one pass over the table.
    func linesDigest() throws -> String {
        let statement = try makeStatement(
            sql: """
                SELECT number, room, oldVisitor, newVisitor, disposition, reason, detail, text FROM line ORDER BY number
                """)
        var rows = try RawRows(statement, in: self)
        var digest = SHA256()
        var bytes: [UInt8] = []
        while try rows.next() {
            bytes.append(contentsOf: "\(try rows.integer(0))".utf8)
            var column: Int32 = 1
            while column < 8 {
                // Neither of the two is part of UTF-8, so that texts cannot run into one another.
                bytes.append(rows.isNull(column) ? 0xFE : 0xFF)
                if !rows.isNull(column) { unsafe bytes.append(contentsOf: try rows.bytes(column)) }
                column += 1
            }
            guard bytes.count > 65_536 else { continue }
            digest.update(data: bytes)
            bytes.removeAll(keepingCapacity: true)
        }
        digest.update(data: bytes)
        return digest.finalize().map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}
