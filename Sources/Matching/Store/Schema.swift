/// The tables of a working file: what was read, and what was found in it.
enum Schema {
    /// Marks a SQLite file as ours: "VMS1" in ASCII.
    static let applicationID = 0x564D_5331

    /// Counts up with the tables, and with the forms in which evidence is compared.
    static let format = 3

    static let tables = """
        CREATE TABLE job (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            source TEXT NOT NULL,
            settings TEXT NOT NULL,
            nextOffset INTEGER NOT NULL DEFAULT 0,
            total INTEGER NOT NULL DEFAULT 0,
            isRead INTEGER NOT NULL DEFAULT 0,
            visitors INTEGER NOT NULL DEFAULT 0,
            withEvidence INTEGER NOT NULL DEFAULT 0,
            -- How far the list of all rooms was counted; NULL before and after.
            roomOffset INTEGER,
            -- The digest of the mapping that is about to get its name, or has it, and the command that wrote it.
            published TEXT
        ) STRICT;
        CREATE TABLE visitor (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL,
            -- Differs from process to process: good for finding equal ids in one go, and nothing else.
            idHash INTEGER NOT NULL,
            name TEXT,
            lastChat INTEGER,
            -- When the record was made, or its place in a list sorted by that.
            age INTEGER,
            rooms INTEGER,
            flaw TEXT,
            -- The fields that hold something that cannot be read, as bits.
            unreadable INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE evidence (kind INTEGER NOT NULL, value TEXT NOT NULL, visitor INTEGER NOT NULL) STRICT;
        -- Whom decisions name, whether or not they were read.
        CREATE TABLE decided (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            visitor INTEGER,
            -- True if the visitor is the one into whom a run has merged it.
            isMoved INTEGER NOT NULL DEFAULT 0,
            -- To whom the newest decisions send it.
            target INTEGER
        ) STRICT;
        CREATE TABLE decision (
            line INTEGER PRIMARY KEY,
            isMerge INTEGER NOT NULL,
            old INTEGER NOT NULL REFERENCES decided(number),
            new INTEGER NOT NULL REFERENCES decided(number),
            decidedAt TEXT NOT NULL,
            -- When it was decided; NULL if that cannot be read.
            instant INTEGER
        ) STRICT;
        -- The visitor that the server finds first for a value; NULL if it finds none.
        CREATE TABLE firstMatch (
            kind INTEGER NOT NULL, value TEXT NOT NULL, visitor TEXT, PRIMARY KEY (kind, value)
        ) STRICT, WITHOUT ROWID;
        -- The merges that runs have made, as their journals tell.
        CREATE TABLE made (old TEXT NOT NULL, new TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
        PRAGMA application_id = \(applicationID);
        PRAGMA user_version = \(format);
        """

    /// The rooms on the pages of the list of all rooms that were counted.
    static let listedRoom = "CREATE TABLE listedRoom (room TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;"

    /// For a server's pages, whose visitors are looked up one after another; an export needs it only if it repeats some.
    static let visitorIndex = "CREATE INDEX visitorByID ON visitor(id)"

    /// For decisions and merges, which name visitors by their ids.
    static let visitorIndexIfMissing = "CREATE INDEX IF NOT EXISTS visitorByID ON visitor(id);"

    /// For the pairs of visitors that share a value.
    static let linkByShared = "CREATE INDEX IF NOT EXISTS linkByShared ON link(shared);"

    static let groupTables = """
        DROP TABLE IF EXISTS merged;
        DROP TABLE IF EXISTS course;
        DROP TABLE IF EXISTS shared;
        DROP TABLE IF EXISTS link;
        DROP TABLE IF EXISTS member;
        DROP TABLE IF EXISTS cluster;
        CREATE TABLE shared (
            id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, value TEXT NOT NULL, visitors INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE link (
            visitor INTEGER NOT NULL, shared INTEGER NOT NULL, PRIMARY KEY (visitor, shared)
        ) STRICT, WITHOUT ROWID;
        -- A cluster is called by the number of its first visitor.
        CREATE TABLE member (
            cluster INTEGER NOT NULL, visitor INTEGER NOT NULL, PRIMARY KEY (cluster, visitor)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE cluster (number INTEGER PRIMARY KEY, size INTEGER NOT NULL) STRICT;
        -- Merges that runs have made, as far as both visitors are there.
        CREATE TABLE merged (
            old INTEGER NOT NULL, new INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (old, new)
        ) STRICT, WITHOUT ROWID;
        -- Where visitors go, or have gone, by what was decided and done earlier.
        CREATE TABLE course (
            visitor INTEGER PRIMARY KEY,
            target INTEGER,
            isDecided INTEGER NOT NULL,
            -- When its rooms went to the target; NULL if they did not.
            mergedAt INTEGER,
            -- True if no conversation began there since: nothing is left to be merged.
            isSettled INTEGER NOT NULL
        ) STRICT;
        """
}
