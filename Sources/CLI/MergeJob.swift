import Journal
import Logging
import Mapping
import Migration
import Model
import Report
import RocketChat
import ServiceLifecycle

/// The main job of the tool: plan or resume, move, reconcile.
struct MergeJob: Sendable {
    var kind: Job.Kind
    var source: MappingSource
    var mappingOptions: MappingOptions
    var files: JobFiles
    var address: ServerAddress
    var credentials: Credentials
    var client: ClientOptions
    var pace: PaceOptionGroup.Resolved
    var showsProgress: Bool
    var logger: Logger

    /// What the job came to in this invocation.
    struct End: Sendable {
        var reconciliation: Reconciliation
        /// Why this invocation ended early, or `nil`.
        var stop: Stop?
        /// What the reader noticed, when the mapping was planned just now.
        var notes: MappingNotes?
    }

    /// Does the whole job; everything it learns is in the journal by the time it returns or throws.
    ///
    /// - Throws: what keeps the job from beginning or the journal from being kept; a run that had to stop returns.
    func run() async throws -> End {
        let since = ProcessFacts.now
        let lock = try JournalLock(ofJournalAt: files.journal, holder: ProcessFacts.holder(since: since))
        defer { _ = lock }
        let notes = try planUnlessPlanned(at: since)
        let journal = try Journal(at: files.journal, for: .write)
        if notes == nil {
            try journal.require(
                kind: kind, server: address.description, mappingPath: source.name,
                digest: try mappingDigest(of: source))
        }
        // With nothing left to do the server is not even asked.
        let isOpen = try journal.remaining() > 0 || journal.undiscovered() > 0
        let stop = isOpen ? try await carryOut(journal, since) : nil
        let reconciliation = try ReportDirectory(at: files.report).write(journal)
        try journal.close()
        return End(reconciliation: reconciliation, stop: stop, notes: notes)
    }

    private func planUnlessPlanned(at instant: Timestamp) throws -> MappingNotes? {
        guard !Journal.exists(at: files.journal) else { return nil }
        let reader = try MappingReader(source, options: mappingOptions)
        let job = Job(
            kind: kind, server: address.description, mappingPath: source.name, toolVersion: ToolVersion.current,
            plannedAt: instant)
        return try Planner.plan(reader, for: job, at: files.journal) { Task.isShuttingDownGracefully }
    }

    private func announce(_ sentence: String) {
        guard showsProgress else { return }
        Output.say(sentence)
    }

    private func carryOut(_ journal: Journal, _ since: Timestamp) async throws -> Stop? {
        let clock = ContinuousClock()
        let board = ProgressBoard()
        let turnstile = Turnstile(pace.rate, clock: clock)
        let run = try await journal.begin(ProcessFacts.run(at: since, settings: pace.journalled))
        let stop = try await ProgressLine.shown(showsProgress, board, turnstile, clock) {
            try await RocketChatClient.with(
                address: address, credentials: credentials, options: client, logger: logger
            ) { client in
                do {
                    guard
                        let server = try await Preflight.check(
                            client, through: turnstile, settings: pace.runner, clock: clock)
                    else { return Stop?.some(.signal) }
                    try await journal.note(serverVersion: server.version.description, run: run)
                    let discoverer = Discoverer(
                        api: client.reader, journal: journal, turnstile: turnstile, settings: pace.runner,
                        clock: clock, now: { ProcessFacts.now }, board: board)
                    guard try await discoverer.discover(announce: announce) else { return Stop.signal }
                } catch let stop as Stop {
                    return stop
                }
                let runner = Runner(
                    api: client, journal: journal, turnstile: turnstile, settings: pace.runner, clock: clock,
                    now: { ProcessFacts.now }, board: board, logger: logger)
                return try await runner.carryOut(run: run)
            }
        }
        try journal.end(run, at: ProcessFacts.now, stop: stop, waited: turnstile.waited)
        return stop
    }
}
