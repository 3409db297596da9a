import FoundationEssentials
import Journal
import Mapping
import Migration
import RocketChat

// What a job takes from, and leaves in, what it was made from.
extension MergeJob {
    /// Whether the journal of an earlier job of the same kind goes first: a rehearsal is never resumed, and an audit only
    /// where it was interrupted.
    func beginsAfresh(_ isAskedToStop: @escaping @Sendable () -> Bool) throws -> Bool {
        switch kind {
        case .run, .undo: false
        case .rehearsal: true
        case .audit:
            try isFresh
                || !plan.resumesAudit(
                    at: files.journal, server: address.description, openRooms: pace.journalled.openRooms,
                    sample: sample, announce: announce, isAskedToStop: isAskedToStop)
        }
    }

    /// Notes in the journal that the job was made from that it has begun, before anything is moved; `hasBegun` says
    /// whether an earlier run did that.
    func noteBeginning(hasBegun: Bool) throws {
        switch plan {
        case .undo(let path, _) where kind == .undo:
            // The command holds the lock of that journal too.
            let original = try Journal(at: path, for: .write, keepsWaiting: JournalPatience.keepsWaiting)
            defer { original.closeAfterError() }
            try original.note(undoneBy: URL(filePath: files.journal).standardizedFileURL.path)
            try original.close()
        case .audit(let path, let mapping, _, _):
            try JournalError.naming(path, .plan(mapping: mapping.name)) {
                let audit = try Journal(at: path, for: .annotate, keepsWaiting: JournalPatience.keepsWaiting)
                defer { audit.closeAfterError() }
                try audit.noteUsed(by: files.journal, at: CurrentProcess.now, hasBegun: hasBegun)
                try audit.close()
            }
        case .mapping, .undo:
            break
        }
    }
}
