import HTTPClient
import Journal
import Logging
import Migration
import Model
import Report
import RocketChat

/// The work of `verify`: read, print, count, report.
struct Verification: Sendable {
    var journal: Journal
    /// What became of the job by an undo, if one was begun.
    var undo: Undo?
    /// The journals of that undo, of its own undo, and so on.
    var undoTrail: [Journal]
    /// The directory of its report.
    var path: String
    /// Where what it reads is kept until it is finished.
    var recordPath: String
    /// One that was interrupted is not resumed.
    var isFresh: Bool
    /// The random part of the moved rooms that is read.
    var sample: SampleOptionGroup.Request?
    var address: ServerAddress
    var credentials: Credentials
    var client: ClientOptions
    var pace: PaceOptionGroup.Resolved
    /// How long another verification of the same is waited for.
    var patience: LockPatience
    var output: OutputOptionGroup
    var metrics: MetricsFile?
    var showsProgress: Bool
    var logger: Logger

    /// New rooms that are named on the terminal; the report has all of them.
    private static let newRoomsShown = 20

    func run() async throws -> ExitStatus {
        guard let metrics else { return try await work(nil).status }
        let recorder = MetricsRecorder(metrics, mode: "verify")
        return try await recorder.record {
            let (status, tally) = try await work(recorder)
            return status.after(recorder.tell(status, tally.forMetrics))
        }
    }

    private func work(_ metrics: MetricsRecorder?) async throws -> (status: ExitStatus, tally: Tally) {
        let record = try await patience.take { try openRecord() }
        metrics?.begin()
        let facts = VerificationReport.Facts(
            journal: journal.path, server: address.description, toolVersion: ToolVersion.current,
            started: try record.startedAt().iso8601)
        let tally: Tally
        let json: String?
        do {
            (tally, json) = try await VerificationReport.write(at: path, facts, onNotice: output.onNotice) { report in
                var tally = try await compare(&report, record, metrics)
                tally.sample = record.sample
                // Nothing that was read would be in the report of one that stopped at the door.
                if let stop = tally.stop, try record.isEmpty() { throw stop }
                report.add(
                    VerificationReport.End(
                        instant: CurrentProcess.now.iso8601, stop: tally.stop?.reason, unread: tally.unread,
                        sample: record.sample, calls: tally.calls))
                if EndResult.isWanted { EndResult.add(try report.json()) }
                return (tally, output.json ? try report.json() : nil)
            }
        } catch {
            // There is an error to tell already.
            try? leave(record, isFinished: record.isEmpty())
            throw error
        }
        EndResult.note(report: path)
        try leave(record, isFinished: tally.stop == nil)
        // The report is there, whatever becomes of what is printed.
        if let failure = tally.outputFailure { throw failure }
        let isSummed = json == nil && !(output.quiet && tally.isClean)
        if let stop = tally.stop, !(isSummed && Terminal.showsResults) {
            Output.complain("stopped early: \(stop.detail)")
        }
        if let json {
            try Output.result(json)
        } else {
            try say(tally)
        }
        return (tally.stop.map { ExitStatus($0.reason) } ?? (tally.isClean ? .settled : .needsPerson), tally)
    }

    /// The record of an interrupted verification of the same, or a new one; one that goes with the process where none can
    /// be kept.
    private func openRecord() throws -> VerificationRecord {
        let now = CurrentProcess.now
        let subject = try journal.verificationSubject(with: undoTrail)
        let drawn = sample?.drawn()
        do {
            let record = try VerificationRecord(
                at: recordPath, of: subject, sample: drawn, isFresh: isFresh,
                holder: CurrentProcess.holder(since: now), now: now,
                allows: { before in sample.map { $0.allows(before) } ?? (before == nil) })
            if showsProgress, record.isResumed {
                Output.say(
                    "Resuming the verification that was begun at \(LocalTime.text(try record.startedAt())). "
                        + "To begin afresh, use --fresh.")
            }
            return record
        } catch JournalError.locked(_, let holder) {
            throw JournalError.locked(path: journal.path, holder: holder)
        } catch let error as JournalError {
            if !output.quiet {
                Output.warn(
                    "What this verification reads cannot be kept in \(recordPath.shown) (\(error.why)), so that it begins "
                        + "afresh if it is interrupted.")
            }
            return try VerificationRecord(temporarilyOf: subject, sample: drawn, now: now)
        }
    }

    private func leave(_ record: VerificationRecord, isFinished: Bool) throws {
        if isFinished {
            try record.remove()
        } else {
            try record.interrupt(at: CurrentProcess.now)
        }
    }

