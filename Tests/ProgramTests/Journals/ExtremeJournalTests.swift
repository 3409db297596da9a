import FoundationEssentials
import Sandbox
import TestSupport
import Testing

/// Journals come from elsewhere too: no number in one brings a command down.
@Suite(.timeLimit(.minutes(10))) struct ExtremeJournalTests {
    /// Says of each journal how a command ended, and how often its error names the journal.
    private static let trials = """
        for journal in "$@"; do
            "$PROGRAM" $COMMAND "$journal" > output 2> errors < /dev/null
            echo "$? $(grep -c "$journal" errors) $COMMAND $journal"
        done
        """

    /// Copies of the journal `j.db`, one for each number at its end and each column of numbers, and some with so many
    /// rows that what is possible in each of them is not possible for all together.
    private static let copies = """
        import shutil, sqlite3

        def open_copy(name):
            shutil.copy("j.db", name)
            copy = sqlite3.connect(name, isolation_level=None)
            copy.execute("PRAGMA ignore_check_constraints = 1")
            for trigger, in copy.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
                copy.execute(f"DROP TRIGGER {trigger}")
            print(name)
            return copy

        source = sqlite3.connect("j.db")
        tables = [name for name, in source.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'grdb%'")]
        columns = {table: source.execute(f"PRAGMA table_info({table})").fetchall() for table in tables}
        source.close()
        for table in tables:
            for _, column, kind, *_ in columns[table]:
                if kind != "INTEGER":
                    continue
                for end, value in (("most", 2 ** 63 - 1), ("least", -2 ** 63)):
                    copy = open_copy(f"{table}-{column}-{end}.db")
                    try:
                        copy.execute(f"UPDATE {table} SET {column} = {value}")
                    except sqlite3.IntegrityError:
                        # A key is there once.
                        copy.execute(f"UPDATE {table} SET {column} = {value} "
                                     f"WHERE rowid = (SELECT max(rowid) FROM {table})")
                    copy.close()

        for table, number, extra in (("run", "waitedMilliseconds", ""), ("operation", "attempts", "line")):
            copy = open_copy(f"many-{table}.db")
            others = [c[1] for c in columns[table] if c[1] not in ("id", number, extra)]
            names = ", ".join(["id", number] + others + ([extra] if extra else []))
            values = ", ".join(["i", str(2 ** 48)] + others + (["i"] if extra else []))
            copy.execute(f"WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 41000) "
                         f"INSERT INTO {table} ({names}) SELECT {values} FROM n, (SELECT * FROM {table} LIMIT 1)")
            copy.close()
        """

    private func withJournal(_ body: @Sendable (Workspace) async throws -> Void) async throws {
        try await Workspace.with(rooms: 6, open: [3]) { workspace in
            try workspace.folder.write(
                workspace.folder.text("mapping.csv") + ",old5,new\nroom1,old1,new\n,,new\n", as: "mapping.csv")
            let ended = try await workspace.program()(
                "run", "mapping.csv", "--journal", "j.db", "--report", "report", "--no-progress")
            #expect(ended.status == 2, "\(ended)")
            try await body(workspace)
        }
    }

    private static let commands = ["status --json", "report --report elsewhere", "verify", "undo --dry-run"]
    /// Each journal is tried with one of the commands; which one, this number decides.
    ///
    /// `EXTREME_SEED` repeats a choice.
    private static let seed =
        ProcessInfo.processInfo.environment["EXTREME_SEED"].flatMap { Int($0) } ?? .random(in: 0..<commands.count)

    @Test(arguments: commands.indices)
    func `No number in a journal brings a command down`(number: Int) async throws {
        let command = Self.commands[number]
        try await withJournal { workspace in
            let made = try await Program("/usr/bin/env", in: workspace.folder.path)("python3", "-c", Self.copies)
            #expect(made.status == 0 && made.lines.count > 80, "\(made)")
            let environment = workspace.login().merging(["PROGRAM": Program.path, "COMMAND": command]) { $1 }
            let journals = made.lines.indices.filter { ($0 + Self.seed) % Self.commands.count == number }
                .map { made.lines[$0] }
            let tried = try await Program("/bin/sh", in: workspace.folder.path, environment: environment).run(
                ["-c", Self.trials, "sh"] + journals
            ) { _ in }
            #expect(tried.lines.count == journals.count)
            for line in tried.lines {
                let words = line.split(separator: " ")
                // 70 is a report that does not balance, which is printed all the same.
                #expect(["0", "1", "2", "65", "70", "74"].contains(words[0]), "\(line), EXTREME_SEED=\(Self.seed)")
                #expect(
                    !["65", "74"].contains(words[0]) || words[1] != "0", "\(line), EXTREME_SEED=\(Self.seed)")
            }
        }
    }

    @Test func `A sum that no number holds is called damage`() async throws {
        try await withJournal { workspace in
            let made = try await Program("/usr/bin/env", in: workspace.folder.path)("python3", "-c", Self.copies)
            #expect(made.status == 0, "\(made)")
            for (journal, command) in [
                ("run-waitedMilliseconds-most.db", "status"), ("run-waitedMilliseconds-least.db", "report"),
                ("operation-attempts-most.db", "status"), ("operation-attempts-least.db", "report"),
                ("many-run.db", "status"), ("many-run.db", "report"),
            ] {
                let ended = try await workspace.program()(command, journal)
                ended.expectRefusal(74, naming: [journal, "it holds a number that cannot be"])
            }
            for command in ["status", "report", "verify"] {
                let ended = try await workspace.program()(command, "many-operation.db")
                ended.expectRefusal(74, naming: ["many-operation.db", "it holds operations of another job"])
            }
        }
    }

    @Test func `A forecast that no calendar holds is left out`() async throws {
        try await withJournal { workspace in
            // As if moves had been sent once in ten thousand years, and there were more of them than stars to come.
            let hold = """
                import fcntl, os, sqlite3, sys, time
                journal = sqlite3.connect("j.db", isolation_level=None)
                journal.execute("PRAGMA ignore_check_constraints = 1")
                for trigger, in journal.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
                    journal.execute(f"DROP TRIGGER {trigger}")
                journal.execute("UPDATE attempt SET sentAt = -62135596800000")
                journal.execute("UPDATE attempt SET sentAt = 253402300799999 WHERE id = (SELECT max(id) FROM attempt)")
                journal.close()
                lock = os.open("j.db.lock", os.O_RDWR | os.O_CREAT, 0o600)
                fcntl.flock(lock, fcntl.LOCK_EX)
                print(os.spawnv(os.P_WAIT, sys.argv[1], [sys.argv[1], "status", "j.db"]))
                """
            let ended = try await Program("/usr/bin/env", in: workspace.folder.path)(
                "python3", "-c", hold, Program.path)
            #expect(ended.status == 0 && ended.errors == "", "\(ended)")
            let status = try #require(ended.lines.last.flatMap { Int($0) })
            #expect(status >= 0, "a signal has a negative number: \(ended)")
            #expect(ended.output.contains("A run is going") && !ended.output.contains("so far"), "\(ended)")
        }
    }
}
