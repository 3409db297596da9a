// The first format of a journal, frozen: it depends on no type of the program.
extension Schema {
    static let format1 = """
        CREATE TABLE job (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            kind TEXT NOT NULL CHECK (kind = 'run' OR kind = 'audit' OR kind = 'undo' OR kind = 'rehearsal'),
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
            reason TEXT CHECK (reason = 'malformed' OR reason = 'missing-old' OR reason = 'missing-new'
                OR reason = 'bad-id' OR reason = 'spreadsheet-damage' OR reason = 'conflict' OR reason =
                'cycle' OR reason = 'noop' OR reason = 'duplicate' OR reason = 'not-discovered-yet' OR
                reason = 'discovery-incomplete' OR reason = 'discovery-refused' OR reason = 'would-move'
                OR reason = 'new-visitor-not-found' OR reason = 'room-not-found' OR reason =
                'room-not-allowed' OR reason = 'unsupported-room' OR reason = 'invalid-request' OR
                reason = 'refused-by-server' OR reason = 'moved-by-other' OR reason = 'no-visitor' OR
                reason = 'earlier-line-not-done' OR reason = 'already-at-new' OR reason =
                'already-further' OR reason = 'open-room' OR reason = 'earlier-line-open' OR reason =
                'not-sent-yet' OR reason = 'in-doubt' OR reason = 'not-in-plan' OR reason =
                'server-error' OR reason = 'gateway-error' OR reason = 'timeout' OR reason =
                'connection-lost' OR reason = 'connection-failed' OR reason = 'tls-failed' OR reason =
                'rate-limited' OR reason = 'empty-refusal' OR reason = 'unreadable-reply' OR reason =
                'still-at-old'),
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
            stopReason TEXT CHECK (stopReason = 'signal' OR stopReason = 'credentials-rejected' OR
                stopReason = 'permission-missing' OR stopReason = 'endpoint-missing' OR stopReason =
                'version-too-new' OR stopReason = 'deprecation-throws' OR stopReason = 'not-rocket-chat'
                OR stopReason = 'proxy-refused' OR stopReason = 'too-many-failures' OR stopReason =
                'server-unreachable' OR stopReason = 'disk-full' OR stopReason = 'journal-failed' OR
                stopReason = 'duration-reached' OR stopReason = 'window-closed'),
            stopDetail TEXT,
            waitedMilliseconds INTEGER NOT NULL DEFAULT 0,
            -- How fast moves may be sent, as the server or the user says: so many calls in so long a window.
            paceCalls INTEGER CHECK (paceCalls > 0),
            paceMilliseconds INTEGER CHECK (paceMilliseconds > 0),
            CHECK ((paceCalls IS NULL) = (paceMilliseconds IS NULL))
        ) STRICT;

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
            state TEXT NOT NULL DEFAULT 'pending' CHECK (state = 'pending' OR state = 'sent' OR state =
                'moved' OR state = 'already' OR state = 'conflict' OR state = 'refused' OR state =
                'deferred' OR state = 'failed' OR state = 'unknown'),
            reason TEXT CHECK (reason = 'malformed' OR reason = 'missing-old' OR reason = 'missing-new'
                OR reason = 'bad-id' OR reason = 'spreadsheet-damage' OR reason = 'conflict' OR reason =
                'cycle' OR reason = 'noop' OR reason = 'duplicate' OR reason = 'not-discovered-yet' OR
                reason = 'discovery-incomplete' OR reason = 'discovery-refused' OR reason = 'would-move'
                OR reason = 'new-visitor-not-found' OR reason = 'room-not-found' OR reason =
                'room-not-allowed' OR reason = 'unsupported-room' OR reason = 'invalid-request' OR
                reason = 'refused-by-server' OR reason = 'moved-by-other' OR reason = 'no-visitor' OR
                reason = 'earlier-line-not-done' OR reason = 'already-at-new' OR reason =
                'already-further' OR reason = 'open-room' OR reason = 'earlier-line-open' OR reason =
                'not-sent-yet' OR reason = 'in-doubt' OR reason = 'not-in-plan' OR reason =
                'server-error' OR reason = 'gateway-error' OR reason = 'timeout' OR reason =
                'connection-lost' OR reason = 'connection-failed' OR reason = 'tls-failed' OR reason =
                'rate-limited' OR reason = 'empty-refusal' OR reason = 'unreadable-reply' OR reason =
                'still-at-old'),
            confirmedBy TEXT CHECK (confirmedBy = 'response' OR confirmedBy = 'read'),
            attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
            httpStatus INTEGER,
            foundVisitor TEXT,
            wasOpen INTEGER CHECK (wasOpen IN (0, 1)),
            settledAt INTEGER,
            run INTEGER REFERENCES run(id),
            -- How many earlier operations on its room have to be settled well first; see `precedence`.
            waitsFor INTEGER NOT NULL DEFAULT 0 CHECK (waitsFor >= 0),
            CHECK (iif(room IS NULL, id = line, id >= 1099511627776)),
            CHECK ((room IS NULL) = (oldVisitor IS NULL) AND (room IS NULL) = (newVisitor IS NULL)),
            CHECK ((state = 'moved') = (confirmedBy IS NOT NULL)),
            CHECK (state <> 'sent' OR run IS NOT NULL)
        ) STRICT;
        CREATE UNIQUE INDEX operationByDiscoveredRoom ON operation(room) WHERE room IS NOT NULL;
        CREATE INDEX operationByVisitorLine ON operation(line) WHERE room IS NOT NULL;
        CREATE INDEX operationPending ON operation(waitsFor, id) WHERE state = 'pending';
        CREATE INDEX operationUnsettled ON operation(state, id)
            WHERE state IN ('sent', 'deferred', 'failed', 'unknown');

        CREATE TABLE frontier (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            -- Operations of room lines, with a row or without.
            planned INTEGER NOT NULL CHECK (planned >= 0),
            -- Those without.
            untouched INTEGER NOT NULL CHECK (untouched BETWEEN 0 AND planned),
            -- The last line that was claimed in file order: none before it is without a row.
            claimedUpTo INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE discovery (
            line INTEGER PRIMARY KEY REFERENCES line(number),
            oldVisitor TEXT NOT NULL UNIQUE,
            -- The end of the chain of visitor lines that begins here.
            finalVisitor TEXT NOT NULL,
            discoveredAt INTEGER,
            -- Why the rooms could not be found, at the last try.
            reason TEXT CHECK (reason = 'malformed' OR reason = 'missing-old' OR reason = 'missing-new'
                OR reason = 'bad-id' OR reason = 'spreadsheet-damage' OR reason = 'conflict' OR reason =
                'cycle' OR reason = 'noop' OR reason = 'duplicate' OR reason = 'not-discovered-yet' OR
                reason = 'discovery-incomplete' OR reason = 'discovery-refused' OR reason = 'would-move'
                OR reason = 'new-visitor-not-found' OR reason = 'room-not-found' OR reason =
                'room-not-allowed' OR reason = 'unsupported-room' OR reason = 'invalid-request' OR
                reason = 'refused-by-server' OR reason = 'moved-by-other' OR reason = 'no-visitor' OR
                reason = 'earlier-line-not-done' OR reason = 'already-at-new' OR reason =
                'already-further' OR reason = 'open-room' OR reason = 'earlier-line-open' OR reason =
                'not-sent-yet' OR reason = 'in-doubt' OR reason = 'not-in-plan' OR reason =
                'server-error' OR reason = 'gateway-error' OR reason = 'timeout' OR reason =
                'connection-lost' OR reason = 'connection-failed' OR reason = 'tls-failed' OR reason =
                'rate-limited' OR reason = 'empty-refusal' OR reason = 'unreadable-reply' OR reason =
                'still-at-old'),
            CHECK (discoveredAt IS NULL OR reason IS NULL)
        ) STRICT;
        CREATE INDEX discoveryOpen ON discovery(line) WHERE discoveredAt IS NULL;

        CREATE TABLE sighting (
            room TEXT PRIMARY KEY,
            visitor TEXT NOT NULL REFERENCES discovery(oldVisitor),
            createdAt INTEGER
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE sweep (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            nextOffset INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE sharedOperation (
            line INTEGER NOT NULL REFERENCES line(number),
            operation INTEGER NOT NULL REFERENCES operation(id),
            PRIMARY KEY (line, operation)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE namedElsewhere (
            room TEXT PRIMARY KEY
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE sharedElsewhere (
            line INTEGER NOT NULL REFERENCES line(number),
            room TEXT NOT NULL REFERENCES namedElsewhere(room),
            PRIMARY KEY (line, room)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE newVisitor (
            visitor TEXT PRIMARY KEY,
            isKnown INTEGER CHECK (isKnown IN (0, 1))
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE emptied (
            visitor TEXT PRIMARY KEY,
            roomsLeft INTEGER NOT NULL CHECK (roomsLeft >= 0),
            sharesToken INTEGER CHECK (sharesToken IN (0, 1)),
            readAt INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

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
            action TEXT NOT NULL CHECK (action = 'look' OR action = 'move'),
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
}
