// What later versions added to the first format. Each is frozen: it depends on no type of the program.
extension Schema {
    /// Until then a claim was the intent to send: what was claimed when a run was killed may have left.
    static let format5 = """
        UPDATE operation SET mayHaveMoved = 1 WHERE state = 'sent' AND (SELECT kind <> 'audit' FROM job);
        """

    static let format2 = """
        -- What the file system said of the mapping: as long as it says so, it need not be read again.
        ALTER TABLE job ADD COLUMN mappingSeal TEXT;
        -- The journal of an undo that was begun.
        ALTER TABLE job ADD COLUMN undoneBy TEXT;
        """

    static let format3 = """
        DROP INDEX operationUnsettled;
        CREATE INDEX operationUnsettled ON operation(state, id)
            WHERE (state = 'sent' OR state = 'deferred' OR state = 'failed' OR state = 'unknown');
        """

    /// Doubt becomes a column.
    ///
    /// Reasons are no longer listed in the tables, so that a later version can add one without changing the format.
    /// Views are dropped: opening a journal creates them.
    static let format4 = """
        DROP VIEW IF EXISTS lineReport;
        DROP VIEW IF EXISTS operationReport;

        CREATE TABLE newLine (
            number INTEGER PRIMARY KEY CHECK (number > 0),
            room TEXT NOT NULL,
            oldVisitor TEXT NOT NULL,
            newVisitor TEXT NOT NULL,
            -- A stable hash of the room id on a usable room line, and nowhere else: finds lines of one room without an
            -- index on long texts, and parts the work.
            roomKey INTEGER,
            disposition TEXT CHECK (disposition IN ('rejected', 'noop', 'duplicate')),
            reason TEXT,
            detail TEXT,
            repeats INTEGER REFERENCES line(number),
            -- What stood on a malformed line, as far as it was kept.
            text TEXT,
            CHECK ((disposition IS NULL) = (reason IS NULL)),
            CHECK ((disposition IS 'duplicate') = (repeats IS NOT NULL)),
            CHECK (roomKey IS NULL OR disposition IS NULL),
            CHECK (text IS NULL OR disposition IS 'rejected')
        ) STRICT;
        INSERT INTO newLine (number, room, oldVisitor, newVisitor, roomKey, disposition, reason, detail, repeats)
            SELECT number, room, oldVisitor, newVisitor, roomKey, disposition, reason, detail, repeats FROM line;

        CREATE TABLE newRun (
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
            stopReason TEXT,
            stopDetail TEXT,
            waitedMilliseconds INTEGER NOT NULL DEFAULT 0,
            -- How fast moves may be sent, as the server or the user says: calls in a window.
            paceCalls INTEGER CHECK (paceCalls > 0),
            paceMilliseconds INTEGER CHECK (paceMilliseconds > 0),
            CHECK ((paceCalls IS NULL) = (paceMilliseconds IS NULL))
        ) STRICT;
        INSERT INTO newRun SELECT id, startedAt, endedAt, host, pid, user, toolVersion, serverVersion, rate, concurrency,
            openRooms, stopReason, stopDetail, waitedMilliseconds, paceCalls, paceMilliseconds FROM run;

        CREATE TABLE newOperation (
            id INTEGER PRIMARY KEY,
            line INTEGER NOT NULL REFERENCES line(number),
            room TEXT,
            oldVisitor TEXT,
            newVisitor TEXT,
            state TEXT NOT NULL DEFAULT 'pending' CHECK (state = 'pending' OR state = 'sent' OR state = 'moved'
                OR state = 'already' OR state = 'conflict' OR state = 'refused' OR state = 'deferred'
                OR state = 'failed' OR state = 'unknown'),
            reason TEXT,
            confirmedBy TEXT CHECK (confirmedBy = 'response' OR confirmedBy = 'read'),
            attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
            httpStatus INTEGER,
            foundVisitor TEXT,
            wasOpen INTEGER CHECK (wasOpen IN (0, 1)),
            settledAt INTEGER,
            run INTEGER REFERENCES run(id),
            -- How many earlier operations on its room have to be settled well first; see `precedence`.
            waitsFor INTEGER NOT NULL DEFAULT 0 CHECK (waitsFor >= 0),
            -- 1 if a PUT of this job left whose answer does not exclude that it was applied: only a read tells where
            -- the room is, and a room that is with the new visitor then was moved by this job.
            mayHaveMoved INTEGER NOT NULL DEFAULT 0 CHECK (mayHaveMoved IN (0, 1)),
            CHECK (iif(room IS NULL, id = line, id >= 1099511627776)),
            CHECK ((room IS NULL) = (oldVisitor IS NULL) AND (room IS NULL) = (newVisitor IS NULL)),
            CHECK ((state = 'moved') = (confirmedBy IS NOT NULL)),
            CHECK (state <> 'sent' OR run IS NOT NULL)
        ) STRICT;
        INSERT INTO newOperation (id, line, room, oldVisitor, newVisitor, state, reason, confirmedBy, attempts, httpStatus,
                foundVisitor, wasOpen, settledAt, run, waitsFor, mayHaveMoved)
            SELECT id, line, room, oldVisitor, newVisitor, state, reason, confirmedBy, attempts, httpStatus,
                foundVisitor, wasOpen, settledAt, run, waitsFor,
                EXISTS (SELECT 1 FROM attempt WHERE attempt.operation = operation.id AND action = 'move'
                    AND (meaning IN ('success', 'unknown') OR meaning = 'stop' AND httpStatus BETWEEN 200 AND 299))
            FROM operation;

        CREATE TABLE newDiscovery (
            line INTEGER PRIMARY KEY REFERENCES line(number),
            oldVisitor TEXT NOT NULL UNIQUE,
            -- The end of the chain of visitor lines that begins here.
            finalVisitor TEXT NOT NULL,
            discoveredAt INTEGER,
            -- Why the rooms could not be found, at the last try.
            reason TEXT,
            -- Whether the server knows the old visitor; NULL if it was not asked, because rooms were found.
            visitorExists INTEGER CHECK (visitorExists IN (0, 1)),
            CHECK (discoveredAt IS NULL OR reason IS NULL)
        ) STRICT;
        INSERT INTO newDiscovery (line, oldVisitor, finalVisitor, discoveredAt, reason)
            SELECT line, oldVisitor, finalVisitor, discoveredAt, reason FROM discovery;

        DROP TABLE discovery;
        DROP TABLE operation;
        DROP TABLE run;
        DROP TABLE line;
        ALTER TABLE newLine RENAME TO line;
        ALTER TABLE newRun RENAME TO run;
        ALTER TABLE newOperation RENAME TO operation;
        ALTER TABLE newDiscovery RENAME TO discovery;

        CREATE INDEX lineByReason ON line(reason, disposition) WHERE reason IS NOT NULL;
        CREATE UNIQUE INDEX operationByDiscoveredRoom ON operation(room) WHERE room IS NOT NULL;
        CREATE INDEX operationByVisitorLine ON operation(line) WHERE room IS NOT NULL;
        CREATE INDEX operationPending ON operation(waitsFor, id) WHERE state = 'pending';
        CREATE INDEX operationInDoubt ON operation(id) WHERE state = 'pending' AND mayHaveMoved = 1;
        CREATE INDEX operationUnsettled ON operation(state, id)
            WHERE (state = 'sent' OR state = 'deferred' OR state = 'failed' OR state = 'unknown');
        CREATE INDEX discoveryOpen ON discovery(line) WHERE discoveredAt IS NULL;

        -- A list whose reading was begun without the next table is read from its beginning.
        DELETE FROM sighting;
        DELETE FROM sweep;
        -- How many rooms the server said that there are, with the last page.
        ALTER TABLE sweep ADD COLUMN total INTEGER NOT NULL DEFAULT 0;
        -- The rooms on the pages that were read: a page joins them if its first room is one of them.
        CREATE TABLE listedRoom (
            room TEXT PRIMARY KEY
        ) STRICT, WITHOUT ROWID;
        -- When the journal that was made from this plan was complete; from then on the plan is used.
        ALTER TABLE job ADD COLUMN usedAt INTEGER;
        UPDATE job SET usedAt = plannedAt WHERE usedBy IS NOT NULL;
        -- SHA-256 of the lines as they were planned; NULL in a journal of an earlier version.
        ALTER TABLE job ADD COLUMN linesDigest TEXT;
        -- Why a command was not followed.
        ALTER TABLE steering ADD COLUMN refusal TEXT;
        """
}
