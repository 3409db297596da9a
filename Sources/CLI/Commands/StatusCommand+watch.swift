import ArgumentParser
import Glibc
import Journal
import Model
import Report
import UnixSignals

// The status of a run that is going, again and again.
extension StatusCommand {
    /// How often the status is said; `nil` for once.
    func interval(_ settings: Settings) throws -> Duration? {
        let interval = try settings.optional(watch, "watch", expected: "a length of time such as 2s or 1m") {
            DurationOption(argument: $0)
        }
        guard let interval else { return nil }
        // Each look reads what the journal adds up to.
        return max(interval.duration, .milliseconds(200))
    }

    /// Says the status until the run has ended; what it came to is said after that.
    ///
    /// - Throws: `ExitCode` when a signal ends it.
    func watch(
        every interval: Duration, _ settings: Settings, clock: any MonotonicClock = ContinuousClock()
    ) async throws {
        let signal = try await withThrowingTaskGroup(of: Int32?.self) { group in
            group.addTask {
                for await signal in await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup) {
                    return 128 + signal.rawValue
                }
                return nil
            }
            defer { group.cancelAll() }
            defer { Output.erase() }
            let watched = self
            group.addTask {
                while try watched.showGoing(settings) { try await clock.sleep(for: interval) }
                return nil
            }
            return try await group.next() ?? nil
        }
        if let signal { throw ExitCode(signal) }
    }

    /// Says how far the run is.
    ///
    /// - Returns: whether to say it again: `false` if no run is going, or nobody listens.
    private func showGoing(_ settings: Settings) throws -> Bool {
        guard let holder = JournalLock.holder(ofJournalAt: journal) else { return false }
        let opened = try Journal.whole(at: journal)
        var reconciliation = try Reconciliation(of: opened)
        if output.json {
            reconciliation.isRunning = true
            try Output.result(jsonText(JSONReport(reconciliation), isOneLine: true))
        } else if let terminal = Terminal.ofStandardError, Output.takesDrawings {
            let text = text(reconciliation, holder, settings, isLogMissing: opened.isLogMissing)
            let rows = text.split(separator: "\n", omittingEmptySubsequences: false).map { String($0).shown }
            let size = terminal.size
            // The last column stays free: a row that fills it is broken by some terminals and not by others.
            Output.draw(rows.prefix(size.rows - 1).map { String($0.prefix(size.columns - 1)) })
        } else {
            try Output.result(Self.line(reconciliation))
        }
        return !Output.isReaderGone
    }

    /// The status in one line, for a log.
    private static func line(_ reconciliation: Reconciliation) -> String {
        let counts = OperationState.allCases.filter { $0 != .pending && $0 != .sent && reconciliation.count($0) > 0 }
            .map { "\($0.rawValue) \(reconciliation.count($0).grouped)" }
        let open = reconciliation.count(OperationState.pending) + reconciliation.count(OperationState.sent)
        let total = counted(reconciliation.balance.operations, "room")
        let pause = reconciliation.pause.map { _ in ["paused"] } ?? []
        let outlook = pause.isEmpty ? outlook(reconciliation).map { [$0] } ?? [] : pause
        return (["\(CurrentProcess.now.iso8601) \(open.grouped) of \(total) left"] + counts + outlook)
            .joined(separator: " · ")
    }
}
