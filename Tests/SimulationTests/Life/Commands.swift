import FoundationEssentials
import Journal
import Logging
import Mapping
import Migration
import Model
import Report
import TestSupport

@testable import CLI
@testable import Journal

/// What the commands do between reading their options and printing: the parts of the product, put together as its jobs put
/// them together.
struct Commands: Sendable {
    let life: Life
    let folder: Folder
    let stage: Stage

    static let server = "http://simulated"

    /// What a command came to.
    struct End: Sendable, Equatable {
        var status: Int32?
        var stop: StopReason?
        /// Why it did not begin.
        var refusal: String?
    }

    /// A job's journal when its command had ended.
    struct Ledger: Sendable {
        var lines: [LineRow] = []
        var operations: [OperationRow] = []
        var isBalanced = true
        /// The next command would say that the log of the journal is gone.
        var isLogMissing = false
        /// What a verification found.
        var marks: [VerifiedRoom] = []
        var newRooms: [NewRoom] = []
    }

    private var wire: Wire { Wire(world: stage.world) }
    private var clock: SimulatedClock { stage.clock }

    static func journal(of command: Life.Act.Command) -> String {
        switch command {
        case .run, .edited, .verify: "run.db"
        case .audit: "audit.db"
        case .undo: "undo.db"
        }
    }

    func carryOut(_ command: Life.Act.Command) async throws -> (End, Ledger?) {
        do {
            switch command {
            case .run, .audit:
                let kind = command == .run ? Job.Kind.run : .audit
                return try await job(kind, .mapping(.file(folder("m.csv")), MappingOptions(), nil), command)
            case .undo: return try await undo()
            case .verify: return try await verify()
            case .edited:
                try folder.write(life.mapping + "R0,V0,V1\n", as: "m.csv")
                defer {
                    // The next command says that it is gone.
                    try? folder.write(life.mapping, as: "m.csv")
                }
                return try await job(.run, .mapping(.file(folder("m.csv")), MappingOptions(), nil), .run)
            }
        } catch let error as JournalError {
            return (End(status: ExitStatus(for: error)?.rawValue, refusal: "\(error.unnamed)"), nil)
        } catch let stop as Stop {
            return (End(status: ExitStatus(stop.reason).rawValue, stop: stop.reason), nil)
        }
    }

    // MARK: - Jobs that have operations

    private func undo() async throws -> (End, Ledger?) {
        let original = folder(Self.journal(of: .run))
        try Journal(at: original, for: .read).requireMoves()
        let lock = try JournalLock(ofJournalAt: original, holder: holder)
        defer { extendLifetime(lock) }
        return try await job(.undo, .undo(original), .undo)
    }

    private func job(
        _ kind: Job.Kind, _ plan: PlanSource, _ command: Life.Act.Command
    ) async throws -> (End, Ledger?) {
        let path = folder(Self.journal(of: command))
        let lock = try JournalLock(ofJournalAt: path, holder: holder)
        defer { extendLifetime(lock) }
        if kind == .audit {
            let resumes = try plan.resumesAudit(
                at: path, server: Self.server, openRooms: settings.openRooms.rawValue, sample: nil, announce: { _ in },
                isAskedToStop: { false })
            if !resumes { try Journal.clear(path, of: kind) }
        }
        let isLogMissing = try hasFailedBefore && Journal.exists(at: path) && Journal(at: path, for: .read).isLogMissing
        _ = try plan.prepare(
            path, kind: kind, server: Self.server, at: stage.world.now, announce: { _ in }, isAskedToStop: { false })
        await stage.pause()
        try lock.takeJournal()
        let journal = try Journal(at: path, for: .write)
        stage.use(journal.database)
        defer {
            stage.leave(journal.database)
            // Of a process that was killed, or of a job that has an error to tell.
            try? journal.close()
        }
        let isOpen =
            try journal.remaining() > 0 || journal.undiscovered() > 0 || journal.unaskedOldVisitors() > 0
            || (kind == .audit && journal.isUnfinishedAudit())
        let stop = isOpen ? try await work(journal, kind, path) : nil
        await stage.pause()
        let reconciliation = try Reconciliation(of: journal)
        var ledger = try ledger(of: journal, reconciliation)
        ledger.isLogMissing = isLogMissing
        return (End(status: ExitStatus(reconciliation, stop: stop).rawValue, stop: stop?.reason), ledger)
    }

    /// A command before this one may have given up with the journal open.
    private var hasFailedBefore: Bool { life.acts.contains { $0.command == .edited } }

