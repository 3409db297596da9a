import GRDB
import Journal
import Model
import TestSupport
import Testing

/// A journal in a private folder, planned from lines that a test writes down, and open for writing.
struct PlannedJournal {
    let folder: TemporaryDirectory
    let journal: Journal

    var path: String { journal.path }

    /// Plans what the lines ask for; each is `ROOM OLD NEW`, and the first stands on line 2, below the header.
    init(_ lines: String...) throws {
        try self.init(lines)
    }

    init(_ lines: [String]) throws {
        try self.init(
            lines: lines.enumerated().map { index, text in
                let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
                return MappingLine(number: index + 2, oldVisitor: words[1], newVisitor: words[2], room: words[0])
            })
    }

    init(lines: [MappingLine], for job: Job = .sample) throws {
        folder = try TemporaryDirectory()
        let path = folder("mapping.csv.journal.db")
        try Journal.plan(lines, at: path, for: job)
        journal = try Journal(at: path, for: .write)
    }

    private func stranger() throws -> DatabaseQueue { try DatabaseQueue(path: path) }

    /// What another program reads from the file.
    func rows(_ sql: String) throws -> [Row] {
        try stranger().read { try Row.fetchAll($0, sql: sql) }
    }

    /// Lets another program write into the file.
    func execute(_ sql: String, _ arguments: StatementArguments = []) throws {
        try stranger().write { try $0.execute(sql: sql, arguments: arguments) }
    }

    func lines() throws -> [LineRow] {
        var rows: [LineRow] = []
        try journal.forEachLine { rows.append($0) }
        return rows
    }

    func operations() throws -> [OperationRow] {
        var rows: [OperationRow] = []
        try journal.forEachOperation { rows.append($0) }
        return rows
    }

    /// Which operation waits for which, by their lines.
    func precedences() throws -> Set<[Int]> {
        let rows = try rows(
            """
            SELECT earlier.line AS earlier, later.line AS later FROM precedence
                JOIN operation AS earlier ON earlier.id = precedence.earlier
                JOIN operation AS later ON later.id = precedence.operation
            """)
        return Set(rows.map { [$0["earlier"], $0["later"]] })
    }
}

extension Journal {
    static func plan(_ lines: [MappingLine], at path: String, for job: Job = .sample) throws {
        try create(at: path) { writer in
            for line in lines {
                try writer.add(line)
            }
            var job = job
            job.lines = writer.count
            return job
        }
    }

    /// What SQLite itself thinks of the file.
    static func check(_ path: String) throws {
        let database = try DatabaseQueue(path: path)
        let verdict = try database.read { try String.fetchAll($0, sql: "PRAGMA integrity_check") }
        let dangling = try database.read { try Row.fetchAll($0, sql: "PRAGMA foreign_key_check") }
        #expect(verdict == ["ok"])
        #expect(dangling.isEmpty)
    }
}

extension Job {
    static let sample = Job(
        kind: .run, server: "https://chat.example.org", mappingPath: "mapping.csv", mappingDigest: "ab12",
        toolVersion: "1.2.3", plannedAt: Timestamp(milliseconds: 1_700_000_000_123))
}

extension Run {
    static let sample = Run(
        startedAt: Timestamp(milliseconds: 1_700_000_000_000), host: "batch-1", pid: 4711, user: "merge",
        toolVersion: "1.2.3", settings: RunSettings(rate: "10/min", concurrency: 8, openRooms: "defer"))
}