    private func compare(
        _ report: inout VerificationReport, _ record: VerificationRecord, _ metrics: MetricsRecorder?
    ) async throws -> Tally {
        let board = ProgressBoard()
        let clock = ContinuousClock()
        let limiter = RateLimiter(pace.rate, clock: clock, logger: logger)
        let now = CurrentProcess.now
        try limiter.remember(
            journal, before: nil, readUntil: record.isResumed ? record.interruptedAt ?? now : nil, at: now)
        let journals = [journal] + undoTrail
        let watch = JournalWatch(reading: journals, limiter: limiter, clock: clock, logger: logger)
        let invocation = try await record.callLedger.nextInvocation()
        let recorder = CallRecorder(record.callLedger, run: invocation, limiter: limiter, clock: clock)
        var tally = Tally()
        do {
            let isEnded = try await LiveProgress.shown(
                showsProgress, board, limiter, clock, watching: watch, recording: recorder, metrics: metrics
            ) {
                try await RocketChatReader.with(
                    address: address, credentials: credentials, options: client, logger: logger
                ) { reader in
                    let desk = ReadContext(
                        journal: journal, limiter: limiter, settings: pace.runner, clock: clock,
                        now: { CurrentProcess.now }, board: board, logger: logger, ledger: record.callLedger)
                    return try await compare(reader, desk, record, &report, &tally)
                }
            }
            tally.stop = isEnded ? nil : pace.end.asked
        } catch let stop as Stop {
            tally.stop = stop == .signal ? pace.end.asked : stop
        }
        try await record.callLedger.note(limiter.endpointCalls, run: invocation)
        tally.calls = try await record.callLedger.calls()
        // What was read of journals that are gone by now is not what a person would find in their places.
        for journal in journals { try journal.requirePlace() }
        tally.unread = max(0, try wanted(record) - tally.rooms)
        if let limit = limiter.foundLimit, !output.quiet { Output.say(limit.sentence) }
        return tally
    }

    /// How many moved rooms are to be read.
    private func wanted(_ record: VerificationRecord) throws -> Int {
        try record.sample.map { try journal.movedRooms(in: $0).count } ?? journal.movedRooms()
    }

    /// - Returns: whether it came to its end; `false` if it was asked to stop.
    private func compare(
        _ reader: RocketChatReader, _ desk: ReadContext, _ record: VerificationRecord,
        _ report: inout VerificationReport, _ tally: inout Tally
    ) async throws -> Bool {
        // What old visitors have is not read for a part of the rooms; while rooms are back by an undo, none is empty.
        let asksForVisitors = record.sample == nil && undo?.isInForce != true
        let check = EmptyVisitorCheck(reader: reader, desk: desk, record: record)
        // Asked for on an endpoint of its own, so it costs the list no time.
        async let isCompared = asksForVisitors ? check.compareTokens() : true
        let (isRead, listed) = try await readRooms(reader, desk, record, &report, &tally)
        // What is being asked may still be answered, and is not asked again then.
        guard try await isCompared, isRead else { return false }
        guard asksForVisitors else { return true }
        return try await check.check(in: listed) { try report.addEmptied($0) }
    }

    /// Reads the moved rooms again, and those that old visitors got since.
    ///
    /// - Returns: whether it came to its end, `false` if it was asked to stop; and the list of all rooms if that was read.
    private func readRooms(
        _ reader: RocketChatReader, _ desk: ReadContext, _ record: VerificationRecord,
        _ report: inout VerificationReport, _ tally: inout Tally
    ) async throws -> (isRead: Bool, listed: ListedRooms?) {
        let listed: ListedRooms?
        let singly = CallEstimate([
            .roomsInfo: try wanted(record), .chatHistory: try record.sample == nil ? journal.visitorLines() : 0,
        ])
        switch try await RoomSurvey(api: reader, desk: desk, into: record.listedRooms).read(
            insteadOf: singly, announce: { if showsProgress { Output.say($0.sentence) } })
        {
        case .interrupted: return (false, nil)
        case .oneByOne:
            listed = nil
            try await desk.expect(singly, of: "reading")
        case .listed: listed = record.listedRooms
        }
        let verifier = Verifier(reader: reader, desk: desk, record: record, undoTrail: undoTrail, sample: record.sample)
        let isRead = try await verifier.verify(in: listed) { try note($0, &tally, &report) }
        guard isRead, record.sample == nil else { return (isRead, listed) }
        let isFound = try await verifier.findNewRooms(in: listed) { room in
            tally.newRooms.append(room)
            try report.addNewRoom(room.room.rawValue, old: room.oldVisitor.rawValue, new: room.newVisitor.rawValue)
        }
        return (isFound, listed)
    }

