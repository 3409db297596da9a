import Journal
import Mapping
import Migration
import Model

extension PlanSource {
    /// Whether the audit in the journal at `path` is resumed: it did not finish, and it was asked for in the same way.
    ///
    /// `announce` is told that it is, or why an unfinished one is not. Blocks its thread while a mapping is read.
    ///
    /// - Throws: `JournalError` if what is at the path is no audit, `MappingError`.
    func resumesAudit(
        at path: String, server: String, openRooms: String, sample: SampleOptionGroup.Request?,
        announce: (String) -> Void,
        isAskedToStop: @escaping @Sendable () -> Bool
    ) throws -> Bool {
        // A pipe cannot be read twice: once to see whether it is the same, and once to plan it if not.
        if case .mapping(let source, _, _) = self, source.fileName == "-" { return false }
        guard Journal.exists(at: path) else { return false }
        let journal = try Journal(at: path, for: .read)
        let job = try journal.job()
        guard job.kind == .audit, try journal.isUnfinishedAudit() else { return false }
        let before = try journal.runs().last?.settings.openRooms ?? openRooms
        let difference: String? =
            if job.server != server {
                "it asked \(job.server.shown)"
            } else if before != openRooms {
                "it was made with --open-rooms \(before.shown)"
            } else if sample.map({ !$0.allows(job.sample) }) ?? (job.sample != nil) {
                "it was made with \(job.sample.map { "--sample \($0.size) --seed \($0.seed)" } ?? "no --sample")"
            } else {
                try difference(from: job, journal, isAskedToStop)
            }
        try journal.close()
        if let difference {
            announce("The unfinished audit \(path.shown) is not resumed, because \(difference). A new one begins.")
            return false
        }
        announce(
            "Resuming the audit that was begun at \(LocalTime.text(job.plannedAt)). To begin afresh, use --fresh.")
        return true
    }

    /// What the journal was planned from that is not what this command would plan.
    private func difference(
        from job: Job, _ journal: Journal, _ isAskedToStop: @escaping @Sendable () -> Bool
    ) throws -> String? {
        switch self {
        case .mapping(let source, let options, let shard):
            if job.shard != shard { return "it is for another part of the mapping" }
            if job.mappingOptions != options.description {
                return "the mapping is to be read in another way now (--format, --delimiter, --columns)"
            }
            let digest = try mappingDigest(of: source, isAskedToStop: isAskedToStop)
            return digest == job.mappingDigest ? nil : "the mapping has changed since"
        case .undo(let original, let part):
            let source = try Journal(at: original, for: .read)
            let isSame = try UndoPlan.digest(of: source, part: part) == job.mappingDigest
            return isSame ? nil : "it is about other moves of that job"
        case .audit: return "it is a plan to be carried out"
        }
    }
}