    private func work(_ journal: Journal, _ kind: Job.Kind, _ path: String) async throws -> Stop? {
        let limiter = RateLimiter(rate, clock: clock, logger: Self.logger)
        let run = try await journal.begin(
            Run(
                startedAt: stage.world.now, host: "host", pid: 1, user: "user", toolVersion: "simulated",
                settings: RunSettings(
                    rate: rate.description, concurrency: life.concurrency, openRooms: settings.openRooms.rawValue)))
        var settings = settings
        settings.looksFirst = kind == .undo
        let session = Session(
            journal: journal, run: run, limiter: limiter, settings: settings, clock: clock,
            now: { [world = stage.world] in world.now }, board: ProgressBoard(), announce: { _ in },
            onFirstClaim: { if kind == .undo { try noteBeginning(path) } }, logger: Self.logger)
        let end: Stop?
        if kind == .audit {
            end = try await session.audit(wire)
        } else {
            end = try await session.merge(wire, reading: wire) { runner, discovery in
                try await runner.carryOut(run: run, besides: discovery)
            }
        }
        await stage.pause()
        let isLeft = try journal.remaining() > 0 || journal.undiscovered() > 0 || journal.unaskedOldVisitors() > 0
        // A job that was asked to stop after its last outcome is complete.
        let stop = end == .signal && !isLeft ? nil : end
        try journal.end(run, at: stage.world.now, stop: stop, waited: limiter.waited)
        return stop
    }

    private func noteBeginning(_ path: String) throws {
        let original = try Journal(at: folder(Self.journal(of: .run)), for: .write)
        try original.note(undoneBy: path)
        try original.close()
    }

    private func ledger(of journal: Journal, _ reconciliation: Reconciliation) throws -> Ledger {
        var ledger = Ledger(isBalanced: reconciliation.balance.isBalanced)
        try journal.forEachLine { ledger.lines.append($0) }
        try journal.forEachOperation { ledger.operations.append($0) }
        return ledger
    }

    // MARK: - Verification

    private func verify() async throws -> (End, Ledger?) {
        let journal = try Journal(at: folder(Self.journal(of: .run)), for: .read)
        try journal.requireMoves()
        let undoTrail = try journal.undoTrail() ?? []
        let now = stage.world.now
        let record = try VerificationRecord(
            at: folder("verify.db"), of: journal.verificationSubject(with: undoTrail), isFresh: false,
            holder: holder, now: now)
        let databases = ([journal] + undoTrail).map(\.database) + [record.database]
        for database in databases { stage.use(database) }
        defer {
            for database in databases { stage.leave(database) }
        }
        let limiter = RateLimiter(rate, clock: clock, logger: Self.logger)
        try limiter.remember(
            journal, before: nil, readUntil: record.isResumed ? record.interruptedAt ?? now : nil, at: now)
        let context = ReadContext(
            journal: journal, limiter: limiter, settings: settings, clock: clock,
            now: { [world = stage.world] in world.now }, board: ProgressBoard(), logger: Self.logger)
        var ledger = Ledger()
        var stop: Stop?
        do {
            if try await !compare(journal, undoTrail, record, context, &ledger) { stop = .signal }
        } catch let found as Stop {
            stop = found
        }
        if stop == nil { try record.remove() } else { try record.interrupt(at: stage.world.now) }
        let isClean = ledger.newRooms.isEmpty && ledger.marks.allSatisfy { $0.mark == .left }
        let status = stop.map { ExitStatus($0.reason) } ?? (isClean ? .settled : .needsPerson)
        return (End(status: status.rawValue, stop: stop?.reason), ledger)
    }

    private func compare(
        _ journal: Journal, _ undoTrail: [Journal], _ record: VerificationRecord, _ context: ReadContext,
        _ ledger: inout Ledger
    ) async throws -> Bool {
        let listed: ListedRooms?
        switch try await RoomSurvey(api: wire, desk: context, into: record.listedRooms).read(
            insteadOf: journal.movedRooms() + journal.visitorLines(), announce: { _ in })
        {
        case .interrupted: return false
        case .oneByOne: listed = nil
        case .listed: listed = record.listedRooms
        }
        let verifier = Verifier(reader: wire, desk: context, record: record, undoTrail: undoTrail)
        var found = ledger
        let isRead = try await verifier.verify(in: listed) { found.marks.append($0) }
        let isFound = isRead ? try await verifier.findNewRooms(in: listed) { found.newRooms.append($0) } : false
        ledger = found
        guard isFound, try journal.undo()?.isInForce != true else { return isFound }
        return try await EmptyVisitorCheck(reader: wire, desk: context, record: record).check(in: listed) { _ in }
    }

    // MARK: - Settings

    private var settings: RunnerSettings {
        RunnerSettings(
            concurrency: life.concurrency, openRooms: life.movesOpenRooms ? .move : .defer,
            jitter: { [stage] in stage.chance() })
    }

    private var rate: RateSetting {
        switch life.rate {
        case .unlimited: .unlimited
        case .auto: .auto
        case .fixed(let calls, let seconds): .fixed(Rate(count: calls, per: .seconds(seconds)))
        }
    }

    private var holder: LockOwner { LockOwner(host: "host", pid: 1, user: "user", since: stage.world.now) }

    private static let logger = Logger(label: "simulation", factory: { _ in SwiftLogNoOpLogHandler() })
}
