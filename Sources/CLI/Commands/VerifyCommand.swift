import ArgumentParser
import Journal
import Migration
import Model
import Report
import RocketChat

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Read every moved room again and compare with the journal.",
        discussion: """
            Example:
              visitor-merge verify mapping.csv.journal.db

            Prints a line for each room that the journal moved: = as it was left (by its undo, if there is one), ! with somebody else now, - gone, \
            ? not readable. Then it looks for rooms that old visitors of visitor lines got since. With --quiet only \
            what is not as it was left.

            After a kill, Ctrl-C or --max-duration the same command resumes it; a finished one begins afresh.

            Exit status: 0 everything is as it was left · 1 something is not · 2 interrupted
            """)

    @Argument(help: "The journal of a run or an undo.")
    var journal: String

    @Option(help: "The directory of the verification's own report; beside the journal unless told.")
    var report: String?

    @OptionGroup var sample: SampleOptionGroup
    @OptionGroup var fresh: FreshOptionGroup
    @OptionGroup(title: "Server") var server: ServerOptionGroup
    @OptionGroup(title: "Pace") var pace: PaceOptionGroup
    @OptionGroup(title: "Pace") var wait: WaitOptionGroup
    @OptionGroup var config: ConfigOptionGroup
    @OptionGroup(title: "Output") var output: OutputOptionGroup
    @OptionGroup(title: "Output") var metrics: MetricsOptionGroup
    @OptionGroup(title: "Output") var ending: EndOptionGroup

    mutating func run() async throws {
        EndResult.note(journal: journal)
        let settings = try config.settings()
        try output.complete(from: settings)
        let pace = try pace.resolved(settings)
        let opened = try Journal.whole(at: journal)
        try opened.requireMoves()
        Output.warn(ofLogOf: opened)
        let address = try server.address(settings)
        let job = try opened.job()
        guard job.server == address.description else {
            throw JournalError.otherServer(path: journal, planned: job.server, given: address.description)
        }
        let undoTrail = try opened.undoTrail() ?? []
        defer {
            // Tasks that have ended may hold them for a moment longer than the process lives. They were only read, so that
            // nothing is lost where one cannot be closed.
            for journal in [opened] + undoTrail { try? journal.close() }
        }
        let verification = Verification(
            journal: opened, undo: try opened.undo(), undoTrail: undoTrail,
            path: ReportDirectory(
                at: report ?? settings.option("report") ?? Self.name(".verify-report", ofJournal: journal)
            ).path,
            recordPath: Self.name(".verify.db", ofJournal: journal), isFresh: try fresh.resolved(settings),
            sample: try sample.resolved(settings),
            address: address, credentials: try server.credentials(settings),
            client: try server.clientOptions(settings, concurrency: pace.runner.concurrency, timeout: pace.timeout),
            pace: pace, patience: try wait.resolved(settings), output: output, metrics: metrics.file,
            showsProgress: output.showsProgress,
            logger: try output.logger(settings))
        let status = try await withGracefulSignals(logger: verification.logger, until: pace.end) {
            try await verification.run()
        }
        // What was moved in the missing steps was not verified.
        try (opened.isLogMissing && status == .settled ? .needsPerson : status).end()
    }

    /// `mapping.csv.journal.db` gives `mapping.csv.verify-report`, `mapping.csv.undo.db` `mapping.csv.undo-verify-report`.
    private static func name(_ ending: String, ofJournal journal: String) -> String {
        for (named, ending) in [(".journal.db", ending), (".db", "-" + ending.dropFirst())]
        where journal.hasSuffix(named) {
            return journal.dropLast(named.count) + ending
        }
        return journal + ending
    }
}
