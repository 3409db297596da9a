import FoundationEssentials
import HTTPClient
import Journal
import Logging
import Mapping
import Migration
import Model
import Report
import RocketChat
import ServiceLifecycle

/// The main job of the tool: plan or resume, move or look, reconcile.
struct MergeJob: Sendable {
    var kind: Job.Kind
    var plan: PlanSource
    var files: JobFiles
    var address: ServerAddress
    var credentials: Credentials
    var client: ClientOptions
    var pace: PaceOptionGroup.Resolved
    /// How long a room may have been open before it needs review; `nil` for ever.
    var giveUpOpen: Duration?
    /// How long another run of the same journal is waited for.
    var patience = LockPatience.none
    var metrics: MetricsFile?
    var showsProgress: Bool
    /// An audit that did not finish is not resumed.
    var isFresh = false
    /// The user of the terminal is asked before the first move.
    var asks = false
    /// The random part of the mapping that an audit is about.
    var sample: SampleOptionGroup.Request?
    /// Says what is worth saying when an older report is replaced.
    var onNotice: @Sendable (ReportNotice) -> Void = { _ in }
    var logger: Logger

    /// Does the whole job; everything it learns is in the journal by the time it returns or throws.
    ///
    /// - Throws: what keeps the job from beginning or the journal from being kept; a run that had to stop returns.
    func run() async throws -> End {
        guard let metrics else { return try await work(nil) }
        let recorder = MetricsRecorder(metrics, mode: kind.rawValue)
        return try await recorder.record {
            var end = try await work(recorder)
            end.metricsFailure = recorder.tell(
                ExitStatus(end.reconciliation, stop: end.stop), end.tallies.map(CommandMetrics.job))
            return end
        }
    }

    private func work(_ recorder: MetricsRecorder?) async throws -> End {
        let since = CurrentProcess.now
        let lock = try await patience.take {
            try JournalLock(ofJournalAt: files.journal, holder: CurrentProcess.holder(since: since))
        }
        defer { extendLifetime(lock) }
        recorder?.begin()
        let notes = try await withStopRequest { isAskedToStop in
            try await onOwnThread {
                if try beginsAfresh(isAskedToStop) { try Journal.clear(files.journal, of: kind) }
                return try plan.prepare(
                    files.journal, kind: kind, server: address.description, at: since, sample: sample?.drawn(),
                    announce: announce, isAskedToStop: isAskedToStop)
            }
        }
        try lock.takeJournal()
        let journal = try Journal(at: files.journal, for: .write, keepsWaiting: JournalPatience.keepsWaiting)
        defer { journal.closeAfterError() }
        let wasExposed = try journal.makePrivate()
        let limiter = RateLimiter(pace.rate, clock: ContinuousClock(), logger: logger)
        // A place where no report can be written is better known before the first move than after the last.
        try ReportDirectory(at: files.report, onNotice: onNotice).check()
        // With nothing left to do the server is not even asked.
        let isOpen = try hasWork(journal) || (kind == .audit && journal.isUnfinishedAudit())
        let stop = isOpen ? try await carryOut(journal, lock, limiter, recorder, since) : nil
        if let stop, lock.loss()?.isOverwritten == true {
            // Neither a report nor a sum can be trusted, and SQLite says why it cannot close the journal.
            try? journal.close()
            throw stop
        }
        let (reconciliation, tallies, movedBefore) = try reconcile(journal, stop, hadWork: isOpen)
        // Closing a journal removes its log.
        let isGone = lock.loss() != nil
        try journal.close()
        lock.removeLog()
        return End(
            reconciliation: reconciliation, stop: stop, movedBefore: movedBefore, notes: notes, journalIsGone: isGone,
            wasExposed: wasExposed,
            tallies: tallies, limit: limiter.foundLimit)
    }

    private func hasWork(_ journal: Journal) throws -> Bool {
        try journal.remaining() > 0 || journal.undiscovered() > 0 || journal.unaskedOldVisitors() > 0
    }

    /// Adds up and writes the report.
    ///
    /// Throws why the job ended early rather than why nothing can be written then: mostly one is the cause of the other.
    private func reconcile(
        _ journal: Journal, _ stop: Stop?, hadWork: Bool
    ) throws -> (Reconciliation, JobMetrics?, movedBefore: Int) {
        do {
            return try ReportDirectory(at: files.report, onNotice: onNotice).write(journal) {
                snapshot, reconciliation in
                let tallies = try metrics.map { _ in try JobMetrics(of: snapshot, reconciliation) }
                // What an audit calls moved is only foretold.
                guard kind != .audit else { return (reconciliation, tallies, 0) }
                let moved = reconciliation.count(OperationState.moved)
                return (reconciliation, tallies, hadWork ? try snapshot.movedBeforeLastRun() : moved)
            }
        } catch {
            guard let stop, stop.reason == .journalFailed || stop.reason == .diskFull else { throw error }
            throw stop
        }
    }

