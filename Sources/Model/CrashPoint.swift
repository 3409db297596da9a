import Glibc
import Synchronization

/// A place at which a test may have the process killed, as if the power had failed there.
///
/// Compiled in for debug builds only; in a release build reaching one does nothing. A debug build is killed at the
/// point that `VISITOR_MERGE_CRASH_AT` names, such as `after-answer`, or `after-answer:7` for the seventh time.
package enum CrashPoint: String, CaseIterable, Sendable {
    /// The lines of the mapping are in the journal that is being planned, and no operations yet.
    case linesWritten = "lines-written"
    /// Operations are marked as sent in a transaction that is not committed.
    case beforeIntent = "before-intent"
    /// The intent is durable and nothing was sent.
    case afterIntent = "after-intent"
    /// A PUT left and its answer is not there.
    case afterSend = "after-send"
    /// A PUT was answered and nobody was told.
    case afterAnswer = "after-answer"
    /// Outcomes are in a transaction that is not committed.
    case beforeCommit = "before-commit"
    /// Outcomes are durable and not counted.
    case afterCommit = "after-commit"
    /// The new report is complete and does not have its name.
    case reportRename = "report-rename"

    /// Ends the process here if a test wants that.
    package func reach() {
        #if CRASH_POINTS
            guard let (point, count) = Self.wanted, point == self,
                Self.reached.withLock({ reached in
                    reached += 1
                    return reached == count
                })
            else { return }
            kill(getpid(), SIGKILL)
            while true { pause() }
        #endif
    }

    /// Whether a test wants the process to end here.
    package var isWanted: Bool {
        #if CRASH_POINTS
            Self.wanted?.point == self
        #else
            false
        #endif
    }

    #if CRASH_POINTS
        private static let reached = Mutex(0)

        private static let wanted: (point: CrashPoint, count: Int)? = {
            guard let text = unsafe getenv("VISITOR_MERGE_CRASH_AT") else { return nil }
            let parts = unsafe String(cString: text).split(separator: ":")
            guard let name = parts.first, let point = CrashPoint(rawValue: String(name)) else { return nil }
            return (point, parts.dropFirst().first.flatMap { Int($0) } ?? 1)
        }()
    #endif
}
