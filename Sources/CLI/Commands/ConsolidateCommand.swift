import ArgumentParser
import FoundationEssentials
import Journal
import Migration
import Model
import Report
import RocketChat

struct ConsolidateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "consolidate",
        abstract: "Make a merge last: give the survivor the addresses, take them from the old visitor.",
        discussion: """
            Example:
              visitor-merge consolidate mapping.csv.journal.db --dry-run
              visitor-merge consolidate mapping.csv.journal.db

            The server finds a person who writes again by phone or e-mail, and takes the first record that has the \
            address. After a run that may still be the old visitor. For each pair of visitors whose rooms are all settled, \
            this gives the survivor the e-mail address, the telephone number and the custom fields that it lacks, gives \
            its rooms its name, and takes from the old visitor the addresses that the survivor has then. Nothing is \
            overwritten: what differs is listed and stays.

            The records before each write are kept in JOURNAL.contacts.db, which is private and holds personal data; \
            visitor-merge undo JOURNAL --contacts needs it to restore them. Works on Rocket.Chat 6.3 to 6.13.

            After a kill, Ctrl-C or --max-duration the same command resumes it.

            Exit status: 0 every pair is consolidated · 1 some pairs need review · 2 stopped early, run it again
            """)

    @Argument(help: "The journal of a run.")
    var journal: String

    @Option(help: "The directory of the report of the run, which gets contacts.csv (default: beside the journal).")
    var report: String?

    @Flag(inversion: .prefixedNo, exclusivity: .chooseLast, help: "Only look: what would be written, and what not.")
    var dryRun: Bool?

    @Flag(
        inversion: .prefixedNo, exclusivity: .chooseLast,
        help: "Take addresses from the old visitors (default); --no-retire leaves them.")
    var retire: Bool?

    @OptionGroup(title: "Server") var server: ServerOptionGroup
    @OptionGroup(title: "Pace") var pace: PaceOptionGroup
    @OptionGroup(title: "Pace") var wait: WaitOptionGroup
    @OptionGroup var confirmation: ConfirmationOptionGroup
    @OptionGroup var config: ConfigOptionGroup
    @OptionGroup(title: "Output") var output: OutputOptionGroup
    @OptionGroup(title: "Output") var metrics: MetricsOptionGroup
    @OptionGroup(title: "Output") var ending: EndOptionGroup

    mutating func run() async throws {
        EndResult.note(journal: journal)
        let settings = try config.settings()
        try output.complete(from: settings)
        let isDry = try settings.flag(dryRun, "dry-run")
        let job = try ContactsJob(
            journal, isDry ? .dryRun : .consolidate, retires: try settings.flag(retire, "retire", default: true),
            report: report ?? settings.option("report"), asks: try confirmation.asks(settings, isDry: isDry),
            patience: try wait.resolved(settings), server: server, pace: pace, output: output, metrics: metrics,
            settings)
        let status = try await withGracefulSignals(logger: job.logger, until: job.pace.end) {
            try await job.run()
        }
        try status.end()
    }
}
