import HTTPClient
import Journal
import Logging
import Migration
import Model
import Report
import RocketChat

/// The work of `consolidate` and of `undo --contacts`: read, decide, write, report.
struct ContactsJob: Sendable {
    /// What is done.
    enum Kind: String, Sendable {
        case consolidate
        case dryRun = "consolidate-dry-run"
        case undo = "undo-contacts"
    }

    var kind: Kind
    var journal: Journal
    var retires: Bool
    var reportPath: String
    /// Asks on the terminal before the first write.
    var asks: Bool
    var patience: LockPatience
    var address: ServerAddress
    var credentials: Credentials
    var client: ClientOptions
    var pace: PaceOptionGroup.Resolved
    var output: OutputOptionGroup
    var metrics: MetricsFile?
    var showsProgress: Bool
    var logger: Logger

    /// Opens the journal and reads the settings; refuses a journal whose rooms an undo has moved back.
    init(
        _ path: String, _ kind: Kind, retires: Bool = true, report: String?, asks: Bool, patience: LockPatience,
        server: ServerOptionGroup,
        pace: PaceOptionGroup, output: OutputOptionGroup, metrics: MetricsOptionGroup, _ settings: Settings
    ) throws {
        self.kind = kind
        self.retires = retires
        self.asks = asks
        self.patience = patience
        self.pace = try pace.resolved(settings)
        self.output = output
        self.metrics = metrics.file
        journal = try Journal.whole(at: path)
        try journal.requireMoves()
        if kind != .undo { try journal.requireNotUndone() }
        Output.warn(ofLogOf: journal)
        address = try server.address(settings)
        let planned = try journal.job().server
        guard planned == address.description else {
            throw JournalError.otherServer(path: path, planned: planned, given: address.description)
        }
        let base = path.hasSuffix(".journal.db") ? String(path.dropLast(".journal.db".count)) : path
        reportPath = ReportDirectory(at: report ?? base + ".report").path
        credentials = try server.credentials(settings)
        client = try server.clientOptions(
            settings, concurrency: self.pace.runner.concurrency, timeout: self.pace.timeout)
        showsProgress = output.showsProgress
        logger = try output.logger(settings)
    }

    func run() async throws -> ExitStatus {
        guard let metrics else { return try await work().status }
        let recorder = MetricsRecorder(metrics, mode: kind.rawValue)
        return try await recorder.record {
            let (status, result) = try await work()
            return status.after(recorder.tell(status, result.metrics))
        }
    }

    private func work() async throws -> (status: ExitStatus, result: ContactsResult) {
        let started = CurrentProcess.now
        let path = ContactsJournal.name(ofJournal: journal.path, isDry: kind == .dryRun)
        if kind == .undo, !Journal.exists(at: path) {
            throw NoContacts(path: path)
        }
        let holder = CurrentProcess.holder(since: started)
        // What is consolidated must not be moved meanwhile; a dry run needs no lock.
        let lock =
            kind == .dryRun
            ? nil : try await patience.take { try JournalLock(ofJournalAt: journal.path, holder: holder) }
        defer { extendLifetime(lock) }
        if kind != .dryRun { try ReportDirectory(at: reportPath, onNotice: output.onNotice).check() }
        let contacts = try await patience.take {
            try ContactsJournal(at: path, of: journal.jobIdentity(), holder: holder, now: started)
        }
        var result = ContactsResult(kind: kind, journal: journal.path, server: address.description, started: started)
        do {
            try await carryOut(contacts, &result)
        } catch {
            // There is an error to tell already.
            try? contacts.close()
            throw error
        }
        try result.read(contacts)
        let lines = try output.json ? [] : result.lines(contacts, isQuiet: output.quiet)
        if kind == .dryRun, result.stop == nil { try contacts.remove() } else { try contacts.close() }
        if kind != .dryRun {
            try ReportDirectory(at: reportPath, onNotice: output.onNotice).write(journal)
            result.report = reportPath
            EndResult.note(report: reportPath)
        }
        try say(result, lines)
        return (result.status, result)
    }

    private func say(_ result: ContactsResult, _ lines: [String]) throws {
        if EndResult.isWanted { EndResult.add(try result.json()) }
        if let stop = result.stop, output.json || output.quiet || !Terminal.showsResults {
            Output.complain("stopped early: \(stop.detail)")
        }
        if output.json {
            try Output.result(try result.json())
            return
        }
        for line in lines { try Output.result(line) }
        guard !(output.quiet && result.status == .settled) else { return }
        for line in result.summary { try Output.result(line) }
    }

