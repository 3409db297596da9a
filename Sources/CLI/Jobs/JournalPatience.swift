import ServiceLifecycle

/// How long a job waits for another program that has locked its journal, such as a database browser with an open table.
enum JournalPatience {
    /// Tries of five seconds each: ten minutes, because a night's work is worth more than its journal's prompt use.
    private static let most = 120
    /// Half a minute once the job was asked to end.
    private static let mostAtEnd = 6

    /// Before a job has begun, nothing is lost when it ends at once.
    static func keepsWaiting(
        unless isAskedToStop: @escaping @Sendable () -> Bool
    ) -> @Sendable (_ tries: Int) -> Bool {
        { tries in !isAskedToStop() && keepsWaiting(tries: tries) && !isAskedToStop() }
    }

    @Sendable
    static func keepsWaiting(tries: Int) -> Bool {
        if tries == 1 {
            Output.warn(
                "Another program has locked the journal, such as a database browser: close it. The job waits up to ten "
                    + "minutes for it.")
        }
        return tries < (Task.isShuttingDownGracefully ? mostAtEnd : most)
    }
}
