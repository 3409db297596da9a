import GRDB
import Model

// What a mapping as a whole decides about its lines, in SQL: a million lines need no more memory than ten.
extension PlanWriter {
    /// Applies the rules that look at more than one line, turns what is left into operations and signs the journal.
    func finish(_ job: Job) throws {
        try database.execute(sql: Schema.indexesAfterLoad)
        try collectRoomsNamedTwice()
        try rejectConflicts()
        try markDuplicates()
        try rejectCircles()
        try planOperations()
        try orderChains()
        try database.execute(sql: "DROP TABLE temp.edge")
        try sign(job)
    }

    /// Every rule is about rooms that several lines name: seldom many, so the rest is never looked at again.
    private func collectRoomsNamedTwice() throws {
        try database.execute(
            sql: """
                CREATE TEMP TABLE edge (
                    line INTEGER PRIMARY KEY, room TEXT NOT NULL, oldVisitor TEXT NOT NULL, newVisitor TEXT NOT NULL,
                    jump INTEGER
                );
                INSERT INTO edge (line, room, oldVisitor, newVisitor)
                SELECT number, room, oldVisitor, newVisitor FROM line
                WHERE roomKey IN (SELECT roomKey FROM line WHERE roomKey IS NOT NULL GROUP BY roomKey HAVING count(*) > 1);
                CREATE INDEX temp.edgeByOld ON edge(room, oldVisitor, newVisitor);
                """)
    }

    /// Two lines that move one room from the same old visitor to different new ones contradict each other.
    private func rejectConflicts() throws {
        try database.execute(
            sql: """
                CREATE TEMP TABLE contradiction AS
                    SELECT room, oldVisitor, min(line) AS firstLine, count(DISTINCT newVisitor) AS choices
                    FROM edge GROUP BY room, oldVisitor HAVING choices > 1;
                CREATE UNIQUE INDEX temp.contradictionByOld ON contradiction(room, oldVisitor);
                UPDATE line SET disposition = 'rejected', reason = 'conflict', roomKey = NULL,
                    detail = 'the mapping moves this room from the same old visitor to ' || contradiction.choices
                        || ' different new visitors, first on line ' || contradiction.firstLine
                FROM edge JOIN contradiction USING (room, oldVisitor)
                WHERE line.number = edge.line;
                DELETE FROM edge WHERE (room, oldVisitor) IN (SELECT room, oldVisitor FROM contradiction);
                DROP TABLE contradiction;
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

    /// Lines that lead one room round in a circle have no end at which it could stay.
    ///
    /// Each line has at most one line after it, so following twice as far in every round finds the circles in as many
    /// rounds as the number of lines has binary digits.
    private func rejectCircles() throws {
        try database.execute(
            sql: """
                UPDATE edge SET jump = next.line FROM edge AS next
                WHERE next.room = edge.room AND next.oldVisitor = edge.newVisitor;
                """)
        var reach = 1
        let longest = try Int.fetchOne(database, sql: "SELECT count(*) FROM edge WHERE jump IS NOT NULL") ?? 0
        while reach <= longest {
            try database.execute(
                sql: """
                    CREATE TEMP TABLE leap AS
                        SELECT edge.line AS line, next.jump AS jump FROM edge JOIN edge AS next ON next.line = edge.jump;
                    CREATE UNIQUE INDEX temp.leapByLine ON leap(line);
                    UPDATE edge SET jump = leap.jump FROM leap WHERE leap.line = edge.line;
                    DROP TABLE leap;
                    """)
            reach *= 2
        }
        try database.execute(
            sql: """
                UPDATE line SET disposition = 'rejected', reason = 'cycle', roomKey = NULL,
                    detail = 'the lines of this room lead round in a circle'
                WHERE number IN (SELECT line FROM edge WHERE jump IS NOT NULL);
                DELETE FROM edge WHERE jump IS NOT NULL;
                """)
    }

    private func planOperations() throws {
        try database.execute(
            sql: """
                INSERT INTO operation (line)
                SELECT number FROM line WHERE disposition IS NULL AND roomKey IS NOT NULL ORDER BY number;
                """)
        try database.execute(sql: Schema.indexesAfterPlan)
    }

    private func orderChains() throws {
        try database.execute(
            sql: """
                INSERT INTO precedence (operation, earlier)
                SELECT later.id, earlier.id
                FROM edge AS first
                    JOIN edge AS next ON next.room = first.room AND next.oldVisitor = first.newVisitor
                    JOIN operation AS earlier ON earlier.line = first.line
                    JOIN operation AS later ON later.line = next.line;
                """)
    }

    private func sign(_ job: Job) throws {
        try database.execute(
            sql: """
                INSERT INTO job (id, kind, server, mappingPath, mappingDigest, toolVersion, plannedAt, lines)
                VALUES (1, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                job.kind.rawValue, job.server, job.mappingPath, job.mappingDigest, job.toolVersion,
                job.plannedAt.milliseconds, job.lines,
            ])
    }
}
