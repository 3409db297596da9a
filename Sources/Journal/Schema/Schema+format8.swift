// What a later version changed: every operation has a row from planning on. Frozen: it depends on no type of the program.
extension Schema {
    static let format8 = """
        -- Until now a room line stood for its operation until that was first claimed.
        INSERT INTO operation (id, line)
            SELECT number, number FROM line
            WHERE roomKey IS NOT NULL AND NOT EXISTS (SELECT 1 FROM operation WHERE id = line.number)
            ORDER BY number;
        -- How many operations room lines have: those that are found later are numbered without a gap.
        ALTER TABLE job ADD COLUMN plannedRooms INTEGER NOT NULL DEFAULT 0 CHECK (plannedRooms >= 0);
        UPDATE job SET plannedRooms = (SELECT planned FROM frontier);
        DROP TABLE frontier;
        -- What the file of the mapping looked like to the file system; it is read again now.
        ALTER TABLE job DROP COLUMN mappingSeal;
        """
}
