import GRDB
import Model

/// The tables of a journal, as named migrations.
///
/// `line` is what the mapping says and never changes after planning. `operation` is what is to be done. A room line is its
/// own operation until something happens to it: the row, which has the line's number, is written when it is first
/// claimed, so that planning a million lines writes a million rows and not two million. The view `operationReport` has
/// all of them, with the ids filled in. Times are milliseconds since 1970 in UTC.
enum Schema {
    /// Marks a SQLite file as a journal of ours: "VMJ1" in ASCII.
    static let applicationID = 0x564D_4A31

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("plan, run and report") { database in
            try database.execute(sql: tables)
            try database.execute(sql: lineReport + operationReport)
            try database.execute(sql: "PRAGMA application_id = \(applicationID)")
        }
        migrator.registerMigration("seal of the mapping, undo") { database in
            try database.execute(
                sql: """
                    -- What the file system said of the mapping: as long as it says so, nobody has to read it again.
                    ALTER TABLE job ADD COLUMN mappingSeal TEXT;
                    -- The journal of an undo that was begun.
                    ALTER TABLE job ADD COLUMN undoneBy TEXT;
                    """)
        }
        migrator.registerMigration("unsettled operations, quicker to write") { database in
            try database.execute(
                sql: """
                    DROP INDEX operationUnsettled;
                    CREATE INDEX operationUnsettled ON operation(state, id) WHERE \(isUnsettled);
                    """)
        }
        return migrator
    }

    /// What a run may have to come back to, as SQL; a condition that an index needs word for word.
    static let isUnsettled = "(\(isOne("state", of: [OperationState.sent, .deferred, .failed, .unknown])))"

    /// Operations of discovered rooms are numbered from here, those of room lines like their lines.
    static let firstDiscovered: Int64 = 1 << 40

    /// Only discovery asks which line names a room, so a mapping without visitor lines does not pay for the answer.
    static let indexForDiscovery = """
        CREATE INDEX lineByRoomKey ON line(roomKey) WHERE roomKey IS NOT NULL;
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
            -- Those of the whole mapping, where the journal is for the part `shard` of `shards`.
            mappingLines INTEGER NOT NULL CHECK (mappingLines >= lines),
            shard INTEGER CHECK (shard BETWEEN 1 AND shards),
            shards INTEGER,
            -- Tells this plan from every other one; a journal made from an audit's plan names that.
            identity TEXT NOT NULL UNIQUE,
            madeFrom TEXT,
            -- The journal that was made from this plan: a plan is carried out once.
            usedBy TEXT,
            CHECK ((shard IS NULL) = (shards IS NULL))
        ) STRICT;

        CREATE TABLE line (
            number INTEGER PRIMARY KEY CHECK (number > 0),
            room TEXT NOT NULL,
            oldVisitor TEXT NOT NULL,
            newVisitor TEXT NOT NULL,
            -- A stable hash of the room id on a usable room line, and nowhere else: finds lines of one room without an
            -- index on long texts, and parts the work.
            roomKey INTEGER,
            disposition TEXT CHECK (disposition IN ('rejected', 'noop', 'duplicate')),
            reason TEXT CHECK (\(isOne("reason", of: ReasonCode.allCases))),
            detail TEXT,
            repeats INTEGER REFERENCES line(number),
            CHECK ((disposition IS NULL) = (reason IS NULL)),
            CHECK ((disposition IS 'duplicate') = (repeats IS NOT NULL)),
            CHECK (roomKey IS NULL OR disposition IS NULL)
        ) STRICT;
        CREATE INDEX lineByReason ON line(reason, disposition) WHERE reason IS NOT NULL;

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
            -- How many earlier operations on its room have to be settled well first; see `precedence`.
            waitsFor INTEGER NOT NULL DEFAULT 0 CHECK (waitsFor >= 0),
            CHECK (iif(room IS NULL, id = line, id >= \(firstDiscovered))),
            CHECK ((room IS NULL) = (oldVisitor IS NULL) AND (room IS NULL) = (newVisitor IS NULL)),
            CHECK ((state = 'moved') = (confirmedBy IS NOT NULL)),
            CHECK (state <> 'sent' OR run IS NOT NULL)
        ) STRICT;
        CREATE UNIQUE INDEX operationByDiscoveredRoom ON operation(room) WHERE room IS NOT NULL;
        CREATE INDEX operationByVisitorLine ON operation(line) WHERE room IS NOT NULL;
        CREATE INDEX operationPending ON operation(waitsFor, id) WHERE state = 'pending';
        CREATE INDEX operationUnsettled ON operation(state, id)
            WHERE state IN ('sent', 'deferred', 'failed', 'unknown');

        -- Where the lines end that are operations with a row, and those begin that stand for theirs: one row, changed
        -- by each claim, so that nothing has to be searched for or counted.
        CREATE TABLE frontier (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            -- Operations of room lines, with a row or without.
            planned INTEGER NOT NULL CHECK (planned >= 0),
            -- Those without.
            untouched INTEGER NOT NULL CHECK (untouched BETWEEN 0 AND planned),
            -- The last line that was claimed in file order: none before it is without a row.
            claimedUpTo INTEGER NOT NULL
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

        -- Rooms that room lines of other parts name, where there are visitor lines: those lines win.
        CREATE TABLE namedElsewhere (
            room TEXT PRIMARY KEY
        ) STRICT, WITHOUT ROWID;

        -- Such rooms that a visitor line of this part found: it shares the operation, which another journal has.
        CREATE TABLE sharedElsewhere (
            line INTEGER NOT NULL REFERENCES line(number),
            room TEXT NOT NULL REFERENCES namedElsewhere(room),
            PRIMARY KEY (line, room)
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

    /// Whether a column holds one of the words, as SQL.
    ///
    /// For a list behind `IN` SQLite would sort the words into a table anew for every row it writes.
    private static func isOne<Word: RawRepresentable<String>>(_ column: String, of words: [Word]) -> String {
        words.map { "\(column) = '\($0.rawValue)'" }.joined(separator: " OR ")
    }
}
