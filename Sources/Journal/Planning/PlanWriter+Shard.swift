import GRDB
import Model

// What a journal for one part of a mapping leaves out.
extension PlanWriter {
    /// Drops the lines of the other parts, after the rules have looked at all of them; returns how many these are.
    ///
    /// Lines of one room are in one part, and so are the lines of one chain of visitors, with what repeats them. So are
    /// lines that are rejected because of one another: alone in the report of its part each would look valid. What stands
    /// for nothing to do is dealt out by its number. Nothing is dropped before, because a line may contradict one
    /// of another part.
    func drop(otherThan shard: Shard) throws -> Int {
        let isElsewhere = DatabaseFunction("isElsewhere", argumentCount: 1, pure: true) { values in
            switch values.first?.storage {
            case .int64(let key): !shard.holds(key)
            case .string(let text): !shard.holds(text.stableHash)
            default: nil
            }
        }
        database.add(function: isElsewhere)
        defer { database.remove(function: isElsewhere) }
        try database.execute(
            sql: """
                CREATE TEMP TABLE elsewhere (line INTEGER PRIMARY KEY);
                INSERT INTO elsewhere SELECT number FROM line WHERE roomKey IS NOT NULL AND isElsewhere(roomKey);
                INSERT INTO elsewhere SELECT edge.line FROM edge JOIN edge AS last ON last.line = edge.jump
                    WHERE edge.room = '' AND isElsewhere(last.oldVisitor);
                INSERT INTO elsewhere SELECT number FROM line
                    WHERE disposition IS NOT NULL AND repeats IS NULL
                        AND iif(reason IN ('conflict', 'cycle'), isElsewhere(room), isElsewhere(number));
                INSERT INTO elsewhere SELECT number FROM line WHERE repeats IN (SELECT line FROM elsewhere);
                """)
        return try dropElsewhere()
    }

    /// Drops the lines that the table `elsewhere` names, and the table; returns how many these are.
    func dropElsewhere() throws -> Int {
        try database.execute(
            sql: """
                DELETE FROM discovery WHERE line IN (SELECT line FROM elsewhere);
                INSERT OR IGNORE INTO namedElsewhere
                    SELECT DISTINCT room FROM line
                    WHERE roomKey IS NOT NULL AND number IN (SELECT line FROM elsewhere)
                        AND EXISTS (SELECT 1 FROM discovery)
                    ORDER BY room;
                DELETE FROM precedence WHERE operation IN (SELECT line FROM elsewhere);
                DELETE FROM operation WHERE id IN (SELECT line FROM elsewhere);
                DELETE FROM line WHERE number IN (SELECT line FROM elsewhere);
                """)
        let dropped = database.changesCount
        try database.execute(
            sql: """
                DROP TABLE elsewhere;
                """)
        return dropped
    }
}
