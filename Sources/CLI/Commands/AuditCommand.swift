import ArgumentParser
import Journal
import Model
import Report

struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "The same, read-only: what would happen.",
        discussion: """
            Example:
              visitor-merge audit mapping.csv
              visitor-merge run mapping.csv --plan mapping.csv.audit.db

            An audit reads everything a run would have to know and writes nothing: it is handed a client that has no \
            method to write with, and it keeps a journal of its own, MAPPING.audit.db. Its report says what would become \
            of every line and how long that would take. After a kill, Ctrl-C or --max-duration the same command resumes \
            it; a finished audit begins afresh.

            Exit status: 0 nothing is in the way · 1 some lines would need a person · 2 live conversations would be \
            deferred
            """)

    @OptionGroup var mapping: MappingOptionGroup
    @OptionGroup var files: JournalOptionGroup
    @OptionGroup var shard: ShardOptionGroup
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
        let settings = try config.settings()
        try output.complete(from: settings)
        let shard = try shard.resolved(settings)
        let files = try Job.Kind.audit.files(files, settings, mapping: mapping.fileName, shard: shard)
        let part = try sample.resolved(settings)
        let source = PlanSource.mapping(mapping.source, try mapping.options(settings), shard)
        var job = try ServerJob(server: server, pace: pace, output: output, metrics: metrics, wait: wait).job(
            .audit, source, files, settings)
        job.isFresh = try fresh.resolved(settings)
        job.sample = part
        let audit = job
        let end = try await withGracefulSignals(logger: audit.logger, until: audit.pace.end) { try await audit.run() }
        let next = NextSteps(audit: mapping.fileName, files, shard, isSample: audit.sample != nil, settings)
        try output.show(end, of: job, next: next).end()
    }
}
