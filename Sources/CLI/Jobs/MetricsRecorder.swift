import Journal
import Migration
import Model
import Report
import Synchronization

/// Writes the metrics of a command: when it begins, while it works, and however it ends.
struct MetricsRecorder: Sendable {
    let file: MetricsFile
    /// What the command does, in the word of its report.
    let mode: String
    private let since = CurrentProcess.now
    private let memory = Memory()

    /// A collector looks at a file about so often.
    static let interval = Duration.seconds(15)
    /// Reading what a journal adds up to may take a fiftieth of the time: the run waits for its journal meanwhile.
    private static let share = 50

    init(_ file: MetricsFile, mode: String) {
        self.file = file
        self.mode = mode
    }

    /// Does `work`, which tells how it ended when it returns; what it throws is told here.
    func record<Value>(_ work: () async throws -> Value) async throws -> Value {
        // A place where they cannot be written is better known before the first request than after the last.
        try file.check()
        do {
            return try await work()
        } catch {
            tell(error)
            throw error
        }
    }

    /// Tells that the command works, which is known when it has its lock.
    func begin() {
        tellGoing(nil, nil)
    }

    /// Tells how far the command is, until it is cancelled; `read` is what it has come to by now.
    func follow(
        _ board: ProgressBoard, clock: any MonotonicClock, now: @Sendable () -> Timestamp = { CurrentProcess.now },
        read: @escaping @Sendable () throws -> CommandMetrics? = { nil }
    ) async {
        var tallies: CommandMetrics?
        var due = clock.now
        while !Task.isCancelled {
            if clock.now >= due {
                let start = clock.now
                // Numbers that cannot be read now are those of before: a journal that is damaged ends the run itself.
                tallies = (try? await onOwnThread(read)) ?? tallies
                due = clock.now + max(Self.interval, start.duration(to: clock.now) * Self.share)
            }
            let snapshot = board.snapshot
            memory.note(snapshot, at: now())
            tellGoing(snapshot, tallies)
            do {
                try await clock.sleep(for: Self.interval)
            } catch {
                memory.note(board.snapshot, at: now())
            }
        }
    }

    private func tellGoing(_ board: ProgressBoard.Snapshot?, _ tallies: CommandMetrics?) {
        let steps = board.map { $0.reading.map { ($0.done, $0.total) } ?? ($0.done, $0.planned) }
        let metrics = InvocationMetrics(
            mode: mode, toolVersion: ToolVersion.current, startedAt: since, writtenAt: CurrentProcess.now,
            lastProgressAt: memory.lastProgress, steps: steps, tallies: tallies)
        do throws(MetricsFileError) {
            try file.write(metrics)
        } catch {
            guard memory.isFirstFailure() else { return }
            Output.warn("\(error) The job continues, and tries again every 15 seconds.")
        }
    }

    /// Tells what was done.
    ///
    /// - Returns: why that could not be written, although it could when the command began.
    func tell(_ status: ExitStatus, _ tallies: CommandMetrics?) -> MetricsFileError? {
        do throws(MetricsFileError) {
            try file.write(
                InvocationMetrics(
                    mode: mode, toolVersion: ToolVersion.current, startedAt: since, endedAt: CurrentProcess.now,
                    exitStatus: status.rawValue, lastProgressAt: memory.lastProgress, tallies: tallies))
            return nil
        } catch {
            return error
        }
    }

    /// Tells that a command could not begin, or could not go on.
    func tell(_ error: any Error) {
        // The file is about the run that has the lock.
        if case .locked? = (error as? JournalError)?.unnamed { return }
        // The status is that of the error, which is said after this.
        if let failure = tell(ExitStatus(for: error) ?? .internalError, nil) {
            Output.complain("\(failure)")
        }
    }
}

/// What a recorder remembers of the command while that works.
///
/// A class because what follows the command and what tells its end share it; all of its state is behind one lock.
private final class Memory: Sendable {
    private struct State {
        var seen: ProgressBoard.Snapshot?
        var lastProgress: Timestamp?
        var hasFailed = false
    }

    private let state = Mutex(State())

    var lastProgress: Timestamp? { state.withLock { $0.lastProgress } }

    /// Compares what was done with what was seen last.
    func note(_ board: ProgressBoard.Snapshot, at instant: Timestamp) {
        state.withLock { state in
            if let seen = state.seen, seen.done == board.done, seen.reading == board.reading { return }
            state.seen = board
            state.lastProgress = instant
        }
    }

    /// Whether nothing was said of a failure before.
    func isFirstFailure() -> Bool {
        state.withLock { state in
            defer { state.hasFailed = true }
            return !state.hasFailed
        }
    }
}

extension ExitStatus {
    /// The status to end with when the metrics could not be written, which is said: any other one says more than that.
    func after(_ failure: MetricsFileError?) -> ExitStatus {
        guard let failure else { return self }
        Output.complain("\(failure)")
        return self == .settled ? ExitStatus(for: failure) ?? self : self
    }
}
