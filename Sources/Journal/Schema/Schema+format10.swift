// What a later version added: rooms that were seen closed. Frozen: it depends on no type of the program.
extension Schema {
    static let format10 = """
        -- True if the job has read, in the list of all rooms or in the history of a visitor, that the conversation of the
        -- room is over.
        ALTER TABLE operation ADD COLUMN seenClosed INTEGER NOT NULL DEFAULT 0 CHECK (seenClosed = 0 OR seenClosed = 1);
        """
}
