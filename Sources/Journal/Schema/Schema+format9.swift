// What a later version added: calls on each endpoint, beside what was expected. Frozen: it depends on no type of the
// program.
extension Schema {
    static let format9 = calls

    /// A record of a verification has the same tables.
    static let calls = """
        -- The requests of a run on each endpoint of the server.
        CREATE TABLE IF NOT EXISTS call (
            run INTEGER NOT NULL,
            endpoint TEXT NOT NULL,
            made INTEGER NOT NULL CHECK (made >= 0),
            -- Those of them that the server refused because there were too many.
            refused INTEGER NOT NULL CHECK (refused >= 0),
            -- How long requests waited for the server's window.
            waitedMilliseconds INTEGER NOT NULL CHECK (waitedMilliseconds >= 0),
            PRIMARY KEY (run, endpoint)
        ) STRICT, WITHOUT ROWID;
        -- How many requests were expected before each step of the work: of this job, and of the run and the verification
        -- that may follow an audit. What is expected first stands, also when the job is resumed.
        CREATE TABLE IF NOT EXISTS callEstimate (
            job TEXT NOT NULL CHECK (job = 'this' OR job = 'run' OR job = 'verify'),
            step TEXT NOT NULL,
            endpoint TEXT NOT NULL,
            calls INTEGER NOT NULL CHECK (calls >= 0),
            PRIMARY KEY (job, step, endpoint)
        ) STRICT, WITHOUT ROWID;
        """
}
