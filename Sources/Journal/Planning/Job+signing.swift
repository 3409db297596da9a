import GRDB
import Model

extension Database {
    /// Writes what the journal is about.
    func sign(_ job: Job) throws {
        try execute(
            sql: """
                INSERT INTO job (id, kind, server, mappingPath, mappingDigest, mappingOptions, toolVersion, plannedAt,
                    lines, mappingLines, shard, shards, sample, sampleSeed, identity)
                VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, lower(hex(randomblob(16))))
                """,
            arguments: [
                job.kind.rawValue, job.server, job.mappingPath, job.mappingDigest, job.mappingOptions,
                job.toolVersion, job.plannedAt.milliseconds, job.lines, job.mappingLines, job.shard?.index,
                job.shard?.count,
                job.sample?.size.description, job.sample?.seed,
            ])
    }
}
