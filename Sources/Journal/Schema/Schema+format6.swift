// What a later version added: a reading that can be resumed. Frozen: it depends on no type of the program.
extension Schema {
    static let format6 = """
        -- How the mapping was to be read: format, delimiter and columns as they were given; NULL in a journal of an
        -- earlier version.
        ALTER TABLE job ADD COLUMN mappingOptions TEXT;

        \(survey)
        """

    /// A record of a verification has the same tables.
    static let survey = """
        -- How a job that only reads finds out about rooms, and how far it has read the list of all rooms.
        CREATE TABLE survey (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            way TEXT NOT NULL CHECK (way = 'list' OR way = 'one-by-one'),
            -- Where the next page begins, and how many rooms the server said that there are, with the last page.
            nextOffset INTEGER NOT NULL DEFAULT 0 CHECK (nextOffset >= 0),
            total INTEGER NOT NULL DEFAULT 0,
            -- When the last page was read; NULL while there are more.
            completedAt INTEGER
        ) STRICT;
        CREATE TABLE surveyedRoom (
            id TEXT PRIMARY KEY,
            visitor TEXT,
            isOpen INTEGER NOT NULL CHECK (isOpen IN (0, 1)),
            createdAt INTEGER,
            readAt INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX surveyedRoomByVisitor ON surveyedRoom(visitor, createdAt, id);
        """
}
