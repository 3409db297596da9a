import FoundationEssentials
import Glibc
import Migration
import Model
import RocketChat
import UnixSignals

/// What a run says of itself on standard error: a line that is rewritten on a terminal, a line now and then elsewhere.
struct ProgressLine<C: Clock>: Sendable where C.Duration == Duration {
    private let board: ProgressBoard
    private let turnstile: Turnstile<C>
    private let clock: C
    private let isTerminal: Bool

    /// Shows the progress for as long as `body` takes.
    static func shown<Value: Sendable>(
        _ isShown: Bool, _ board: ProgressBoard, _ turnstile: Turnstile<C>, _ clock: C,
        _ body: () async throws -> Value
    ) async throws -> Value {
        let line = ProgressLine(
            board: board, turnstile: turnstile, clock: clock, isTerminal: isatty(STDERR_FILENO) == 1)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            let start = clock.now
            group.addTask { await line.onRequest(since: start) }
            if isShown {
                group.addTask { await line.repeated() }
            }
            defer {
                group.cancelAll()
                if isShown {
                    line.clear()
                }
            }
            return try await body()
        }
    }

    private func repeated() async {
        var next = clock.now
        // On a terminal often enough to look alive; in a log a line every ten seconds.
        let interval: Duration = isTerminal ? .milliseconds(200) : .seconds(10)
        let start = next
        while !Task.isCancelled {
            next = next.advanced(by: interval)
            do {
                try await clock.sleep(until: next, tolerance: nil)
            } catch {
                return
            }
            show(after: start.duration(to: clock.now))
        }
    }

    /// SIGUSR1 asks for a line, whether progress is shown or not.
    private func onRequest(since start: C.Instant) async {
        for await _ in await UnixSignalsSequence(trapping: .sigusr1) {
            clear()
            Output.say(text(after: start.duration(to: clock.now)))
        }
    }

    private func show(after elapsed: Duration) {
        let text = text(after: elapsed)
        Output.write(isTerminal ? "\r\u{1B}[K\(text)" : text + "\n")
    }

    private func text(after elapsed: Duration) -> String {
        Self.text(board.snapshot, hold: turnstile.hold, isPaused: turnstile.isPaused, elapsed: elapsed)
    }

    private func clear() {
        guard isTerminal else { return }
        Output.write("\r\u{1B}[K")
    }

    static func text(
        _ snapshot: ProgressBoard.Snapshot, hold: Turnstile<C>.Hold?, isPaused: Bool = false, elapsed: Duration
    ) -> String {
        var parts = ["\(snapshot.done) of \(snapshot.planned) rooms"]
        if let reading = snapshot.reading {
            parts = ["reading \(reading.what): \(reading.done) of \(reading.total)"]
        } else if snapshot.planned > 0 {
            parts[0] += " (\(snapshot.done * 100 / snapshot.planned) %)"
        }
        for state in OperationState.allCases {
            if let count = snapshot.outcomes[state], count > 0 {
                parts.append("\(count) \(state.rawValue)")
            }
        }
        let seconds = elapsed.inSeconds
        let here = snapshot.done - snapshot.settledBefore
        if seconds >= 1, here > 0 {
            parts.append("\((Double(here) / seconds * 10).rounded() / 10)/s")
        }
        if snapshot.isDraining {
            parts.append("stopping, waiting for answers")
        } else if isPaused {
            parts.append("paused until visitor-merge pace JOURNAL resume")
        } else if let hold, hold.remaining > .seconds(1) {
            let seconds = Int(hold.remaining.inSeconds)
            switch hold.cause {
            case .window: parts.append("waiting \(seconds) s for the server's window (\(hold.route.rawValue))")
            case .outage: parts.append("the server does not answer, trying again in \(seconds) s")
            }
        }
        return parts.joined(separator: " · ")
    }
}