    private func note(_ room: VerifiedRoom, _ tally: inout Tally, _ report: inout VerificationReport) throws {
        tally.counts[room.mark, default: 0] += 1
        try report.add(
            mark: room.mark.rawValue, verdict: room.mark.verdict, room: room.room.rawValue, line: room.line,
            expected: room.expected.rawValue, found: room.found?.rawValue, readAt: room.readAt)
        guard !output.json, room.mark != .left || !output.quiet else { return }
        let found = room.mark == .drifted ? ", now with \(room.found?.description ?? "no visitor")" : ""
        guard tally.outputFailure == nil else { return }
        do {
            try Output.result("\(room.mark.rawValue) \(room.room) (line \(room.line)) \(room.expected)\(found)")
        } catch {
            tally.outputFailure = error
        }
    }

    private func say(_ tally: Tally) throws {
        if !tally.newRooms.isEmpty {
            try Output.result("")
            for room in tally.newRooms.prefix(Self.newRoomsShown) {
                try Output.result("+ \(room.room) came to \(room.oldVisitor) since the plan was made")
            }
            if tally.newRooms.count > Self.newRoomsShown {
                try Output.result("+ and \(tally.newRooms.count - Self.newRoomsShown) more")
            }
        }
        guard !(output.quiet && tally.isClean) else { return }
        let counts = VerifiedRoom.Mark.allCases.map { "\((tally.counts[$0] ?? 0).grouped) \($0.meaning)" }
        let new =
            tally.sample == nil
            ? "\(counted(tally.newRooms.count, "room")) came to old visitors since"
            : "What old visitors have was not read"
        try Output.result("\nOf \(counted(tally.rooms, "room")): \(counts.joined(separator: ", ")). \(new).")
        if let sample = tally.sample {
            try Output.result(
                "This is a random sample of \(counted(try journal.movedRooms(), "moved room")) (\(sample.options)).")
        }
        if let stop = tally.stop {
            try Output.result(
                "Ended early: \(stop.detail). \(counted(tally.unread, "room")) were not read yet, and what old visitors have "
                    + "was not read to its end.")
        }
        for sentence in CallDifference.sentences(tally.calls, ofReading: true, isFinished: tally.stop == nil) {
            try Output.result(sentence)
        }
        if let undo, undo.isInForce { try Output.result(undo.sentence) }
        try Output.result("Report: \(path.shown)/rooms.csv")
        if tally.stop != nil {
            try Output.result("Next: \(CommandLine.same(without: ["fresh"]))")
        } else if !tally.newRooms.isEmpty, undo?.isInForce != true {
            let words = ["run", "\(path)/new-rooms.csv".asOperand]
            try Output.result("Next: \(CommandLine.other(words, keeping: .ofJob))")
        }
    }

    private struct Tally {
        var counts: [VerifiedRoom.Mark: Int] = [:]
        var newRooms: [NewRoom] = []
        /// Why it is not finished.
        var stop: Stop?
        /// Moved rooms that were not read yet.
        var unread = 0
        /// The random part that was read.
        var sample: Sample?
        /// Its calls on each endpoint.
        var calls: [EndpointCalls] = []
        /// Why rooms could not be printed any more.
        var outputFailure: (any Error)?

        var rooms: Int { counts.values.reduce(0, +) }

        var isClean: Bool {
            stop == nil && newRooms.isEmpty && counts.allSatisfy { $0.key == .left || $0.value == 0 }
        }

        var forMetrics: CommandMetrics {
            .verification(
                rooms: VerifiedRoom.Mark.allCases.map { ($0.verdict, counts[$0] ?? 0) }, newRooms: newRooms.count)
        }
    }
}

extension VerifiedRoom.Mark {
    /// What the mark means for a number of rooms.
    fileprivate var meaning: String {
        switch self {
        case .left: "as they were left"
        case .drifted: "with somebody else now"
        case .gone: "gone"
        case .unreadable: "not readable"
        }
    }

    /// What the mark means, in a word.
    var verdict: String {
        switch self {
        case .left: "left"
        case .drifted: "drifted"
        case .gone: "gone"
        case .unreadable: "unreadable"
        }
    }
}

extension JournalError {
    /// Why a file cannot be made or used, without what to do about a journal.
    fileprivate var why: String {
        switch self {
        case .cannotCreate(_, let why), .failed(_, let why), .damaged(_, let why): why
        case .networkFileSystem(_, let kind): "it would be on a network file system, \(kind)"
        case .readOnly: "it cannot be written"
        case .diskFull: "the disk is full"
        case .notAJournal, .symbolicLink, .inTheWay, .foreign: "something else is there"
        default: "\(self)"
        }
    }
}
