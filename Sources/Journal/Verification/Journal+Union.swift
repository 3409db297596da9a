import Files
import GRDB
import Model
import RawSQL

extension Journal {
    /// Puts the journals of all parts of one job together, in a file of its own at a path, for as long as `body`
    /// reads it.
    ///
    /// What it is handed is as good as a journal of the whole mapping. The parts are only read, each in one transaction:
    /// runs may go on meanwhile.
    ///
    /// - Throws: `JournalError.noUnion` when they belong to different jobs, when a part is missing or there twice.
    package static func withUnion<Value>(
        of parts: [Journal], at path: String, _ body: (Journal) throws -> Value
    ) throws -> Value {
        try check(parts)
        // A kill leaves the copy behind; something else in its place is not touched.
        try clear(path, of: parts[0].job().kind)
        try build(at: path) { try unite(parts, at: $0) }
        // It is nothing but a copy, and what cannot be removed now is by the next report.
        let place = try JournalFiles(path: path).held()
        defer { _ = try? JournalFiles.clear([place, place.adding("-wal"), place.adding("-shm")]) }
        return try body(Journal(at: path, for: .read))
    }

    private static func unite(_ parts: [Journal], at aside: Place) throws {
        var configuration = Configuration()
        configuration.label = "journals being put together"
        // The file is thrown away in any case.
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF") }
        configuration.foreignKeysEnabled = false
        let database = try SQLiteFiles.open(aside, configuration)
        try Schema.upgrade(database)
        try database.writeWithoutTransaction { database in
            try database.prepareUnion(of: parts[0].job(), lines: parts.reduce(0) { try $0 + $1.job().lines })
            let upgraded = aside.adding(".part")
            defer { _ = try? JournalFiles.clear([upgraded]) }
            for (index, part) in parts.enumerated() {
                var file = try JournalFiles(path: part.path).held()
                if part.isUpgradedCopy {
                    try JournalFiles.clear([upgraded])
                    try createPrivateFile(upgraded, for: part.path)
                    try part.database.writeWithoutTransaction {
                        try $0.execute(sql: "VACUUM INTO ?", arguments: [SQLiteFiles.path(of: upgraded)])
                    }
                    file = upgraded
                }
                try database.execute(sql: "ATTACH DATABASE ? AS part", arguments: [SQLiteFiles.path(of: file)])
                try database.inTransaction {
                    try database.add(part: index)
                    return .commit
                }
                try database.execute(sql: "DETACH DATABASE part")
            }
            try database.finishUnion()
        }
        try database.close()
    }

    private static func check(_ parts: [Journal]) throws {
        var seen: [Int: String] = [:]
        var first: Job?
        for part in parts {
            let job = try part.job()
            guard let shard = job.shard else {
                throw JournalError.noUnion(path: part.path, why: "is for a whole mapping and not for a part of one")
            }
            if let first,
                job.kind != first.kind || job.server != first.server
                    || job.mappingDigest != first.mappingDigest
            {
                throw JournalError.noUnion(path: part.path, why: "belongs to another job than \(parts[0].path)")
            }
            if let first = first?.shard, shard.count != first.count {
                throw JournalError.noUnion(
                    path: part.path, why: "is one of \(shard.count) parts, and \(parts[0].path) one of \(first.count)")
            }
            if let other = seen.updateValue(part.path, forKey: shard.index) {
                throw JournalError.noUnion(path: part.path, why: "is for the same part, \(shard), as \(other)")
            }
            first = first ?? job
        }
        guard let count = first?.shard?.count, seen.count < count else { return }
        let missing = (1...count).filter { seen[$0] == nil }
        let names = missing.prefix(8).map { "\($0)/\(count)" }.joined(separator: ", ")
        throw JournalError.noUnion(
            path: parts[0].path,
            why: "and the others are not all: \(names)\(missing.count > 8 ? " and more" : "") "
                + "\(missing.count == 1 ? "is" : "are") missing")
    }
}

extension Database {
    fileprivate func prepareUnion(of job: Job, lines: Int) throws {
        var whole = job
        whole.shard = nil
        whole.lines = lines
        try sign(whole)
        try execute(
            sql: """
                -- A room that was passed on between two visitors while they were read may have been found by both parts.
                DROP INDEX operationByDiscoveredRoom;
                CREATE TEMP TABLE runNumber (part INTEGER NOT NULL, old INTEGER NOT NULL, new INTEGER PRIMARY KEY);
                CREATE TEMP TABLE sharedRoom (line INTEGER NOT NULL, room TEXT NOT NULL);
                """)
    }