    private func carryOut(
        _ journal: Journal, _ lock: JournalLock, _ limiter: RateLimiter, _ recorder: MetricsRecorder?,
        _ since: Timestamp
    ) async throws -> Stop? {
        let hasBegun = try journal.hasBegun()
        let leftOpen = try journal.leftOpen()
        let run = try await journal.begin(CurrentProcess.run(at: since, settings: pace.journalled))
        if let stop = pace.end.reached {
            try journal.end(run, at: CurrentProcess.now, stop: stop, waited: .zero)
            return stop
        }
        lock.takeLog()
        var settings = pace.runner
        settings.journalIsGone = { lock.loss() != nil }
        var session = Session(
            journal: journal, run: run, limiter: limiter, settings: settings, clock: ContinuousClock(),
            now: { CurrentProcess.now }, board: ProgressBoard(), announce: announce,
            onFirstClaim: { try noteBeginning(hasBegun: hasBegun) }, leftOpen: leftOpen,
            countsAll: try journal.hasAllCalls(), logger: logger)
        if asks { session.confirm = confirm }
        let watch = JournalWatch(lock: lock, limiter: limiter, clock: session.clock, logger: logger)
        let end: Stop?
        do {
            // A log without a durable name is gone after a power failure, and with it every intent.
            try journal.syncFolder()
            let stop = try await work(session, watch, recorder)
            try await giveUp(in: journal)
            end = stop
        } catch let error as JournalError {
            guard let stop = Stop(error) else { throw error }
            end = stop
        }
        let rate = limiter.expectedRate(on: .roomVisitor)
            .map { Pace(calls: $0.count, milliseconds: max($0.window.inMilliseconds, 1)) }
        if let loss = lock.loss() {
            return journal.rescue(
                from: loss, run: run, at: CurrentProcess.now, waited: limiter.waited, pace: rate,
                calls: limiter.endpointCalls)
        }
        let stop = try stop(after: end, journal)
        do {
            try journal.end(
                run, at: CurrentProcess.now, stop: stop, waited: limiter.waited, pace: rate,
                calls: limiter.endpointCalls)
        } catch {
            // The journal that could not take what was learnt may not take this either.
            guard let stop, stop.reason == .journalFailed || stop.reason == .diskFull else { throw error }
        }
        return stop
    }

    /// Lets rooms need review that have been open for too long.
    private func giveUp(in journal: Journal) async throws {
        guard let giveUpOpen, kind != .audit else { return }
        let now = CurrentProcess.now
        let before = Timestamp(milliseconds: now.milliseconds - Int64(giveUpOpen.inMilliseconds))
        try await journal.giveUp(openSince: before, at: now)
    }

    /// Why the job ended early: one that was asked to stop after its last outcome is complete.
    private func stop(after end: Stop?, _ journal: Journal) throws -> Stop? {
        switch end?.reason {
        case .signal where end == .signal: try hasWork(journal) ? pace.end.asked : nil
        // What this run has left open is no work for the rest of it.
        case .maxMovesReached:
            try journal.pending() + journal.undiscovered() + journal.unaskedOldVisitors() > 0 ? end : nil
        default: end
        }
    }

    /// The part that talks to the server.
    private func work(
        _ session: Session, _ watch: JournalWatch, _ recorder: MetricsRecorder?
    ) async throws -> Stop? {
        let follower = SteeringFollower(
            journal: session.journal, run: session.run, limiter: session.limiter, clock: session.clock,
            now: { CurrentProcess.now }, logger: logger)
        let subject = ProgressSubject(kind, journal: files.journal)
        return try await session.shown(showsProgress, as: subject, following: follower, watching: watch, recorder) {
            if kind == .audit {
                // The reader is all that an audit is handed: it has no method that writes.
                try await RocketChatReader.with(
                    address: address, credentials: credentials, options: client, logger: logger
                ) { reader in try await session.audit(reader) }
            } else {
                try await RocketChatClient.with(
                    address: address, credentials: credentials, options: client, logger: logger
                ) { client in try await session.merge(client) }
            }
        }
    }

    /// Asks on the terminal.
    private func confirm(_ rooms: Int, _ size: PlanSize, _ time: Duration?) async throws -> Stop? {
        let question = MoveQuestion(
            kind: kind, server: address.description,
            undo: CommandLine.other(["undo", files.journal.asOperand], keeping: .ofServer), rooms: rooms, size: size,
            maxMoves: pace.runner.maxMoves, time: time)
        return try await MoveQuestion.ask(question.text)
    }

    func announce(_ sentence: String) {
        guard showsProgress else { return }
        Output.say(sentence)
    }
}
