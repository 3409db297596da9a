import Migration
import Model
import UnixSignals

/// What a job says of itself on standard error while it works: a block that is redrawn on a terminal, a line now and
/// then elsewhere.
struct LiveProgress: Sendable {
    /// Redrawn so often at most; a new size of the terminal is seen by then.
    private static var frame: Duration { .milliseconds(100) }

    private let source: ProgressSource
    private let clock: any MonotonicClock
    private let terminal: Terminal?

    /// Shows the progress for as long as `body` takes.
    static func shown<Value: Sendable>(
        _ isShown: Bool, _ board: ProgressBoard, _ limiter: RateLimiter, _ clock: any MonotonicClock,
        of subject: ProgressSubject = .reading, watching watch: JournalWatch? = nil,
        recording recorder: CallRecorder? = nil, metrics: MetricsRecorder? = nil, _ body: () async throws -> Value
    ) async throws -> Value {
        let progress = LiveProgress(
            source: ProgressSource(subject, board, limiter, clock), clock: clock,
            terminal: Output.takesDrawings ? .ofStandardError : nil)
        // Only when the last frame is drawn.
        defer { Output.erase() }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await progress.tellOnRequest() }
            if let watch {
                group.addTask { await watch.follow() }
            }
            if let recorder {
                group.addTask { await recorder.follow() }
            }
            if let metrics {
                group.addTask { await metrics.follow(board, clock: clock) }
            }
            if isShown {
                group.addTask { await progress.follow() }
            }
            defer { group.cancelAll() }
            return try await body()
        }
    }

    private func follow() async {
        if let terminal {
            await draw(on: terminal)
        } else {
            await tell()
        }
    }

    private func draw(on terminal: Terminal) async {
        // Nothing is left behind where a shell goes on when the user stops the process.
        TerminalStop.eraseFirst()
        defer { TerminalStop.likeOthers() }
        while await slept(Self.frame) {
            let state = source.state(at: CurrentProcess.now)
            guard terminal.isInForeground else {
                Output.leave()
                continue
            }
            let size = terminal.size
            let frame = ProgressFrame(state, clock: .here, glyphs: terminal.hasUnicode ? .blocks : .ascii)
            // The last column stays free: a row that fills it is broken by some terminals and not by others.
            let rows = frame.rows(width: size.columns - 1, height: size.rows - 1)
            Output.draw(rows.map { row in row.map(terminal.hasColours ? \.coloured : \.text).joined() })
        }
    }

    private func tell() async {
        let start = clock.now
        while await slept(ProgressText.interval(after: start.duration(to: clock.now))) {
            Output.say(ProgressText.line(source.state(at: CurrentProcess.now), clock: .utc))
        }
    }

    /// SIGUSR1 asks for a line, whether progress is shown or not.
    private func tellOnRequest() async {
        _ = source.state(at: CurrentProcess.now)
        for await _ in await UnixSignalsSequence(trapping: .sigusr1) {
            let clock = terminal == nil ? LocalClock.utc : .here
            Output.say(ProgressText.line(source.state(at: CurrentProcess.now), clock: clock))
        }
    }

    /// Whether the time has passed: `false` when there is nothing more to show.
    private func slept(_ length: Duration) async -> Bool {
        do {
            try await clock.sleep(for: length)
            return true
        } catch {
            return false
        }
    }
}