    /// Copies the attached part.
    ///
    /// Operations of room lines are numbered like their lines, which no other part has; those of discovered rooms and the
    /// runs are numbered anew.
    fileprivate func add(part: Int) throws {
        // Those of discovered rooms follow one another without a gap: how many there are is told by the last one.
        let shift = try Int64.fetchOne(
            self, sql: "SELECT count(*) FROM operation WHERE id >= \(Schema.firstDiscovered)")
        try execute(
            sql: """
                INSERT INTO temp.runNumber (part, old, new)
                    SELECT ?1, id, (SELECT count(*) FROM run) + row_number() OVER (ORDER BY id) FROM part.run;
                """, arguments: [part])
        let columns = try ["line", "run", "steering", "operation", "attempt", "call"].reduce(into: [:]) {
            names, table in
            names[table] = try self.columns(in: table).map(\.name).filter { $0 != "id" }
        }
        func list(_ table: String, _ changed: [String: String] = [:]) -> (names: String, values: String) {
            let names = columns[table] ?? []
            return (names.joined(separator: ", "), names.map { changed[$0] ?? $0 }.joined(separator: ", "))
        }
        let run = "(SELECT new FROM temp.runNumber WHERE part = \(part) AND old = run)"
        func moved(_ id: String) -> String { "\(id) + iif(\(id) >= \(Schema.firstDiscovered), \(shift ?? 0), 0)" }
        let (line, runs) = (list("line"), list("run"))
        let steering = list("steering", ["run": run])
        let operation = list("operation", ["run": run])
        let call = list("call", ["run": run])
        let attempt = list("attempt", ["run": run, "operation": moved("operation")])
        try execute(
            sql: """
                INSERT INTO line (\(line.names)) SELECT \(line.values) FROM part.line;
                INSERT INTO run (id, \(runs.names))
                    SELECT (SELECT new FROM temp.runNumber WHERE part = \(part) AND old = id), \(runs.values)
                    FROM part.run;
                INSERT INTO steering (\(steering.names)) SELECT \(steering.values) FROM part.steering ORDER BY id;
                INSERT INTO operation (id, \(operation.names))
                    SELECT \(moved("id")), \(operation.values) FROM part.operation;
                INSERT INTO attempt (\(attempt.names)) SELECT \(attempt.values) FROM part.attempt ORDER BY id;
                INSERT INTO call (\(call.names)) SELECT \(call.values) FROM part.call;
                INSERT INTO callEstimate SELECT * FROM part.callEstimate WHERE true
                    ON CONFLICT (job, step, endpoint) DO UPDATE SET calls = calls + excluded.calls;
                INSERT INTO precedence SELECT * FROM part.precedence;
                INSERT INTO discovery SELECT * FROM part.discovery;
                INSERT INTO sharedOperation SELECT line, \(moved("operation")) FROM part.sharedOperation;
                INSERT INTO temp.sharedRoom SELECT line, room FROM part.sharedElsewhere;
                INSERT OR IGNORE INTO newVisitor SELECT * FROM part.newVisitor;
                -- Two parts may have moved rooms of one old visitor: who looked last knows what is left.
                INSERT INTO emptied SELECT * FROM part.emptied WHERE true
                    ON CONFLICT (visitor) DO UPDATE SET roomsLeft = excluded.roomsLeft,
                        sharesToken = excluded.sharesToken, readAt = excluded.readAt
                    WHERE excluded.readAt > emptied.readAt;
                UPDATE job SET plannedRooms = plannedRooms + (SELECT plannedRooms FROM part.job);
                """)
    }

    /// Lets visitor lines share the operations that only another part has.
    fileprivate func finishUnion() throws {
        guard try Bool.fetchOne(self, sql: "SELECT EXISTS (SELECT 1 FROM temp.sharedRoom)") ?? false else { return }
        try execute(sql: "CREATE INDEX IF NOT EXISTS lineByRoomKey ON line(roomKey) WHERE roomKey IS NOT NULL")
        let shared = try Row.fetchCursor(self, sql: "SELECT line, room FROM temp.sharedRoom")
        while let row = try shared.next() {
            let room = RoomID(try row.decode(atIndex: 1) as String)
            let named = try Int64.fetchAll(
                cachedStatement(sql: "SELECT number FROM line WHERE roomKey = ? AND room = ?"),
                arguments: [room.key, room.rawValue])
            for line in named {
                try cachedStatement(sql: "INSERT OR IGNORE INTO sharedOperation (line, operation) VALUES (?, ?)")
                    .execute(arguments: [row.decode(atIndex: 0) as Int64, line])
            }
        }
    }
}
