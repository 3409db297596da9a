import Journal
import Mapping
import Migration
import Model
import Report

extension MergeJob {
    /// What the job came to in this invocation.
    struct End: Sendable {
        var reconciliation: Reconciliation
        /// Why this invocation ended early, or `nil`.
        var stop: Stop?
        /// Rooms that earlier invocations have moved.
        var movedBefore = 0
        /// What the reader noticed, when the mapping was planned just now.
        var notes: MappingNotes?
        /// The journal is not the file at its path any more: why it stopped says how to go on.
        var journalIsGone = false
        /// Others could read the journal until now.
        var wasExposed = false
        /// What the metrics need beyond the reconciliation, when somebody wants them.
        var tallies: JobMetrics?
        /// A limit in front of the server that was met.
        var limit: FoundLimit?
        /// Why the metrics could not be written, although they could when the job began.
        var metricsFailure: MetricsFileError?
    }
}

extension Stop {
    /// A run ends when its journal cannot be written: what it knows until then is still reported.
    ///
    /// `nil` for a fault of this program.
    init?(_ error: JournalError) {
        switch ExitStatus(for: error) {
        case .inputOutput where error.unnamed == .diskFull(path: error.path): self.init(.diskFull, "\(error)")
        case .inputOutput: self.init(.journalFailed, "\(error)")
        default: return nil
        }
    }
}
