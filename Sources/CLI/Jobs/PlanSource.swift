import Journal
import Mapping
import Migration
import Model

/// What the operations of a job come from.
enum PlanSource: Sendable {
    case mapping(MappingSource, MappingOptions, Shard?)
    /// What an audit of the same mapping, or of the same part of it, found movable; no older than `maxAge`.
    case audit(String, mapping: MappingSource, Shard?, maxAge: Duration)
    /// What the journal at a path has moved, the other way round; of a part of its operations, or of all.
    case undo(String, part: Set<Int64>? = nil)

    /// Refuses a file that is not there.
    func requireInput() throws {
        switch self {
        case .mapping(let source, _, _):
            try source.requireFile()
        case .audit(let plan, let source, _, _):
            try source.requireFile()
            guard Journal.exists(at: plan) else {
                throw JournalError.missing(path: plan).named(.plan(mapping: source.name))
            }
        case .undo:
            // The command has opened the journal already.
            break
        }
    }

    /// Makes the journal, or checks that the one that is there belongs to this job; `announce` gets what is worth a line.
    ///
    /// Blocks its thread, also while it waits for a pipe; `isAskedToStop` is asked meanwhile.
    ///
    /// - Returns: what the reader of the mapping noticed, if it was read.
    func prepare(
        _ path: String, kind: Job.Kind, server: String, at instant: Timestamp, sample: Sample? = nil,
        announce: (String) -> Void,
        isAskedToStop: @escaping @Sendable () -> Bool
    ) throws -> MappingNotes? {
        let isThere = Journal.exists(at: path)
        if kind == .run || kind == .undo {
            try Journal.requireNothingSaved(of: path)
            if !isThere { try Self.keepLog(of: path) }
        }
        switch self {
        case .mapping(let source, let options, let shard):
            if isThere {
                let journal = try Journal(
                    at: path, for: .write, keepsWaiting: JournalPatience.keepsWaiting(unless: isAskedToStop))
                defer { journal.closeAfterError() }
                Output.warn(ofLogOf: journal)
                // Before what the journal says of its job is compared with anything.
                try journal.requireLines()
                let job = try journal.job()
                let digest = try mappingDigest(of: source, isAskedToStop: isAskedToStop)
                // What was found on another server is of no use here; a pipe cannot be read a second time.
                let isPlannedAgain = try source.fileName != "-" && job.server != server && journal.hasMovedNothing()
                try journal.requireForRun(
                    kind: kind, server: isPlannedAgain ? job.server : server, mappingPath: source.name,
                    digest: digest, shard: shard)
                try journal.requireNotUndone()
                try journal.close()
                guard isPlannedAgain else { return nil }
                announce(
                    "Nothing was moved on \(job.server) with the journal \(path): it is planned again for \(server).")
                try Journal.clear(path, of: kind)
            }
            var job = Job(
                kind: kind, server: server, mappingPath: source.fileName, toolVersion: ToolVersion.current,
                plannedAt: instant, shard: shard)
            job.mappingOptions = options.description
            job.sample = sample
            let reader = try MappingReader(source, options: options, isAskedToStop: isAskedToStop)
            return try Planner.plan(reader, for: job, at: path, isAskedToStop: isAskedToStop)
        case .audit(let plan, let source, let shard, let maxAge):
            return try JournalError.naming(plan, .plan(mapping: source.name)) {
                let audit = try Journal(
                    at: plan, for: .annotate, keepsWaiting: JournalPatience.keepsWaiting(unless: isAskedToStop))
                defer { audit.closeAfterError() }
                try audit.requireLines()
                let digest = try mappingDigest(of: source, isAskedToStop: isAskedToStop)
                try audit.require(
                    kind: .audit, server: server, mappingPath: source.name, digest: digest, shard: shard)
                if isThere {
                    try Self.require(path, kind, server, source.name, digest, shard)
                }
                let oldestLook = try audit.carryOver(
                    to: path, at: instant, maxAge: maxAge, toolVersion: ToolVersion.current, isThere: isThere)
                if let oldestLook, oldestLook > maxAge {
                    announce("The audit ended in time, but its oldest look at a room is \(oldestLook.inWords) old.")
                }
                try audit.close()
                return nil
            }
        case .undo(let original, let part):
            let source = try Journal(at: original, for: .read)
            try source.requireMoves()
            // An undo that grows is about all moves of the job; one that only looks is about its part.
            let digest = try UndoPlan.digest(of: source, part: kind == .undo ? nil : part)
            if isThere {
                try Self.require(path, kind, server, original, digest, nil)
                let undo = try Journal(at: path, for: .read)
                if let by = try undo.job().undoneBy { throw JournalError.undone(path: path, by: by) }
                try undo.close()
                if kind == .undo { try Self.extend(path, of: source, by: part, unless: isAskedToStop) }
            } else {
                try source.requireLines()
                try UndoPlan.make(
                    from: source, part: part, digest: digest, kind: kind, server: server, at: path, instant: instant,
                    toolVersion: ToolVersion.current)
            }
            try source.close()
            return nil
        }
    }

    /// Lets the journal of an undo take up what is asked for now, and says what that does not change.
    private static func extend(
        _ path: String, of original: Journal, by part: Set<Int64>?, unless isAskedToStop: @escaping @Sendable () -> Bool
    ) throws {
        let undo = try Journal(
            at: path, for: .write, keepsWaiting: JournalPatience.keepsWaiting(unless: isAskedToStop))
        defer { undo.closeAfterError() }
        guard try part != nil || !undo.isUndoOfEverything(in: original) else { return }
        let growth = try undo.extendUndo(of: original, by: part)
        if part != nil {
            for room in growth.isBack {
                Output.remark("Undone before, and left alone now: room \(room.shown).")
            }
            let more = growth.backCount - growth.isBack.count
            if more > 0 { Output.remark("Undone before, and left alone now: \(counted(more, "more room")).") }
        }
        if growth.inDoubt > 0 {
            Output.remark(
                "\(counted(growth.inDoubt, "room")) that this undo has sent without an answer before "
                    + "\(growth.inDoubt == 1 ? "is" : "are") settled too.")
        }
        try undo.close()
    }

    private static func keepLog(of path: String) throws {
        guard let log = try Journal.setAsideLog(of: path) else { return }
        Output.warn(
            "There was a log without its journal: \(path)-wal, kept as \(log). If \(path) can be restored, put both back "
                + "instead: rooms that it moved count as moved before in the new journal, and undo leaves them.")
    }

    private static func require(
        _ path: String, _ kind: Job.Kind, _ server: String, _ name: String, _ digest: String, _ shard: Shard?
    ) throws {
        let journal = try Journal(at: path, for: .read)
        try journal.requireLines()
        try journal.require(kind: kind, server: server, mappingPath: name, digest: digest, shard: shard)
        if kind == .run { try journal.requireNotUndone() }
        try journal.close()
    }
}
