-- A killed audit, in the fifth format.
PRAGMA application_id = 1447905841;
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
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
INSERT INTO "attempt" VALUES(1,2,1,'look',1795812977945,2,200,'success');
INSERT INTO "attempt" VALUES(2,3,1,'look',1795812978949,1,200,'success');
INSERT INTO "attempt" VALUES(3,4,1,'look',1795812979953,2,200,'success');
INSERT INTO "attempt" VALUES(4,5,1,'look',1795812980957,2,200,'success');
INSERT INTO "attempt" VALUES(5,6,1,'look',1795812981961,1,200,'success');
CREATE TABLE "discovery" (
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
INSERT INTO "discovery" VALUES(14,'C','D',1795812977922,NULL,NULL);
CREATE TABLE emptied (
    visitor TEXT PRIMARY KEY,
    roomsLeft INTEGER NOT NULL CHECK (roomsLeft >= 0),
    sharesToken INTEGER CHECK (sharesToken IN (0, 1)),
    readAt INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE frontier (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    -- Operations of room lines, with a row or without.
    planned INTEGER NOT NULL CHECK (planned >= 0),
    -- Those without.
    untouched INTEGER NOT NULL CHECK (untouched BETWEEN 0 AND planned),
    -- The last line that was claimed in file order: none before it is without a row.
    claimedUpTo INTEGER NOT NULL
) STRICT;
INSERT INTO "frontier" VALUES(1,8,0,7);
CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
INSERT INTO "grdb_migrations" VALUES('plan, run and report');
INSERT INTO "grdb_migrations" VALUES('seal of the mapping, undo');
INSERT INTO "grdb_migrations" VALUES('unsettled operations, quicker to write');
INSERT INTO "grdb_migrations" VALUES('doubt, visitors that do not exist, text of rejected lines');
INSERT INTO "grdb_migrations" VALUES('intents apart from claims');
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
    usedBy TEXT, mappingSeal TEXT, undoneBy TEXT, usedAt INTEGER, linesDigest TEXT,
    CHECK ((shard IS NULL) = (shards IS NULL))
) STRICT;
INSERT INTO "job" VALUES(1,'audit','https://chat.example.org','mapping.csv','7b21fe28a30b6253d487276cc9ba5bd768139d3da63fd3fcb2f8cec6b29167ea','0.1.0',1795812976535,15,15,NULL,NULL,'7dca9f0a4aff14e4b20ce07224c76e3a',NULL,NULL,NULL,NULL,NULL,'2b80530345c784f1f9cc912cb04e174cbf77cf1c27e45aa6f956b57fa7d30e45');
CREATE TABLE "line" (
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
INSERT INTO "line" VALUES(2,'R1','A','B',669069351291707340,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "line" VALUES(3,'R2','A','B',669072649826591973,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "line" VALUES(4,'R3','A','B',669071550314963762,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "line" VALUES(5,'R4','A','B',669066052756822707,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "line" VALUES(6,'R5','A','B',669064953245194496,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "line" VALUES(7,'R6','A','B',669068251780079129,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "line" VALUES(8,'R7','A','B',669067152268450918,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "line" VALUES(9,'R8','A','B',NULL,'rejected','conflict','the room “R8” of the old visitor “A” is to go to “B” here and to “D” on line 13',NULL,NULL);
INSERT INTO "line" VALUES(10,'R1','A','B',NULL,'duplicate','duplicate','repeats line 2',2,NULL);
INSERT INTO "line" VALUES(11,'R2','A','A',NULL,'noop','noop','old and new visitor are the same',NULL,NULL);
INSERT INTO "line" VALUES(12,'R3','','B',NULL,'rejected','missing-old','the old visitor is empty',NULL,NULL);
INSERT INTO "line" VALUES(13,'R8','A','D',NULL,'rejected','conflict','the room “R8” of the old visitor “A” is to go to “D” here and to “B” on line 9',NULL,NULL);
INSERT INTO "line" VALUES(14,'','C','D',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "line" VALUES(15,'R1','B','D',669069351291707340,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "line" VALUES(16,'','','',NULL,'rejected','malformed','the quote that opens field 1 is never closed',NULL,'"x,y');
CREATE TABLE listedRoom (
    room TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;
CREATE TABLE namedElsewhere (
    room TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;
CREATE TABLE newVisitor (
    visitor TEXT PRIMARY KEY,
    isKnown INTEGER CHECK (isKnown IN (0, 1))
) STRICT, WITHOUT ROWID;
INSERT INTO "newVisitor" VALUES('B',1);
INSERT INTO "newVisitor" VALUES('D',1);
CREATE TABLE "operation" (
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
INSERT INTO "operation" VALUES(2,2,NULL,NULL,NULL,'deferred','open-room',NULL,0,200,NULL,1,1795812977947,1,0,0);
INSERT INTO "operation" VALUES(3,3,NULL,NULL,NULL,'moved','would-move','read',0,NULL,NULL,0,1795812978951,1,0,0);
INSERT INTO "operation" VALUES(4,4,NULL,NULL,NULL,'moved','would-move','read',0,NULL,NULL,0,1795812979956,1,0,0);
INSERT INTO "operation" VALUES(5,5,NULL,NULL,NULL,'moved','would-move','read',0,NULL,NULL,0,1795812980960,1,0,0);
INSERT INTO "operation" VALUES(6,6,NULL,NULL,NULL,'moved','would-move','read',0,NULL,NULL,0,1795812981963,1,0,0);
INSERT INTO "operation" VALUES(7,7,NULL,NULL,NULL,'sent',NULL,NULL,0,NULL,NULL,NULL,NULL,1,0,0);
INSERT INTO "operation" VALUES(8,8,NULL,NULL,NULL,'sent',NULL,NULL,0,NULL,NULL,NULL,NULL,1,0,0);
INSERT INTO "operation" VALUES(15,15,NULL,NULL,NULL,'pending',NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,1,0);
INSERT INTO "operation" VALUES(1099511627776,14,'S1','C','D','sent',NULL,NULL,0,NULL,NULL,NULL,NULL,1,0,0);
INSERT INTO "operation" VALUES(1099511627777,14,'S2','C','D','sent',NULL,NULL,0,NULL,NULL,NULL,NULL,1,0,0);
CREATE TABLE precedence (
    operation INTEGER NOT NULL REFERENCES operation(id),
    earlier INTEGER NOT NULL REFERENCES operation(id),
    PRIMARY KEY (operation, earlier),
    CHECK (operation <> earlier)
) STRICT, WITHOUT ROWID;
INSERT INTO "precedence" VALUES(15,2);
CREATE TABLE "run" (
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
INSERT INTO run VALUES(1,1795812976535,NULL,'batch-1',4711,'merge','0.1.0','6.9','1/s',2,'defer',NULL,NULL,0,NULL,NULL);
CREATE TABLE sharedElsewhere (
    line INTEGER NOT NULL REFERENCES line(number),
    room TEXT NOT NULL REFERENCES namedElsewhere(room),
    PRIMARY KEY (line, room)
) STRICT, WITHOUT ROWID;
CREATE TABLE sharedOperation (
    line INTEGER NOT NULL REFERENCES line(number),
    operation INTEGER NOT NULL REFERENCES operation(id),
    PRIMARY KEY (line, operation)
) STRICT, WITHOUT ROWID;
CREATE TABLE sighting (
    room TEXT PRIMARY KEY,
    visitor TEXT NOT NULL REFERENCES discovery(oldVisitor),
    createdAt INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE steering (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES run(id),
    command TEXT NOT NULL,
    askedBy TEXT NOT NULL,
    askedAt INTEGER NOT NULL,
    takenAt INTEGER
, refusal TEXT) STRICT;
CREATE TABLE sweep (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    nextOffset INTEGER NOT NULL
, total INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX steeringOpen ON steering(run) WHERE takenAt IS NULL;
CREATE INDEX precedenceByEarlier ON precedence(earlier);
CREATE TRIGGER attemptIsNeverChanged BEFORE UPDATE ON attempt
    BEGIN SELECT RAISE(ABORT, 'attempts are append-only'); END;
CREATE TRIGGER attemptIsNeverDeleted BEFORE DELETE ON attempt
    BEGIN SELECT RAISE(ABORT, 'attempts are append-only'); END;
CREATE INDEX lineByReason ON line(reason, disposition) WHERE reason IS NOT NULL;
CREATE UNIQUE INDEX operationByDiscoveredRoom ON operation(room) WHERE room IS NOT NULL;
CREATE INDEX operationByVisitorLine ON operation(line) WHERE room IS NOT NULL;
CREATE INDEX operationPending ON operation(waitsFor, id) WHERE state = 'pending';
CREATE INDEX operationInDoubt ON operation(id) WHERE state = 'pending' AND mayHaveMoved = 1;
CREATE INDEX operationUnsettled ON operation(state, id)
    WHERE (state = 'sent' OR state = 'deferred' OR state = 'failed' OR state = 'unknown');
CREATE INDEX discoveryOpen ON discovery(line) WHERE discoveredAt IS NULL;
CREATE VIEW operationReport AS
SELECT
    line.number AS id,
    line.room AS room,
    line.oldVisitor AS oldVisitor,
    line.newVisitor AS newVisitor,
    line.number AS line,
    coalesce(CASE WHEN operation.state = 'pending' OR operation.state = 'sent'
    THEN iif(operation.mayHaveMoved, 'sent', 'pending') ELSE operation.state END, 'pending') AS state,
    CASE
    WHEN operation.reason IS NOT NULL THEN operation.reason
    WHEN operation.state IS NULL THEN 'not-sent-yet'
    WHEN CASE WHEN operation.state = 'pending' OR operation.state = 'sent'
    THEN iif(operation.mayHaveMoved, 'sent', 'pending') ELSE operation.state END = 'sent' THEN 'in-doubt'
    WHEN operation.state = 'pending' THEN iif(operation.waitsFor > 0, 'earlier-line-open', 'not-sent-yet')
END AS reason,
    operation.confirmedBy AS confirmedBy,
    coalesce(operation.attempts, 0) AS attempts,
    operation.httpStatus AS httpStatus,
    operation.foundVisitor AS foundVisitor,
    operation.wasOpen AS wasOpen,
    operation.settledAt AS settledAt
-- In file order, even where there is an index over the rooms.
FROM line NOT INDEXED LEFT JOIN operation ON operation.id = line.number
WHERE line.roomKey IS NOT NULL
UNION ALL
SELECT id, room, oldVisitor, newVisitor, line, CASE WHEN operation.state = 'pending' OR operation.state = 'sent'
    THEN iif(operation.mayHaveMoved, 'sent', 'pending') ELSE operation.state END, CASE
    WHEN operation.reason IS NOT NULL THEN operation.reason
    WHEN operation.state IS NULL THEN 'not-sent-yet'
    WHEN CASE WHEN operation.state = 'pending' OR operation.state = 'sent'
    THEN iif(operation.mayHaveMoved, 'sent', 'pending') ELSE operation.state END = 'sent' THEN 'in-doubt'
    WHEN operation.state = 'pending' THEN iif(operation.waitsFor > 0, 'earlier-line-open', 'not-sent-yet')
END, confirmedBy, attempts, httpStatus, foundVisitor,
    wasOpen, settledAt
FROM operation WHERE id >= 1099511627776;
CREATE VIEW lineReport AS
SELECT
    line.number AS line,
    line.oldVisitor AS oldVisitor,
    line.newVisitor AS newVisitor,
    line.room AS room,
    CASE
        WHEN line.disposition IS NOT NULL THEN line.disposition
        WHEN line.room <> '' THEN CASE coalesce(operation.state, 'pending') WHEN 'moved' THEN 'merged' WHEN 'sent' THEN 'pending' ELSE coalesce(operation.state, 'pending') END
        WHEN discovery.reason IN ('refused-on-the-way', 'refused-by-server', 'invalid-request') THEN 'refused'
        WHEN discovery.reason NOT IN ('discovery-incomplete', 'discovery-refused') THEN 'failed'
        WHEN discovery.discoveredAt IS NULL THEN 'pending'
        WHEN operation.id IS NULL THEN CASE
            WHEN discovery.visitorExists = 0 THEN 'refused'
            WHEN discovery.visitorExists = 1 OR EXISTS (SELECT 1 FROM sharedElsewhere WHERE sharedElsewhere.line = line.number) THEN 'no-rooms'
            ELSE 'pending'
        END
        ELSE CASE operation.state WHEN 'moved' THEN 'merged' WHEN 'sent' THEN 'pending' ELSE operation.state END
    END AS outcome,
    CASE
        WHEN line.reason IS NOT NULL THEN line.reason
        WHEN line.room <> '' OR operation.id IS NOT NULL THEN CASE
    WHEN operation.reason IS NOT NULL THEN operation.reason
    WHEN operation.state IS NULL THEN 'not-sent-yet'
    WHEN CASE WHEN operation.state = 'pending' OR operation.state = 'sent'
    THEN iif(operation.mayHaveMoved, 'sent', 'pending') ELSE operation.state END = 'sent' THEN 'in-doubt'
    WHEN operation.state = 'pending' THEN iif(operation.waitsFor > 0, 'earlier-line-open', 'not-sent-yet')
END
        WHEN discovery.discoveredAt IS NULL THEN coalesce(discovery.reason, 'not-discovered-yet')
        WHEN discovery.visitorExists = 0 THEN 'old-visitor-not-found'
        WHEN discovery.visitorExists IS NULL AND NOT EXISTS (SELECT 1 FROM sharedElsewhere WHERE sharedElsewhere.line = line.number) THEN 'old-visitor-not-asked-yet'
    END AS reason,
    CASE
        WHEN line.roomKey IS NOT NULL THEN 1
        WHEN discovery.line IS NOT NULL THEN (SELECT count(*) FROM (SELECT found.id FROM operation AS found WHERE found.line = line.number AND found.room IS NOT NULL
UNION ALL
SELECT sharedOperation.operation FROM sharedOperation WHERE sharedOperation.line = line.number))
        ELSE 0
    END AS operations,
    CASE
        WHEN line.roomKey IS NOT NULL THEN coalesce(operation.state = 'moved', 0)
        WHEN discovery.line IS NOT NULL THEN (
            SELECT count(*) FROM operation AS one WHERE one.state = 'moved' AND one.id IN (SELECT found.id FROM operation AS found WHERE found.line = line.number AND found.room IS NOT NULL
UNION ALL
SELECT sharedOperation.operation FROM sharedOperation WHERE sharedOperation.line = line.number))
        ELSE 0
    END AS moved,
    line.detail AS detail,
    line.text AS text,
    discovery.finalVisitor AS finalVisitor,
    line.repeats AS repeats,
    operation.foundVisitor AS foundVisitor
FROM line
    LEFT JOIN discovery ON discovery.line = iif(line.room = '', line.number, NULL)
    LEFT JOIN operation ON operation.id = CASE
        WHEN line.roomKey IS NOT NULL THEN line.number
        WHEN discovery.line IS NOT NULL THEN (
            SELECT one.id FROM operation AS one WHERE one.id IN (SELECT found.id FROM operation AS found WHERE found.line = line.number AND found.room IS NOT NULL
UNION ALL
SELECT sharedOperation.operation FROM sharedOperation WHERE sharedOperation.line = line.number)
            ORDER BY CASE one.state WHEN 'already' THEN 1 WHEN 'moved' THEN 2 WHEN 'deferred' THEN 3 WHEN 'failed' THEN 4 WHEN 'refused' THEN 5 WHEN 'conflict' THEN 6 WHEN 'unknown' THEN 7 WHEN 'pending' THEN 8 WHEN 'sent' THEN 9 ELSE 0 END DESC LIMIT 1)
        END;
CREATE INDEX lineByRoomKey ON line(roomKey) WHERE roomKey IS NOT NULL;
COMMIT;
