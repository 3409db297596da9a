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
    var address: ServerAddress
    var credentials: Credentials
    var client: ClientOptions
    var pace: PaceOptionGroup.Resolved
    var output: OutputOptionGroup
    var metrics: MetricsFile?
    var showsProgress: Bool
    var logger: Logger

    /// New rooms that are named on the terminal; the report has all of them.
    private static let newRoomsShown = 20

    func run() async throws -> ExitStatus {
        guard let metrics else { return try await work().status }
        let recorder = MetricsRecorder(metrics, mode: "verify")
        return try await recorder.record {
            let (status, tally) = try await work()
            return status.after(recorder.tell(status, tally.forMetrics))
        }
    }

    private func work() async throws -> (status: ExitStatus, tally: Tally) {
        let facts = VerificationReport.Facts(
            journal: journal.path, server: address.description, toolVersion: ToolVersion.current,
            started: CurrentProcess.now.iso8601)
        let (tally, json) = try await VerificationReport.write(at: path, facts, onNotice: output.onNotice) { report in
            let tally = try await compare(&report)
            return (tally, output.json ? try report.json() : nil)
        }
        // The report is there, whatever becomes of what is printed.
        if let failure = tally.outputFailure { throw failure }
        if let json {
            try Output.result(json)
        } else {
            try say(tally)
        }
        return (tally.isClean ? .settled : .needsPerson, tally)
    }

    private func compare(_ report: inout VerificationReport) async throws -> Tally {
        let board = ProgressBoard()
        let clock = ContinuousClock()
        let limiter = RateLimiter(pace.rate, clock: clock, logger: logger)
        try limiter.remember(journal, before: nil, at: CurrentProcess.now)
        let journals = [journal] + undoTrail
        let watch = JournalWatch(reading: journals, limiter: limiter, clock: clock, logger: logger)
        var tally = Tally()
        let ended = try await LiveProgress.shown(showsProgress, board, limiter, clock, watching: watch) {
            try await RocketChatReader.with(
                address: address, credentials: credentials, options: client, logger: logger
            ) { reader in
                let desk = ReadContext(
                    journal: journal, limiter: limiter, settings: pace.runner, clock: clock,
                    now: { CurrentProcess.now }, board: board, logger: logger)
                let verifier = Verifier(reader: reader, desk: desk, undoTrail: undoTrail)
                let record = try VerificationRecord()
                let listed: ListedRooms?
                switch try await RoomSurvey(api: reader, desk: desk, into: record.listedRooms).read(
                    insteadOf: journal.movedRooms() + journal.visitorLines(),
                    announce: { if showsProgress { Output.say($0.sentence) } })
                {
                case .interrupted: return false
                case .oneByOne: listed = nil
                case .listed: listed = record.listedRooms
                }
                let isRead = try await verifier.verify(in: listed) { try note($0, &tally, &report) }
                guard isRead else { return false }
                let isFound = try await verifier.findNewRooms(in: listed) { room in
                    tally.newRooms.append(room)
                    try report.addNewRoom(
                        room.room.rawValue, old: room.oldVisitor.rawValue, new: room.newVisitor.rawValue)
                }
                // While rooms are back by an undo, no visitor is empty.
                guard isFound, undo?.isInForce != true else { return isFound }
                return try await EmptyVisitorCheck(reader: reader, desk: desk).check(in: listed) { row in
                    try report.addEmptied(row)
                }
            }
        }
        // What was read of journals that are gone by now is not what a person would find in their places.
        for journal in journals { try journal.requirePlace() }
        if let limit = limiter.foundLimit, !output.quiet { Output.say(limit.sentence) }
        guard ended else { throw pace.end.asked }
        return tally
    }

    private func note(_ room: VerifiedRoom, _ tally: inout Tally, _ report: inout VerificationReport) throws {
        tally.counts[room.mark, default: 0] += 1
        try report.add(
            mark: room.mark.rawValue, verdict: room.mark.verdict, room: room.room.rawValue, line: room.line,
            expected: room.expected.rawValue, found: room.found?.rawValue)
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
        let new = "\(counted(tally.newRooms.count, "room")) came to old visitors since"
        try Output.result("\nOf \(counted(tally.rooms, "room")): \(counts.joined(separator: ", ")). \(new).")
        if let undo, undo.isInForce { try Output.result(undo.sentence) }
        try Output.result("Report: \(path.shown)/rooms.csv")
        if !tally.newRooms.isEmpty, undo?.isInForce != true {
            let words = ["run", "\(path)/new-rooms.csv".asOperand]
            try Output.result("Next: \(CommandLine.other(words, keeping: .ofJob))")
        }
    }

    private struct Tally {
        var counts: [VerifiedRoom.Mark: Int] = [:]
        var newRooms: [NewRoom] = []
        /// Why rooms could not be printed any more.
        var outputFailure: (any Error)?

        var rooms: Int { counts.values.reduce(0, +) }

        var isClean: Bool {
            newRooms.isEmpty && counts.allSatisfy { $0.key == .left || $0.value == 0 }
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
