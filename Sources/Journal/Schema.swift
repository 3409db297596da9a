import GRDB
import Model

/// The tables of a journal, as named migrations.
///
/// `line` is what the mapping says and never changes after planning. `operation` is what is to be done; a room line's
/// operation names its line alone (`room` is NULL) and the view `operationReport` fills the ids in, so that a million
/// operations do not store a million ids twice. Times are milliseconds since 1970 in UTC.
enum Schema {
    /// Marks a SQLite file as a journal of ours: "VMJ1" in ASCII.
    static let applicationID = 0x564D_4A31

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("plan, run and report") { database in
            try database.execute(sql: tables)
            try database.execute(sql: views)
            try database.execute(sql: "PRAGMA application_id = \(applicationID)")
        }
        return migrator
    }

    /// Indexes that are cheaper to build once the rows are there than to keep while a million are loaded.
    static let indexesAfterLoad = """
        CREATE INDEX lineByRoomKey ON line(roomKey) WHERE roomKey IS NOT NULL;
        """

    static let indexesAfterPlan = """
        CREATE INDEX operationByLine ON operation(line);
        CREATE UNIQUE INDEX operationByDiscoveredRoom ON operation(room) WHERE room IS NOT NULL;
        CREATE INDEX operationPending ON operation(id) WHERE state = 'pending';
        CREATE INDEX operationUnsettled ON operation(state, id)
            WHERE state IN ('sent', 'deferred', 'failed', 'unknown');
        """

    private static let tables = """
        CREATE TABLE job (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            kind TEXT NOT NULL CHECK (\(isOne("kind", of: Job.Kind.allCases))),
            server TEXT NOT NULL,
            mappingPath TEXT NOT NULL,
            mappingDigest TEXT NOT NULL,
            toolVersion TEXT NOT NULL,
            plannedAt INTEGER NOT NULL,
            lines INTEGER NOT NULL CHECK (lines >= 0),
            -- Tells this plan from every other one; a journal made from an audit's plan names that.
            identity TEXT NOT NULL UNIQUE,
            madeFrom TEXT,
            -- The journal that was made from this plan: a plan is carried out once.
            usedBy TEXT
        ) STRICT;

        CREATE TABLE line (
            number INTEGER PRIMARY KEY CHECK (number > 0),
            room TEXT NOT NULL,
            oldVisitor TEXT NOT NULL,
            newVisitor TEXT NOT NULL,
            -- A stable hash of the room id: finds lines of one room without an index on long texts, and parts the work.
            roomKey INTEGER,
            disposition TEXT CHECK (disposition IN ('rejected', 'noop', 'duplicate')),
            reason TEXT CHECK (\(isOne("reason", of: ReasonCode.allCases))),
            detail TEXT,
            repeats INTEGER REFERENCES line(number),
            CHECK ((disposition IS NULL) = (reason IS NULL)),
            CHECK ((disposition IS 'duplicate') = (repeats IS NOT NULL))
        ) STRICT;

        CREATE TABLE run (
            id INTEGER PRIMARY KEY,
            startedAt INTEGER NOT NULL,
            endedAt INTEGER,
            host TEXT NOT NULL,
            pid INTEGER NOT NULL,
            user TEXT NOT NULL,
            toolVersion TEXT NOT NULL,
            serverVersion TEXT,
            rate TEXT NOT NULL,
            concurrency INTEGER NOT NULL,
            openRooms TEXT NOT NULL,
            stopReason TEXT CHECK (\(isOne("stopReason", of: StopReason.allCases))),
            stopDetail TEXT,
            waitedMilliseconds INTEGER NOT NULL DEFAULT 0,
            -- How fast moves may be sent, as the server or the user says: so many calls in so long a window.
            paceCalls INTEGER CHECK (paceCalls > 0),
            paceMilliseconds INTEGER CHECK (paceMilliseconds > 0),
            CHECK ((paceCalls IS NULL) = (paceMilliseconds IS NULL))
        ) STRICT;

        -- What people asked of a run while it was going; the run takes it from here.
        CREATE TABLE steering (
            id INTEGER PRIMARY KEY,
            run INTEGER NOT NULL REFERENCES run(id),
            command TEXT NOT NULL,
            askedBy TEXT NOT NULL,
            askedAt INTEGER NOT NULL,
            takenAt INTEGER
        ) STRICT;
        CREATE INDEX steeringOpen ON steering(run) WHERE takenAt IS NULL;

        CREATE TABLE operation (
            id INTEGER PRIMARY KEY,
            line INTEGER NOT NULL REFERENCES line(number),
            room TEXT,
            oldVisitor TEXT,
            newVisitor TEXT,
            state TEXT NOT NULL DEFAULT 'pending' CHECK (\(isOne("state", of: OperationState.allCases))),
            reason TEXT CHECK (\(isOne("reason", of: ReasonCode.allCases))),
            confirmedBy TEXT CHECK (\(isOne("confirmedBy", of: Confirmation.allCases))),
            attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
            httpStatus INTEGER,
            foundVisitor TEXT,
            wasOpen INTEGER CHECK (wasOpen IN (0, 1)),
            settledAt INTEGER,
            run INTEGER REFERENCES run(id),
            CHECK ((room IS NULL) = (oldVisitor IS NULL) AND (room IS NULL) = (newVisitor IS NULL)),
            CHECK ((state = 'moved') = (confirmedBy IS NOT NULL)),
            CHECK (state <> 'sent' OR run IS NOT NULL)
        ) STRICT;

        -- The old visitors of visitor lines: each has its rooms found before anything moves.
        CREATE TABLE discovery (
            line INTEGER PRIMARY KEY REFERENCES line(number),
            oldVisitor TEXT NOT NULL UNIQUE,
            -- The end of the chain of visitor lines that begins here.
            finalVisitor TEXT NOT NULL,
            discoveredAt INTEGER,
            -- Why the rooms could not be found, at the last try.
            reason TEXT CHECK (\(isOne("reason", of: ReasonCode.allCases))),
            CHECK (discoveredAt IS NULL OR reason IS NULL)
        ) STRICT;
        CREATE INDEX discoveryOpen ON discovery(line) WHERE discoveredAt IS NULL;

        -- Rooms seen on the way through the list of all rooms, until the way is complete.
        CREATE TABLE sighting (
            room TEXT PRIMARY KEY,
            visitor TEXT NOT NULL REFERENCES discovery(oldVisitor),
            createdAt INTEGER
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE sweep (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            nextOffset INTEGER NOT NULL
        ) STRICT;

        -- Operations that a line has in common with the line that asked for them first.
        CREATE TABLE sharedOperation (
            line INTEGER NOT NULL REFERENCES line(number),
            operation INTEGER NOT NULL REFERENCES operation(id),
            PRIMARY KEY (line, operation)
        ) STRICT, WITHOUT ROWID;

        -- The visitors that an audit asks the server for: a move to one that is not there would be refused.
        CREATE TABLE newVisitor (
            visitor TEXT PRIMARY KEY,
            isKnown INTEGER CHECK (isKnown IN (0, 1))
        ) STRICT, WITHOUT ROWID;

        -- What is known of visitors after their rooms were moved.
        CREATE TABLE emptied (
            visitor TEXT PRIMARY KEY,
            roomsLeft INTEGER NOT NULL CHECK (roomsLeft >= 0),
            sharesToken INTEGER CHECK (sharesToken IN (0, 1)),
            readAt INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        -- Operations on one room that run in chain order: `operation` waits until `earlier` is settled.
        CREATE TABLE precedence (
            operation INTEGER NOT NULL REFERENCES operation(id),
            earlier INTEGER NOT NULL REFERENCES operation(id),
            PRIMARY KEY (operation, earlier),
            CHECK (operation <> earlier)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX precedenceByEarlier ON precedence(earlier);

        CREATE TABLE attempt (
            id INTEGER PRIMARY KEY,
            operation INTEGER NOT NULL REFERENCES operation(id),
            run INTEGER NOT NULL REFERENCES run(id),
            action TEXT NOT NULL CHECK (\(isOne("action", of: Attempt.Action.allCases))),
            sentAt INTEGER NOT NULL,
            milliseconds INTEGER NOT NULL CHECK (milliseconds >= 0),
            httpStatus INTEGER,
            meaning TEXT NOT NULL
        ) STRICT;
        CREATE TRIGGER attemptIsNeverChanged BEFORE UPDATE ON attempt
            BEGIN SELECT RAISE(ABORT, 'attempts are append-only'); END;
        CREATE TRIGGER attemptIsNeverDeleted BEFORE DELETE ON attempt
            BEGIN SELECT RAISE(ABORT, 'attempts are append-only'); END;
        """

    private static let views = """
        CREATE VIEW operationReport AS
        SELECT
            operation.id AS id,
            coalesce(operation.room, line.room) AS room,
            coalesce(operation.oldVisitor, line.oldVisitor) AS oldVisitor,
            coalesce(operation.newVisitor, line.newVisitor) AS newVisitor,
            operation.line AS line,
            operation.state AS state,
            coalesce(operation.reason, CASE operation.state
                WHEN 'sent' THEN 'in-doubt'
                WHEN 'pending' THEN CASE
                    WHEN EXISTS (SELECT 1 FROM precedence JOIN operation AS earlier ON earlier.id = precedence.earlier
                        WHERE precedence.operation = operation.id AND earlier.state NOT IN ('moved', 'already'))
                    THEN 'earlier-line-open' ELSE 'not-sent-yet' END
                END) AS reason,
            operation.confirmedBy AS confirmedBy,
            operation.attempts AS attempts,
            operation.httpStatus AS httpStatus,
            operation.foundVisitor AS foundVisitor,
            operation.wasOpen AS wasOpen,
            operation.settledAt AS settledAt
        FROM operation JOIN line ON line.number = operation.line;

        -- The worst operation of a line decides its outcome; SQLite takes the bare columns from the row of max().
        CREATE VIEW lineReport AS
        SELECT
            line.number AS line,
            line.oldVisitor AS oldVisitor,
            line.newVisitor AS newVisitor,
            line.room AS room,
            coalesce(line.disposition, CASE
                    WHEN line.room = '' AND discovery.discoveredAt IS NULL THEN 'pending'
                    WHEN operation.id IS NULL THEN 'no-rooms' END,
                CASE operation.state
                    WHEN 'moved' THEN 'merged'
                    WHEN 'sent' THEN 'pending'
                    ELSE operation.state END) AS outcome,
            coalesce(line.reason, operation.reason, CASE operation.state
                WHEN 'sent' THEN 'in-doubt'
                WHEN 'pending' THEN CASE
                    WHEN EXISTS (SELECT 1 FROM precedence JOIN operation AS earlier ON earlier.id = precedence.earlier
                        WHERE precedence.operation = operation.id AND earlier.state NOT IN ('moved', 'already'))
                    THEN 'earlier-line-open' ELSE 'not-sent-yet' END
                END,
                CASE WHEN line.room = '' AND line.disposition IS NULL AND discovery.discoveredAt IS NULL
                    THEN coalesce(discovery.reason, 'not-discovered-yet') END) AS reason,
            count(operation.id) AS operations,
            coalesce(sum(operation.state = 'moved'), 0) AS moved,
            line.detail AS detail,
            line.repeats AS repeats,
            operation.foundVisitor AS foundVisitor,
            max(\(severity("operation.state"))) AS severity
        FROM line
            LEFT JOIN discovery ON discovery.line = line.number
            LEFT JOIN operation ON operation.line = line.number
                OR (line.room = '' AND operation.id IN (
                    SELECT sharedOperation.operation FROM sharedOperation WHERE sharedOperation.line = line.number))
        GROUP BY line.number;
        """

    /// How bad a state is, as SQL: the outcome of a line with several operations is that of its worst.
    static func severity(_ column: String) -> String {
        let order: [OperationState] = [
            .already, .moved, .deferred, .failed, .refused, .conflict, .unknown, .pending, .sent,
        ]
        let cases = order.enumerated().map { "WHEN '\($1.rawValue)' THEN \($0 + 1)" }
        return "CASE \(column) \(cases.joined(separator: " ")) ELSE 0 END"
    }

    /// Whether a column holds one of the words, as SQL.
    ///
    /// For a list behind `IN` SQLite would sort the words into a table anew for every row it writes.
    private static func isOne<Word: RawRepresentable<String>>(_ column: String, of words: [Word]) -> String {
        words.map { "\(column) = '\($0.rawValue)'" }.joined(separator: " OR ")
    }
}
