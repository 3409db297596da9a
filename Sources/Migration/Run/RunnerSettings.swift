/// How a run behaves.
package struct RunnerSettings: Sendable {
    /// Most operations in flight, 1 to 256.
    package var concurrency: Int
    package var openRooms: OpenRoomPolicy
    /// The run stops when more operations than that fail.
    package var maxFailures = FailureLimit.standard
    /// Most operations of which this run sends a PUT; `nil` for as many as there are.
    package var maxMoves: Int?
    package var retry: RetryPolicy
    /// Look at every room before it is moved, whatever the policy for open rooms.
    package var looksFirst: Bool
    /// How long requests in flight may still take once the run was asked to stop (TheRun, "Signals and time").
    package var drainLimit: Duration
    /// True if the journal is not the file at its path any more; asked after each commit.
    package var journalIsGone: @Sendable () -> Bool = { false }
    /// Draws where between its bounds a back-off lies, 0 to 1.
    package var jitter: @Sendable () -> Double

    package init(
        concurrency: Int = 8, openRooms: OpenRoomPolicy = .defer, retry: RetryPolicy = RetryPolicy(),
        looksFirst: Bool = false,
        drainLimit: Duration = .seconds(30), jitter: @escaping @Sendable () -> Double = { .random(in: 0...1) }
    ) {
        precondition((1...256).contains(concurrency), "Concurrency is 1 to 256")
        self.concurrency = concurrency
        self.openRooms = openRooms
        self.retry = retry
        self.looksFirst = looksFirst
        self.drainLimit = drainLimit
        self.jitter = jitter
    }
}
