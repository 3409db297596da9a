import GRDB
import Model
import RawSQL
import RocketChat

/// Takes visitors into a working file, within one transaction.
struct VisitorWriter {
    private let database: Database
    private var visitors: RawInsertion
    private var evidence: RawInsertion
    /// Where the age of a visitor is his place in the list.
    private let countsAge: Bool
    /// The number of the last visitor.
    private var number: Int
    private var written = 0
    private var withEvidence = 0

    init(_ database: Database, countsAge: Bool) throws {
        self.database = database
        self.countsAge = countsAge
        visitors = try RawInsertion("INSERT INTO visitor VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", in: database)
        evidence = try RawInsertion("INSERT INTO evidence VALUES (?, ?, ?)", in: database)
        number = try Int.fetchOne(database, sql: "SELECT max(number) FROM visitor") ?? 0
    }

    mutating func add(_ visitor: VisitorProfile, _ pieces: [MatchRules.Evidence]) throws {
        number += 1
        written += 1
        let key = Int64(number)
        let id = visitor.id.rawValue
        visitors.bind(key)
        visitors.bind(id)
        visitors.bind(Int64(id.hashValue))
        visitors.bind(visitor.name.map { ServerText.clean($0) })
        visitors.bind(visitor.lastChat?.milliseconds)
        visitors.bind(countsAge ? key : visitor.createdAt?.milliseconds)
        visitors.bind(visitor.rooms.map(Int64.init))
        visitors.bind(WritableID.flaw(in: visitor.id))
        visitors.bind(Int64(visitor.unreadable.rawValue))
        try visitors.run()
        if !pieces.isEmpty { withEvidence += 1 }
        for piece in pieces {
            evidence.bind(Int64(piece.kind))
            evidence.bind(piece.value)
            evidence.bind(key)
            try evidence.run()
        }
    }

    /// Adds what was written to the counts of the job.
    func finish() throws {
        try database.execute(
            sql: "UPDATE job SET visitors = visitors + ?, withEvidence = withEvidence + ?",
            arguments: [written, withEvidence])
    }
}
