import GRDB
import Model

// What a mapping as a whole decides about its lines, in SQL: a million lines need no more memory than ten.
extension PlanWriter {
    /// Applies the rules that look at more than one line, turns what is left into operations and signs the journal.
    func finish(_ job: Job) throws {
        try collectEdges()
        try rejectConflicts()
        try markDuplicates()
        try rejectCircles()
        try orderChains()
        try planDiscovery()
        var job = job
        job.mappingLines = job.lines
        if let shard = job.shard {
            job.lines -= try drop(otherThan: shard)
        }
        if let sample = job.sample {
            job.lines -= try drop(outside: sample)
        }
        try database.execute(sql: "DROP TABLE temp.edge")
        try planOtherRooms()
        try database.sign(job)
        try database.execute(
            sql: "UPDATE job SET linesDigest = ?, plannedRooms = (SELECT count(*) FROM operation)",
            arguments: [database.linesDigest()])
    }

    /// The rules are about visitor lines, and about rooms that several lines name: the rest is never looked at again.
    ///
    /// Each line is an edge from its old to its new visitor; visitor lines are the edges of the room without a name.
    private func collectEdges() throws {
        try database.execute(
            sql: """
                CREATE TEMP TABLE edge (
                    line INTEGER PRIMARY KEY, room TEXT NOT NULL, oldVisitor TEXT NOT NULL, newVisitor TEXT NOT NULL,
                    isEnd INTEGER NOT NULL DEFAULT 0, jump INTEGER
                );
                """)
        if hasSuspects {
            try database.execute(
                sql: """
                    INSERT INTO edge (line, room, oldVisitor, newVisitor)
                    SELECT number, room, oldVisitor, newVisitor FROM line
                    WHERE roomKey IN (SELECT roomKey FROM temp.suspect)
                    """)
        }
        if visitorLines > 0 {
            try database.execute(
                sql: """
                    INSERT INTO edge (line, room, oldVisitor, newVisitor)
                    SELECT number, room, oldVisitor, newVisitor FROM line WHERE disposition IS NULL AND room = ''
                    """)
        }
        try database.execute(sql: "CREATE INDEX temp.edgeByOld ON edge(room, oldVisitor, newVisitor)")
    }

    /// Two lines that lead from the same old visitor to different new ones contradict each other.
    private func rejectConflicts() throws {
        try database.execute(
            sql: """
                CREATE TEMP TABLE contradiction AS
                    SELECT room, oldVisitor, min(line) AS firstLine, count(DISTINCT newVisitor) AS choices
                    FROM edge GROUP BY room, oldVisitor HAVING choices > 1;
                CREATE UNIQUE INDEX temp.contradictionByOld ON contradiction(room, oldVisitor);
                -- The two lines that show it: the first one, and the first one that says something else.
                CREATE TEMP TABLE proof AS
                    SELECT contradiction.room AS room, contradiction.oldVisitor AS oldVisitor, choices, firstLine,
                        first.newVisitor AS firstChoice,
                        (SELECT min(edge.line) FROM edge WHERE edge.room = contradiction.room
                            AND edge.oldVisitor = contradiction.oldVisitor AND edge.newVisitor <> first.newVisitor
                        ) AS otherLine
                    FROM contradiction JOIN edge AS first ON first.line = firstLine;
                CREATE UNIQUE INDEX temp.proofByOld ON proof(room, oldVisitor);
                UPDATE line SET disposition = 'rejected', reason = 'conflict', roomKey = NULL,
                    detail = iif(edge.room = '', 'all rooms of ', 'the room “' || edge.room || '” of ')
                        || 'the old visitor “' || edge.oldVisitor || iif(edge.room = '', '” are', '” is')
                        || ' to go to “' || edge.newVisitor || '” here and to “' || other.newVisitor || '” on line '
                        || other.line
                        || iif(choices > 2, ': ' || choices || ' different new visitors in all', '')
                FROM edge
                    JOIN proof ON proof.room = edge.room AND proof.oldVisitor = edge.oldVisitor
                    JOIN edge AS other ON other.line = iif(edge.newVisitor = firstChoice, otherLine, firstLine)
                WHERE line.number = edge.line;
                DELETE FROM edge WHERE (room, oldVisitor) IN (SELECT room, oldVisitor FROM contradiction);
                DROP TABLE contradiction;
                DROP TABLE proof;
                """)
    }

