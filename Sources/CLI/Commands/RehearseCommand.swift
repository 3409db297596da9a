import ArgumentParser
import Files
import HTTPClient
import Journal
import Logging
import Mapping
import Migration
import Model
import Report
import RocketChat
import Sandbox

struct RehearseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rehearse",
        abstract: "The whole job against the embedded sandbox, seeded from the mapping.",
        discussion: """
            Example:
              visitor-merge rehearse mapping.csv
              visitor-merge rehearse mapping.csv --open-share 5 --rate-limit 10/60

            Every visitor and room that the mapping names is made up in an imitation of Rocket.Chat inside this process; \
            then the real job runs against it, with journal, report and exit status. No server is needed and none is \
            touched. The journal MAPPING.rehearsal.db and the report MAPPING.rehearsal-report begin afresh each time.
            """)

    @OptionGroup var mapping: MappingOptionGroup
    @OptionGroup var files: JournalOptionGroup
    @OptionGroup(title: "Pace") var pace: PaceOptionGroup
    @OptionGroup(title: "Pace") var wait: WaitOptionGroup
    @OptionGroup var config: ConfigOptionGroup
    @OptionGroup(title: "Output") var output: OutputOptionGroup
    @OptionGroup(title: "Output") var metrics: MetricsOptionGroup
    @OptionGroup(title: "Output") var ending: EndOptionGroup

    @Option(
        help: "The sandbox's limit: CALLS/SECONDS, or off; off unless told.", transform: RateLimitOption.init(argument:)
    )
    var rateLimit: RateLimitOption?

    @Option(
        help: "Percentage of rooms with a live conversation; 0 unless told.",
        transform: Settings.number(in: Self.percentages))
    var openShare: Int?

    @Option(
        help: "Percentage of rooms that are with the new visitor already; 0 unless told.",
        transform: Settings.number(in: Self.percentages))
    var movedShare: Int?

    private static let percentages = 0...100

    func validate() throws {
        guard mapping.fileName != "-" else {
            throw ValidationError(
                "A rehearsal reads the mapping twice, so it cannot come from standard input or a pipe: save it as a file."
            )
        }
    }

    mutating func run() async throws {
        let settings = try config.settings()
        try output.complete(from: settings)
        try mapping.source.requireFile()
        var pace = try pace.resolved(settings)
        let rateLimit = try RateLimitOption.resolved(rateLimit, settings, default: .off).limit
        if rateLimit == nil, pace.rate == .auto {
            // Nobody is there who would have to be spared.
            pace.rate = .unlimited
        }
        let logger = try output.logger(settings)
        let options = try mapping.options(settings)
        let files = try Job.Kind.rehearsal.files(files, settings, mapping: mapping.mapping, shard: nil)
        EndResult.note(journal: files.journal)
        do throws(FolderFault) {
            // The job says so too, but needs more than its own folder before.
            _ = try TrustedFolder(of: files.journal)
        } catch {
            throw JournalError.sharedFolder(error)
        }
        let seed = try SeedFromMapping(
            openShare: settings.number(openShare, "open-share", in: Self.percentages, default: 0),
            movedShare: settings.number(movedShare, "moved-share", in: Self.percentages, default: 0)
        ).seed(from: MappingReader(mapping.source, options: options))
        let (source, resolved, showsProgress) = (mapping.source, pace, output.showsProgress)
        let metrics = metrics.file(.rehearsal, settings)
        let patience = try wait.resolved(settings)
        let onNotice = output.onNotice
        let (end, job) = try await TemporaryFolder.withHeld { folder in
            // At a port every user of the machine could call it.
            let socket = folder.pathInProcess + "/socket"
            let sandbox = SandboxServer(
                SandboxConfiguration(
                    socket: socket, seed: seed, rateLimit: rateLimit, denialDelay: .zero, hasControl: false,
                    logger: logger))
            // The sandbox is outside the signals' reach: it has to answer until the job has drained.
            return try await sandbox.serve { address in
                var job = try Self.job(
                    at: address, socket, source: source, options: options, files: files, pace: resolved,
                    showsProgress: showsProgress, logger: logger)
                job.metrics = metrics
                job.patience = patience
                job.onNotice = onNotice
                let prepared = job
                return (
                    try await withGracefulSignals(logger: logger, until: resolved.end) { try await prepared.run() },
                    prepared
                )
            }
        }
        try output.show(end, of: job, next: NextSteps(rehearsalOf: mapping.mapping, settings)).end()
    }

    private static func job(
        at address: SandboxAddress, _ socket: String, source: MappingSource, options: MappingOptions, files: JobFiles,
        pace: PaceOptionGroup.Resolved, showsProgress: Bool, logger: Logger
    ) throws -> MergeJob {
        guard let manager = address.users.first(where: { $0.username == "mgr" }) else {
            throw ConfigurationError("The sandbox has no manager, which is a fault of this program.")
        }
        return MergeJob(
            kind: .rehearsal, plan: .mapping(source, options, nil), files: files,
            address: try ServerAddress(parsing: address.url, allowInsecureHTTP: false),
            credentials: Credentials(userID: manager.userID, authToken: AuthToken(manager.authToken)),
            client: ClientOptions(
                concurrency: pace.runner.concurrency, timeout: pace.timeout, socket: socket,
                userAgent: ToolVersion.userAgent),
            pace: pace, showsProgress: showsProgress, logger: logger)
    }
}
