import GRDB
import Model

/// The tables of a journal, as named migrations, and its views.
///
/// `line` is what the mapping says and never changes after planning. `operation` is what is to be done: that
/// of a room line has the line's number and leaves its ids to it. The view `operationReport` has them filled in. Times are milliseconds since 1970 in UTC.
///
/// A migration is literal SQL and never changes after its release. Views belong to the program: opening a journal
/// replaces those of another version.
enum Schema {
    /// Marks a SQLite file as a journal of ours: "VMJ1" in ASCII.
    static let applicationID = 0x564D_4A31

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("plan, run and report") { database in
            try database.execute(sql: format1)
            try database.execute(sql: "PRAGMA application_id = \(applicationID)")
        }
        migrator.registerMigration("seal of the mapping, undo") { try $0.execute(sql: format2) }
        migrator.registerMigration("unsettled operations, quicker to write") { try $0.execute(sql: format3) }
        migrator.registerMigration("doubt, visitors that do not exist, text of rejected lines") { database in
            // Planning creates this index where there are visitor lines; it goes with the table that it is on.
            let hasIndexForDiscovery = try Bool.fetchOne(
                database, sql: "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'lineByRoomKey')")
            try database.execute(sql: format4)
            if hasIndexForDiscovery == true {
                try database.execute(sql: indexForDiscovery)
            }
        }
        migrator.registerMigration("intents apart from claims") { try $0.execute(sql: format5) }
        migrator.registerMigration("readings that can be resumed") { try $0.execute(sql: format6) }
        migrator.registerMigration("random samples") { try $0.execute(sql: format7) }
        migrator.registerMigration("every operation has a row") { try $0.execute(sql: format8) }
        migrator.registerMigration("calls and what was expected") { try $0.execute(sql: format9) }
        migrator.registerMigration("rooms seen closed") { try $0.execute(sql: format10) }
        return migrator
    }

    /// Brings a journal to the present format, with the views of this version.
    static func upgrade(_ file: DatabaseQueue) throws {
        try migrator.migrate(file)
        try file.write { try createViews(in: $0) }
    }

    /// What a run may have to come back to, as SQL; a condition that an index needs word for word.
    static let isUnsettled = "(state = 'sent' OR state = 'deferred' OR state = 'failed' OR state = 'unknown')"

    /// What an audit leaves deferred: it is through with that, as SQL.
    static let isForetold = "(state = 'deferred' AND EXISTS (SELECT 1 FROM job WHERE kind = 'audit'))"

    /// How many operations of earlier lines an operation still waits for: what its `waitsFor` has to be.
    static let openEarlierOperations = """
        (SELECT count(*) FROM precedence JOIN operation AS earlier ON earlier.id = precedence.earlier
        WHERE precedence.operation = operation.id AND earlier.state NOT IN ('moved', 'already', 'conflict', 'refused'))
        """

    /// Operations of discovered rooms are numbered from here, those of room lines like their lines.
    static let firstDiscovered: Int64 = 1 << 40

    /// Only discovery asks which line names a room, so a mapping without visitor lines does not pay for the answer.
    static let indexForDiscovery = """
        CREATE INDEX lineByRoomKey ON line(roomKey) WHERE roomKey IS NOT NULL;
        """
}