    private func markDuplicates() throws {
        try database.execute(
            sql: """
                CREATE TEMP TABLE repetition AS
                    SELECT line, min(line) OVER (PARTITION BY room, oldVisitor, newVisitor) AS firstLine FROM edge;
                DELETE FROM repetition WHERE line = firstLine;
                UPDATE line SET disposition = 'duplicate', reason = 'duplicate', repeats = repetition.firstLine,
                    roomKey = NULL, detail = 'repeats line ' || repetition.firstLine
                FROM repetition WHERE line.number = repetition.line;
                DELETE FROM edge WHERE line IN (SELECT line FROM repetition);
                DROP TABLE repetition;
                """)
    }

    /// Lines that lead round in a circle, or into one, have no end at which a room could stay.
    ///
    /// Each line has at most one line after it, so following twice as far in every round brings every line to the end
    /// of its chain in as many rounds as the number of lines has binary digits; what is not at an end then, is in a
    /// circle. Afterwards `jump` is the last line of the chain.
    private func rejectCircles() throws {
        try database.execute(
            sql: """
                UPDATE edge SET jump = next.line FROM edge AS next
                WHERE next.room = edge.room AND next.oldVisitor = edge.newVisitor;
                """)
        let linked = try Int.fetchOne(database, sql: "SELECT count(*) FROM edge WHERE jump IS NOT NULL") ?? 0
        try database.execute(sql: "UPDATE edge SET jump = line, isEnd = 1 WHERE jump IS NULL")
        var reach = 1
        while reach <= linked {
            try database.execute(
                sql: """
                    CREATE TEMP TABLE leap AS
                        SELECT edge.line AS line, next.jump AS jump FROM edge JOIN edge AS next ON next.line = edge.jump
                        WHERE next.jump <> edge.jump;
                    CREATE UNIQUE INDEX temp.leapByLine ON leap(line);
                    UPDATE edge SET jump = leap.jump FROM leap WHERE leap.line = edge.line;
                    DROP TABLE leap;
                    """)
            reach *= 2
        }
        try database.execute(
            sql: """
                CREATE TEMP TABLE circle AS
                    SELECT edge.line AS line, edge.room AS room, next.line AS next, next.oldVisitor AS visitor
                    FROM edge
                        JOIN edge AS last ON last.line = edge.jump
                        JOIN edge AS next ON next.room = edge.room AND next.oldVisitor = edge.newVisitor
                    WHERE last.isEnd = 0;
                UPDATE line SET disposition = 'rejected', reason = 'cycle', roomKey = NULL,
                    detail = iif(circle.room = '', 'the visitor lines', 'the lines of the room “' || circle.room || '”')
                        || ' lead round in a circle: this one to “' || visitor || '”, and line ' || next
                        || ' on from there'
                FROM circle WHERE line.number = circle.line;
                DELETE FROM edge WHERE line IN (SELECT line FROM circle);
                DROP TABLE circle;
                """)
    }

    /// Plans the operations that wait for one another.
    private func orderChains() throws {
        try database.execute(
            sql: """
                CREATE TEMP TABLE link AS
                    SELECT next.line AS later, first.line AS earlier
                    FROM edge AS first
                        JOIN edge AS next ON next.room = first.room AND next.oldVisitor = first.newVisitor
                    WHERE first.room <> '';
                INSERT INTO operation (id, line, waitsFor)
                    SELECT later, later, count(*) FROM link GROUP BY later ORDER BY later;
                INSERT OR IGNORE INTO operation (id, line) SELECT DISTINCT earlier, earlier FROM link ORDER BY earlier;
                INSERT INTO precedence (operation, earlier) SELECT later, earlier FROM link;
                DROP TABLE link;
                """)
    }

    private func planOtherRooms() throws {
        try database.execute(
            sql: """
                INSERT INTO operation (id, line)
                SELECT number, number FROM line NOT INDEXED
                WHERE roomKey IS NOT NULL AND NOT EXISTS (SELECT 1 FROM operation WHERE id = line.number)
                ORDER BY number
                """)
    }

    /// Chains of visitor lines collapse: rooms found at any visitor of the chain go straight to its end.
    private func planDiscovery() throws {
        guard visitorLines > 0 else { return }
        try database.execute(sql: Schema.indexForDiscovery)
        try database.execute(
            sql: """
                INSERT INTO discovery (line, oldVisitor, finalVisitor)
                SELECT edge.line, edge.oldVisitor, last.newVisitor
                FROM edge JOIN edge AS last ON last.line = edge.jump
                WHERE edge.room = '' ORDER BY edge.line;
                """)
    }
}
