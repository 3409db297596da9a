import GRDB
import Model
import RocketChat

/// Takes visitors into a working file, within one transaction.
struct VisitorWriter {
    private let database: Database
    private let visitors: RowInsertion
    private let evidence: RowInsertion
    /// Where the age of a visitor is his place in the list.
    private let countsAge: Bool
    /// The number of the last visitor.
    private var number: Int
    private var written = 0
    private var withEvidence = 0

    init(_ database: Database, countsAge: Bool) throws {
        self.database = database
        self.countsAge = countsAge
        visitors = try RowInsertion(
            database, sql: "INSERT INTO visitor VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")
        evidence = try RowInsertion(database, sql: "INSERT INTO evidence VALUES (?1, ?2, ?3)")
        number = try Int.fetchOne(database, sql: "SELECT max(number) FROM visitor") ?? 0
    }

    mutating func add(_ visitor: VisitorProfile, _ pieces: [EvidenceRules.Evidence]) throws {
        number += 1
        written += 1
        let key = Int64(number)
        let id = visitor.id.rawValue
        try visitors.insert { row in
            row.bind(1, key)
            row.bind(2, id)
            row.bind(3, Int64(id.hashValue))
            row.bind(4, visitor.name.map { ServerText.clean($0) })
            row.bind(5, visitor.lastChat?.milliseconds)
            row.bind(6, countsAge ? key : visitor.createdAt?.milliseconds)
            row.bind(7, visitor.rooms.map(Int64.init))
            row.bind(8, WritableID.flaw(in: visitor.id))
        }
        if !pieces.isEmpty { withEvidence += 1 }
        for piece in pieces {
            try evidence.insert { row in
                row.bind(1, Int64(piece.kind))
                row.bind(2, piece.value)
                row.bind(3, key)
            }
        }
    }

    /// Adds what was written to the counts of the job.
    func finish() throws {
        try database.execute(
            sql: "UPDATE job SET visitors = visitors + ?, withEvidence = withEvidence + ?",
            arguments: [written, withEvidence])
    }
}
