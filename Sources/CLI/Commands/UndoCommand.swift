import ArgumentParser
import FoundationEssentials
import Journal
import Migration
import Model
import Report

struct UndoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "undo",
        abstract: "Move back what a journal moved.",
        discussion: """
            Example:
              visitor-merge undo mapping.csv.journal.db --dry-run
              visitor-merge undo mapping.csv.journal.db
              visitor-merge undo mapping.csv.journal.db --room Rm9xT2bQe7LkVdP4s

            Only what that journal itself moved goes back, never a room that was with the new visitor before. Every room \
            is looked at first: one that somebody else has moved since is left where it is and reported. The undo has a \
            journal and a report of its own, and goes on after a kill like a run. A part of it is undone with --room, \
            --visitor, --line and --only; the rest may follow with the same undo journal.
            """)

    @Argument(help: "The journal of a run.")
    var journal: String

    @OptionGroup var partOptions: UndoPartOptionGroup

    @Option(help: "The journal of the undo; beside that of the run unless told.")
    var undoJournal: String?

    @Option(help: "The directory of the report; beside the journal unless told.")
    var report: String?

    @Flag(
        inversion: .prefixedNo, exclusivity: .chooseLast,
        help: "Only look: what would be moved back, and what would not.")
    var dryRun: Bool?

    @Flag(
        inversion: .prefixedNo, exclusivity: .chooseLast,
        help: "Restore the records that consolidate wrote, instead of moving rooms back.")
    var contacts: Bool?

    @OptionGroup var fresh: FreshOptionGroup
    @OptionGroup(title: "Server") var server: ServerOptionGroup
    @OptionGroup(title: "Pace") var pace: PaceOptionGroup
    @OptionGroup(title: "Pace") var moveLimit: MoveLimitOptionGroup
    @OptionGroup var confirmation: ConfirmationOptionGroup
    @OptionGroup(title: "Pace") var giveUp: GiveUpOptionGroup
    @OptionGroup(title: "Pace") var wait: WaitOptionGroup
    @OptionGroup var config: ConfigOptionGroup
    @OptionGroup(title: "Output") var output: OutputOptionGroup
    @OptionGroup(title: "Output") var metrics: MetricsOptionGroup
    @OptionGroup(title: "Output") var ending: EndOptionGroup

    mutating func run() async throws {
        let settings = try config.settings()
        try output.complete(from: settings)
        let dryRun = try settings.flag(dryRun, "dry-run")
        if try settings.flag(contacts, "contacts") {
            try await restoreContacts(isDry: dryRun, settings)
            return
        }
        let isFresh = try fresh.resolved(settings, isDry: dryRun)
        let maxMoves = try moveLimit.resolved(settings, isDry: dryRun)
        let patience = try wait.resolved(settings)
        if !dryRun { try await waitForRun(patience, settings) }
        // A journal that cannot be undone is told before a server that nobody named.
        try Journal.whole(at: journal).requireMoves()
        let base = journal.hasSuffix(".journal.db") ? String(journal.dropLast(".journal.db".count)) : journal
        let ending = dryRun ? ".undo-audit" : ".undo"
        let files = JobFiles(
            journal: undoJournal ?? (dryRun ? nil : settings.option("undo-journal")) ?? base + ending + ".db",
            report: report ?? (dryRun ? nil : settings.option("report")) ?? base + ending + "-report")
        if URL(filePath: files.journal).standardizedFileURL == URL(filePath: journal).standardizedFileURL {
            throw ValidationError(
                "--undo-journal names the journal that is to be undone, which stays as it is. Name another file for the "
                    + "undo, or leave the option out.")
        }
        let part = try part(files, settings, isDry: dryRun)
        var job = try ServerJob(server: server, pace: pace, output: output, metrics: metrics, wait: wait).job(
            dryRun ? .audit : .undo, .undo(journal, part: part), files, settings)
        job.pace.runner.looksFirst = true
        job.pace.runner.maxMoves = maxMoves
        job.isFresh = isFresh
        job.giveUpOpen = try giveUp.resolved(settings)
        job.asks = try confirmation.asks(settings, isDry: dryRun)
        let leftAlone = part == nil ? try sentences() : []
        let undo = job
        let journal = journal
        let end = try await withGracefulSignals(logger: undo.logger, until: undo.pace.end) {
            // What is being undone must not grow meanwhile; an undo that only looks disturbs nobody.
            let lock =
                try await dryRun
                ? nil
                : patience.take {
                    try JournalLock(ofJournalAt: journal, holder: CurrentProcess.holder(since: CurrentProcess.now))
                }
            defer { extendLifetime(lock) }
            return try await undo.run()
        }
        if !output.quiet {
            for sentence in leftAlone {
                Output.say(sentence)
            }
            if part != nil, !dryRun, !end.journalIsGone { try sayRest(files) }
        }
        try output.show(
            end, of: undo, next: NextSteps(undo: journal, files, isDry: dryRun, isAskedDry: self.dryRun == true)
        )
        .end()
    }

    /// Waits for a run that is going: what it moves meanwhile is undone too.
    private func waitForRun(_ patience: LockPatience, _ settings: Settings) async throws {
        let journal = journal
        guard patience.isAny, JournalLock.holder(ofJournalAt: journal) != nil else { return }
        try await withGracefulSignals(logger: output.logger(settings), until: pace.resolved(settings).end) {
            try await patience.waitForEnd(ofJournalAt: journal)
        }
    }

    /// The operations that the options name; `nil` for all.
    private func part(_ files: JobFiles, _ settings: Settings, isDry: Bool) throws -> Set<Int64>? {
        let selection = try partOptions.selection(settings)
        let original = try Journal(at: journal, for: .read)
        if !isDry, let undo = try original.undo(), undo.roomsBack ?? 0 > 0, !undo.isAt(files.journal) {
            throw UndoPartError.otherUndo(journal: journal, undo: undo.path)
        }
        guard !selection.isEverything else { return nil }
        let part = try original.part(selection, after: original.undoTrail()?.first)
        guard part.problems.isEmpty else { throw UndoPartError.problems(part.problems, journal: journal) }
        return part.operations
    }

    /// Says what a part leaves.
    private func sayRest(_ files: JobFiles) throws {
        let rest = try Journal(at: journal, for: .read).movesLeft(after: Journal(at: files.journal, for: .read))
        guard rest > 0 else { return }
        Output.say(
            "\(counted(rest, "more move")) of that job \(rest == 1 ? "is" : "are") not undone: "
                + CommandLine.same(without: UndoPartOptionGroup.names.union(["max-moves"])))
    }

    private func restoreContacts(isDry: Bool, _ settings: Settings) async throws {
        guard !isDry else {
            throw ValidationError("--contacts and --dry-run: what would be restored is in contacts.csv of the report.")
        }
        guard try partOptions.selection(settings).isEverything else {
            throw ValidationError("--contacts restores every record; leave --room, --visitor, --line and --only out.")
        }
        let job = try ContactsJob(
            journal, .undo, report: report ?? settings.option("report"),
            asks: try confirmation.asks(settings, isDry: false), patience: try wait.resolved(settings), server: server,
            pace: pace, output: output,
            metrics: metrics, settings)
        let status = try await withGracefulSignals(logger: job.logger, until: job.pace.end) {
            try await job.run()
        }
        try status.end()
    }

    /// Rooms that are named one by one; the report of the original job has all of them.
    private static let named = 20

    /// What the undo does not touch because the job did not move it, room by room with the reason.
    private func sentences() throws -> [String] {
        let original = try Journal(at: journal, for: .read)
        Output.warn(ofLogOf: original)
        var sentences: [String] = []
        var count = 0
        try original.forEachOperation { row in
            guard row.state != .moved else { return }
            count += 1
            guard count <= Self.named else { return }
            let reason = row.reason.map { ", \($0.explanation)" } ?? ""
            sentences.append(
                "Not undone: room \(row.room) (line \(row.line)) was not moved by that job: \(row.state.rawValue)\(reason)"
            )
        }
        if count > Self.named {
            sentences.append(
                "Not undone: \(count - Self.named) more that the job did not move; operations.csv of its report has all."
            )
        }
        return sentences
    }
}
