import ArgumentParser
import Glibc
import Journal
import Model
import Report

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Where a journal stands; works while a run is going.",
        discussion: """
            Example:
              visitor-merge status mapping.csv.journal.db
              visitor-merge status mapping.csv.journal.db --watch

            The exit status is that of the job: 0 everything is settled, 1 some lines need a person, 2 not finished.
            """)

    @Argument(help: "The journal of a run.")
    var journal: String

    @Option(
        help: """
            Say it again every T, such as 10s, until the run has ended; every 2 seconds without T. On a terminal it is \
            drawn in one place. [VISITOR_MERGE_WATCH]
            """, transform: DurationOption.parse)
    var watch: DurationOption?

    @OptionGroup var config: ConfigOptionGroup
    @OptionGroup(title: "Output") var output: OutputOptionGroup

    mutating func run() async throws {
        let settings = try config.settings()
        try output.complete(from: settings)
        if let interval = try interval(settings) { try await watch(every: interval, settings) }
        let opened = try Journal.whole(at: journal)
        Output.warn(ofLogOf: opened)
        // A run may begin or end at any moment: one that was going before is in what is read.
        let before = JournalLock.holder(ofJournalAt: journal)
        var reconciliation = try Reconciliation(of: opened)
        let holder = before ?? JournalLock.holder(ofJournalAt: journal)
        let status = ExitStatus(reconciliation, stop: nil)
        if status == .internalError { try opened.requireSound() }
        reconciliation.isRunning = holder != nil && output.json
        if output.json {
            try Output.result(String(decoding: JSONReport(reconciliation).encoded().dropLast(), as: UTF8.self))
        } else if !(output.quiet && status == .settled) {
            try Output.result(text(reconciliation, holder, settings, isLogMissing: opened.isLogMissing))
        }
        try status.end()
    }

    func text(
        _ reconciliation: Reconciliation, _ holder: String?, _ settings: Settings, isLogMissing: Bool
    ) -> String {
        let job = reconciliation.job
        let mapping = job.mappingPath == "-" ? "standard input" : job.mappingPath.shown
        let (name, server) = (journal.shown, job.server.shown)
        var text = ["\(name): \(mapping) on \(server), planned \(Self.instant(job.plannedAt))"]
        if let holder {
            let isSeen = isatty(STDOUT_FILENO) == 1
            let who = isSeen ? LocalClock.here.holder(holder, on: CurrentProcess.now) : holder
            text.append("A run is going: \(who.shown)")
            if let pause = reconciliation.pause {
                text.append(
                    "Paused by \(pause.askedBy.shown) since \(Self.instant(pause.askedAt)); go on with: "
                        + "visitor-merge pace \(journal.fileForShell) resume")
            } else if let sentence = Self.outlook(reconciliation) {
                text.append(sentence)
            }
        } else if let run = reconciliation.runs.last {
            let end = run.endedAt.map { "ended \(Self.instant($0))" } ?? "was killed before its end"
            text.append("The last run \(end)")
        } else {
            text.append("No run yet")
        }
        // Without its log a copy does not know what is next, as the warning says.
        let next =
            holder == nil && !isLogMissing
            ? NextSteps(journal: journal, of: job, after: reconciliation.runs.last, settings) : NextSteps()
        text.append("\(Summary(reconciliation, reportPath: nil, next: next))")
        return text.joined(separator: "\n")
    }

    /// How fast a run that is going has been so far, and how long it still takes at that; `nil` before it can be told.
    static func outlook(_ reconciliation: Reconciliation) -> String? {
        let open = reconciliation.count(OperationState.pending) + reconciliation.count(OperationState.sent)
        guard let rate = reconciliation.achievedPerSecond, rate > 0, open > 0 else { return nil }
        let seconds = Double(open) / rate
        guard seconds <= Duration.longestEstimate.inSeconds else { return nil }
        let left = Duration.seconds(seconds)
        let (number, unit) = rate < 1 ? (rate * 60, "minute") : (rate, "second")
        let tenths = Int((number * 10).rounded())
        let end = Timestamp(milliseconds: CurrentProcess.now.milliseconds + Int64(left.inMilliseconds))
        return "\((tenths / 10).grouped).\(tenths % 10) moves a \(unit) so far: \(counted(open, "room")) left "
            + "\(verb(open, "take")) about \(left.inWords), until \(instant(end))"
    }

    /// On a terminal as the clock on the wall has it; in UTC where it is kept.
    static func instant(_ instant: Timestamp) -> String {
        guard isatty(STDOUT_FILENO) == 1 else { return instant.iso8601 }
        return LocalClock.here.time(instant, withSeconds: true, on: CurrentProcess.now)
    }
}
