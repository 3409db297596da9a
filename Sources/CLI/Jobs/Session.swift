import Journal
import Logging
import Migration
import Model
import Report
import RocketChat

/// The part of a job that talks to the server.
struct Session {
    let journal: Journal
    let run: Int64
    let limiter: RateLimiter
    let settings: RunnerSettings
    let clock: any MonotonicClock
    /// The wall clock, for what is written into the journal.
    let now: @Sendable () -> Timestamp
    let board: ProgressBoard
    /// Says something that is worth a line of its own while the job is going.
    let announce: @Sendable (String) -> Void
    /// Called once, before the first operation is sent.
    let onFirstClaim: @Sendable () throws -> Void
    /// Operations that an earlier run ended without settling them: they are looked at once more.
    var leftOpen = 0
    /// True if every call of the job was counted from its beginning, so that they can be compared with what was expected.
    var countsAll = true
    /// Asks the user before the first move: why nothing is to be moved, or `nil`.
    var confirm: (@Sendable (_ rooms: Int, _ size: PlanSize, _ time: Duration?) async throws -> Stop?)?
    let logger: Logger

    /// Checks the server, finds the rooms of visitor lines, and moves everything meanwhile.
    ///
    /// - Returns: why it ended early, or `nil`.
    func merge(_ client: RocketChatClient) async throws -> Stop? {
        try await merge(client, reading: client.reader) { runner, discovery in
            try await runner.moveRooms(run: run, besides: discovery)
        }
    }

    /// The same with any client; `move` lets the runner carry out what is planned, and what its argument finds meanwhile.
    func merge<Client: RoomMover>(
        _ client: Client, reading reader: some JobReader,
        move: (Runner<Mover<Client>>, Runner<Mover<Client>>.Discovery?) async throws -> Stop?
    ) async throws -> Stop? {
        try limiter.remember(journal, before: run, at: now())
        do {
            guard
                let server = try await Preflight.check(
                    client, reading: reader, through: limiter, settings: settings, clock: clock)
            else { return .signal }
            try await journal.note(serverVersion: server.version.description, run: run)
        } catch let stop as Stop {
            return stop
        }
        let pace = try await expectMoves()
        if let stop = try await question(pace) { return stop }
        let openRooms = settings.openRooms
        let discoverer =
            try journal.undiscovered() > 0
            ? Discoverer(api: reader, desk: desk) { .moving($0, openRooms, seenClosed: $1) } : nil
        let (discovery, end) = AsyncStream.makeStream(of: Void.self)
        if discoverer == nil { end.finish() }
        let visitors = visitorCheck(reader)
        // Asked for on an endpoint of its own, so it costs the moves no time.
        async let isChecked = Self.check(visitors, after: discovery)
        let runner = Runner(
            api: client, journal: journal, limiter: limiter, settings: settings, clock: clock,
            now: now, board: board, onFirstClaim: onFirstClaim, logger: logger)
        var discover: Runner<Mover<Client>>.Discovery?
        if let discoverer {
            discover = { [announce] hasPlanned in
                defer { end.finish() }
                return try await discoverer.discover(announce: announce, hasPlanned: hasPlanned)
            }
        }
        if let stop = try await move(runner, discover) { return stop }
        do {
            return try await isChecked ? nil : .signal
        } catch let stop as Stop {
            return stop
        }
    }

    /// Asks whether to move anything, if there is anything to move.
    private func question(_ pace: CallPace) async throws -> Stop? {
        guard let confirm else { return nil }
        let (rooms, size) = try journal.snapshot { (try $0.pending(), try $0.size()) }
        guard rooms > 0 || size.visitorLines > 0 else { return nil }
        // Of an old visitor whose rooms are not found yet one is counted.
        let moves = min(rooms + size.visitorLines, settings.maxMoves ?? .max)
        return try await confirm(rooms, size, CallEstimate.moving(moves, settings.openRooms).time(at: pace))
    }

    /// Says what the moves of known rooms will cost, and remembers it.
    ///
    /// - Returns: how fast they may be.
    private func expectMoves() async throws -> CallPace {
        let moves = CallEstimate.moving(try journal.remaining(), settings.openRooms)
        try await expectPreflight(CallEstimate([.roomVisitor: 1, .roomsInfo: leftOpen]))
        try await desk.expect(moves, of: CallLedger.movingNamedRooms)
        let pace = CallPace(rate: limiter.expectedRate(on: .roomVisitor), spendsWindows: limiter.spendsWindows)
        let now = try CallEstimate.moving(min(journal.remaining(), settings.maxMoves ?? .max), settings.openRooms)
        let work = "To move \(counted(now.calls[.roomVisitor] ?? 0, "room"))"
        if let sentence = now.sentence(for: work, at: pace) { announce(sentence) }
        return pace
    }

