import GRDB
package import Model

/// What a command asks of a journal before it works with it.
extension Journal {
    /// Refuses a journal of another mapping, another part of it, another server or another kind of job.
    package func require(
        kind: Job.Kind, server: String, mappingPath: String, digest: String, shard: Shard? = nil
    ) throws {
        let job = try require(kind: kind, mappingPath: mappingPath, digest: digest, shard: shard)
        if job.server != server {
            throw JournalError.otherServer(path: path, planned: job.server, given: server)
        }
    }

    /// Opens the way for a run that is asked for without a plan: refuses what ``require(kind:server:mappingPath:digest:shard:)``
    /// refuses, but takes another server for one that never answered, and lets the run deal with what a plan left alone.
    package func requireForRun(
        kind: Job.Kind, server: String, mappingPath: String, digest: String, shard: Shard?
    ) throws {
        try require(kind: kind, mappingPath: mappingPath, digest: digest, shard: shard)
        try write { database in
            try database.execute(
                sql: """
                    UPDATE job SET server = ? WHERE NOT EXISTS (SELECT 1 FROM attempt)
                        AND NOT EXISTS (SELECT 1 FROM run WHERE serverVersion IS NOT NULL)
                    """, arguments: [server])
            // The states are those of the index, so that nothing else is looked at.
            try database.execute(
                sql: """
                    UPDATE operation SET reason = NULL
                    WHERE \(Schema.isUnsettled) AND reason = 'not-in-plan'
                    """)
            let isMore = try Bool.fetchOne(
                database, sql: "SELECT changes() > 0 OR EXISTS (SELECT 1 FROM discovery WHERE discoveredAt IS NULL)")
            guard isMore == true else { return }
            // More than the plan is to be done now, so that it cannot be carried out with this journal any more.
            try database.execute(sql: "UPDATE job SET madeFrom = NULL")
        }
        try require(kind: kind, server: server, mappingPath: mappingPath, digest: digest, shard: shard)
    }

    /// Whether no operation of this job was applied, or may have been.
    package func hasMovedNothing() throws -> Bool {
        try read { database in
            try Bool.fetchOne(
                database,
                sql: """
                    SELECT NOT EXISTS (SELECT 1 FROM operation
                        WHERE state = 'moved' OR mayHaveMoved = 1)
                    """) ?? false
        }
    }

    @discardableResult
    private func require(kind: Job.Kind, mappingPath: String, digest: String, shard: Shard?) throws -> Job {
        let job = try job()
        if job.kind != kind {
            throw JournalError.otherKind(path: path, planned: job.kind, wanted: kind)
        }
        if job.mappingDigest != digest {
            throw JournalError.otherMapping(path: path, planned: job.mappingPath, given: mappingPath)
        }
        if job.shard != shard {
            throw JournalError.otherShard(path: path, planned: job.shard, given: shard)
        }
        return job
    }

    /// Refuses the journal of an audit where something that was really moved is wanted.
    package func requireMoves() throws {
        let kind = try job().kind
        guard kind != .audit else { throw JournalError.otherKind(path: path, planned: kind, wanted: .run) }
    }

    /// Remembers that an undo of this job was begun, and in which journal; durable when it returns.
    package func note(undoneBy path: String) throws {
        try write { try $0.execute(sql: "UPDATE job SET undoneBy = ?", arguments: [path]) }
    }
}
