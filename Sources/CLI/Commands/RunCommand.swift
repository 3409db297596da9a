import ArgumentParser
import Journal
import Migration
import Model
import Report

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Plan, move, reconcile; run it again to resume.",
        discussion: """
            Example:
              export ROCKETCHAT_URL=https://chat.example.org
              export ROCKETCHAT_USER_ID=uQ7mZp2LkTn4VbXc9
              visitor-merge run mapping.csv --auth-token-file ~/.config/rocketchat-token

            The journal MAPPING.journal.db keeps every step: after a kill, a crash or Ctrl-C the same command goes on, \
            and what was sent without an answer is settled by reading the room. A room with a live conversation is left \
            alone unless --open-rooms move: moving it would cut its visitor off.
            """)

    @OptionGroup var mapping: MappingOptionGroup
    @OptionGroup var files: JournalOptionGroup
    @OptionGroup var shard: ShardOptionGroup

    @Flag(
        inversion: .prefixedNo, exclusivity: .chooseLast,
        help: "Only look, as the command audit does: nothing is written to the server.")
    var dryRun: Bool?

    @OptionGroup var fresh: FreshOptionGroup

    @Option(help: "The journal of an audit: carry out exactly what it found movable, once.")
    var plan: String?

    @Option(
        help: "How long ago its audit may have ended, such as 90m or 7d (default: 24h).",
        transform: DurationOption.parse)
    var planMaxAge: DurationOption?

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
        let options = try mapping.options(settings)
        let isDryRun = try settings.flag(dryRun, "dry-run")
        let plan = plan ?? settings.option("plan")
        let maxAge = try settings.value(
            planMaxAge, "plan-max-age", default: .day, expected: "a length of time such as 90m, 24h or 7d"
        ) { DurationOption(argument: $0) }
        let isFresh = try fresh.resolved(settings, isDry: isDryRun)
        let maxMoves = try moveLimit.resolved(settings, isDry: isDryRun)
        if isDryRun, plan != nil {
            throw ValidationError("--dry-run makes a plan and --plan carries one out: use one of them.")
        }
        if plan != nil, mapping.fileName == "-" {
            throw ValidationError("With --plan the mapping has to be a file, the same one that was audited.")
        }
        let shard = try shard.resolved(settings)
        let source: PlanSource =
            plan.map { .audit($0, mapping: mapping.source, shard, maxAge: maxAge.duration) }
            ?? .mapping(mapping.source, options, shard)
        let kind: Job.Kind = isDryRun ? .audit : .run
        var planned = try ServerJob(server: server, pace: pace, output: output, metrics: metrics, wait: wait).job(
            kind, source, try kind.files(files, settings, mapping: mapping.fileName, shard: shard), settings)
        planned.isFresh = isFresh
        planned.giveUpOpen = try giveUp.resolved(settings)
        planned.asks = try confirmation.asks(settings, isDry: isDryRun)
        planned.pace.runner.maxMoves = maxMoves
        let job = planned
        let end = try await withGracefulSignals(logger: job.logger, until: job.pace.end) { try await job.run() }
        let next =
            isDryRun
            ? NextSteps(audit: mapping.fileName, job.files, shard, isSample: false, settings)
            : NextSteps(run: mapping.fileName, job.files, shard, isPlanned: self.plan != nil, settings)
        try output.show(end, of: job, next: next).end()
    }
}

extension Job.Kind {
    /// An audit has files of its own: it never opens the journal of a run.
    func files(_ options: JournalOptionGroup, _ settings: Settings, mapping: String, shard: Shard?) throws -> JobFiles {
        switch self {
        case .audit:
            try JobFiles(
                options, settings, mapping: mapping, shard: shard, journalEnding: ".audit.db",
                reportEnding: ".audit-report")
        case .rehearsal:
            try JobFiles(
                options, settings, mapping: mapping, shard: shard, journalEnding: ".rehearsal.db",
                reportEnding: ".rehearsal-report")
        case .run, .undo:
            try JobFiles(options, settings, mapping: mapping, shard: shard)
        }
    }
}