    /// Remembers what every invocation costs before it begins, and `more`.
    private func expectPreflight(_ more: CallEstimate = CallEstimate()) async throws {
        try await desk.expect(.preflight + more, of: "beginning run \(run)")
    }

    /// Asks for old visitors without rooms, once all rooms are found.
    private static func check(_ visitors: NewVisitorCheck, after discovery: AsyncStream<Void>) async throws -> Bool {
        for await _ in discovery {}
        return try await visitors.checkOldVisitors()
    }

    /// Does the work while its progress is shown and while people may steer it.
    func shown<Value: Sendable>(
        _ isShown: Bool, as subject: ProgressSubject, following follower: SteeringFollower,
        watching watch: JournalWatch, _ recorder: MetricsRecorder?, _ work: () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await follower.follow() }
            group.addTask { await watch.follow() }
            group.addTask {
                await CallRecorder(journal.callLedger, run: run, limiter: limiter, clock: clock).follow()
            }
            if let recorder {
                group.addTask { await recorder.follow(board, clock: clock, read: tallies) }
            }
            defer { group.cancelAll() }
            return try await LiveProgress.shown(isShown, board, limiter, clock, of: subject, work)
        }
    }

    /// What the job has come to by now.
    private func tallies() throws -> CommandMetrics {
        try journal.snapshot { .job(try JobMetrics(of: $0, Reconciliation(of: $0))) }
    }

    /// The same way with a client that cannot write: what would come of every operation.
    func audit(_ reader: some JobReader) async throws -> Stop? {
        var refusal: Stop?
        var listed: ListedRooms?
        do {
            guard
                let server = try await Preflight.checkReading(
                    reader, through: limiter, settings: settings, clock: clock)
            else { return .signal }
            try await journal.note(serverVersion: server.version.description, run: run)
            try await expectPreflight()
            refusal = server.version.refusal
            if refusal != nil {
                announce(
                    "Nothing can be moved here; the audit shows what a clean-up before the upgrade would have done.")
            }
            // Asked for on an endpoint of its own, so it costs the list no time.
            let visitors = visitorCheck(reader)
            async let isChecked = visitors.checkNewVisitors()
            switch try await survey(reader) {
            case .interrupted:
                // What is being asked may still be answered, and is not asked again then.
                _ = try await isChecked
                return .signal
            case .listed:
                listed = journal.listedRooms
                try await Discoverer(api: reader, desk: desk).discover(in: journal.listedRooms)
            case .oneByOne:
                try await desk.expect(.looking(at: journal.remaining(), ofVisitors: 0), of: "reading")
                guard try await discover(reader) else {
                    _ = try await isChecked
                    return .signal
                }
            }
            // Once more, because rooms were found for visitors that were not in the plan before.
            guard try await isChecked, try await visitors.checkOldVisitors(), try await visitors.checkNewVisitors()
            else { return .signal }
        } catch let stop as Stop {
            return stop
        }
        var settings = settings
        settings.looksFirst = true
        let stop = try await Runner(
            auditing: reader, knowing: listed, journal: journal, limiter: limiter, settings: settings, clock: clock,
            now: now, board: board, logger: logger
        ).carryOut(run: run)
        if stop == nil {
            try await journal.expectLaterJobs(rooms: journal.listedRooms.total(), settings.openRooms)
            try await journal.listedRooms.forget()
        }
        return stop ?? refusal
    }

    /// Each room has to be asked for, and each old visitor for its history and for at least one room.
    private func survey<Reader: RoomFinder>(_ reader: Reader) async throws -> RoomSurvey<Reader>.Result {
        try await RoomSurvey(api: reader, desk: desk, into: journal.listedRooms).read(
            insteadOf: .looking(at: journal.remaining(), ofVisitors: journal.undiscovered()),
            announce: { announce($0.sentence) })
    }

    private func visitorCheck(_ reader: some VisitorReader) -> NewVisitorCheck {
        NewVisitorCheck(desk: desk) { await reader.visitor($0) }
    }

    private func discover(_ reader: some RoomFinder) async throws -> Bool {
        let discoverer = Discoverer(api: reader, desk: desk) { rooms, _ in .looking(at: rooms, ofVisitors: 0) }
        return try await discoverer.discover(announce: announce)
    }

    private var desk: ReadContext {
        ReadContext(
            journal: journal, limiter: limiter, settings: settings, clock: clock, now: now, board: board,
            logger: logger, ledger: countsAll ? journal.callLedger : nil)
    }
}