    private func carryOut(_ contacts: ContactsJournal, _ result: inout ContactsResult) async throws {
        if kind != .undo { try contacts.takePairs(from: journal) }
        if try !hasWork(contacts) { return }
        let clock = ContinuousClock()
        let board = ProgressBoard()
        let limiter = RateLimiter(pace.rate, clock: clock, logger: logger)
        try limiter.remember(journal, before: nil, at: CurrentProcess.now)
        let desk = ReadContext(
            journal: journal, limiter: limiter, settings: pace.runner, clock: clock, now: { CurrentProcess.now },
            board: board, logger: logger)
        let watch = JournalWatch(reading: [journal], limiter: limiter, clock: clock, logger: logger)
        do {
            let end = try await LiveProgress.shown(
                showsProgress, board, limiter, clock, of: .contacts, watching: watch
            ) {
                try await withClient { client, write in
                    try await carryOut(client, write, desk, contacts, clock, limiter)
                }
            }
            result.restoring = end.restoring
            result.stop = end.isComplete ? nil : pace.end.asked
        } catch let stop as Stop {
            result.stop = stop == .signal ? pace.end.asked : stop
        }
        if let limit = limiter.foundLimit, !output.quiet { Output.say(limit.sentence) }
        try journal.requirePlace()
    }

    /// What is asked on a terminal before the first write.
    private func question(_ contacts: ContactsJournal) throws -> String {
        guard kind != .undo else {
            return """
                This restores the records of \(counted(try contacts.undoableCount(), "visitor")) on \(address.description.shown).
                Restore them now? [y/N]\u{20}
                """
        }
        let pairs = try contacts.counts().outcomes[.pending] ?? 0
        let undo = CommandLine.other(["undo", journal.path.asOperand, "--contacts"], keeping: .ofServer)
        return """
            This writes the records of at most \(counted(pairs, "old visitor")) and their survivors on \
            \(address.description.shown).
            To undo it afterwards: \(undo)
            Write them now? [y/N]\u{20}
            """
    }

    private func hasWork(_ contacts: ContactsJournal) throws -> Bool {
        if kind == .undo { return try contacts.undoableCount() > 0 || journal.undo()?.isInForce == true }
        return try contacts.counts().outcomes[.pending] ?? 0 > 0
    }

    private typealias Write = Consolidator<RocketChatReader>.Write

    /// Hands over a reader, and a way to write unless this is a dry run: that is given a client that has no way to write.
    private func withClient<Value>(_ body: (RocketChatReader, Write?) async throws -> Value) async throws -> Value {
        if kind == .dryRun {
            return try await RocketChatReader.with(
                address: address, credentials: credentials, options: client, logger: logger
            ) { try await body($0, nil) }
        }
        return try await ContactClient.with(
            address: address, credentials: credentials, options: client, logger: logger
        ) { client in
            try await body(client.reader) { await client.write($0, token: $1) }
        }
    }

    private func carryOut(
        _ client: RocketChatReader, _ write: Write?, _ desk: ReadContext, _ contacts: ContactsJournal,
        _ clock: ContinuousClock, _ limiter: RateLimiter
    ) async throws -> (isComplete: Bool, restoring: ContactRestoring?) {
        guard
            let found = try await Preflight.checkReading(
                client, through: limiter, settings: pace.runner, clock: clock)
        else { return (false, nil) }
        if let refusal = found.version.contactRefusal { throw refusal }
        guard let fields = try await desk.customFields(of: client) else { return (false, nil) }
        let consolidator = Consolidator(
            client, desk: desk, contacts: contacts, version: found.version, fields: fields, retires: retires,
            write: write)
        if asks, let stop = try await MoveQuestion.ask(question(contacts)) { throw stop }
        guard kind == .undo else { return (try await consolidator.consolidate(), nil) }
        let (restoring, isComplete) = try await ContactRestorer(consolidator).restore(
            renames: journal.undo()?.isInForce == true)
        return (isComplete, restoring)
    }
}

/// There is nothing that `undo --contacts` could take back.
struct NoContacts: Error, CustomStringConvertible {
    let path: String

    var description: String {
        "\(path.shown) is not there: either consolidate was never run on this journal, or its file was moved. Without it the "
            + "records cannot be restored."
    }
}
