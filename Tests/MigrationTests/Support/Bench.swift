import GRDB
import Journal
import Logging
import Mapping
import Migration
import Model
import RocketChat
import TestSupport

/// A journal on disk, and runs on it.
struct Bench: Sendable {
    /// What one run came to.
    struct Result: Sendable, Equatable {
        var stop: Stop?
        var board: ProgressBoard.Snapshot
    }

    private let directory: TemporaryDirectory
    let path: String

    /// Plans a mapping of room lines, `room old new` each.
    init(_ lines: [String]) throws {
        directory = try TemporaryDirectory()
        path = directory("journal.db")
        let rows = lines.map { $0.split(separator: " ").joined(separator: ",") }
        let mapping = try directory.write((["room,old,new"] + rows).joined(separator: "\n"), as: "mapping.csv")
        let job = Job(
            kind: .run, server: "http://127.0.0.1", mappingPath: mapping, toolVersion: "test",
            plannedAt: Timestamp(milliseconds: 0))
        _ = try Planner.plan(try MappingReader(.file(mapping)), for: job, at: path)
    }

    /// Lets another program write into the journal.
    func execute(_ sql: String) throws {
        try DatabaseQueue(path: path).write { try $0.execute(sql: sql) }
    }

    /// As many rooms `R1`, `R2`, … on their way from `A` to `B`.
    init(rooms: Int) throws {
        try self.init((1...rooms).map { "R\($0) A B" })
    }

    static func owners(rooms: Int, _ visitor: String = "A") -> [RoomID: VisitorID] {
        Dictionary(uniqueKeysWithValues: (1...rooms).map { (RoomID("R\($0)"), VisitorID(visitor)) })
    }

    /// Back-offs far below anything a person would notice.
    static let quick = RetryPolicy(
        maxAttempts: 3, base: .microseconds(200), cap: .milliseconds(1), quiet: .milliseconds(1))

    static func settings(
        concurrency: Int = 4, openRooms: OpenRoomPolicy = .defer, retry: RetryPolicy = quick,
        drainLimit: Duration = .seconds(30)
    ) -> RunnerSettings {
        RunnerSettings(
            concurrency: concurrency, openRooms: openRooms, retry: retry, drainLimit: drainLimit, jitter: { 1 })
    }

    /// One run from beginning to end, without pacing.
    @discardableResult
    func run(_ api: some RoomMover, _ settings: RunnerSettings = settings()) async throws -> Result {
        try await run(api, settings, rate: .unlimited, clock: ContinuousClock())
    }

    @discardableResult
    func run(
        _ api: some RoomMover, _ settings: RunnerSettings, rate: RateSetting, clock: any MonotonicClock,
        board: ProgressBoard = ProgressBoard()
    ) async throws -> Result {
        let journal = try Journal(at: path, for: .write)
        let run = try await journal.begin(Self.someRun)
        let runner = Runner(
            api: api, journal: journal, limiter: RateLimiter(rate, clock: clock), settings: settings, clock: clock,
            now: { Timestamp(milliseconds: 1_714_651_200_000) }, board: board, logger: Self.logger)
        let stop = try await runner.carryOut(run: run)
        try journal.end(run, at: Timestamp(milliseconds: 1), stop: stop, waited: .zero)
        try journal.close()
        return Result(stop: stop, board: board.snapshot)
    }

    /// An audit from beginning to end, without pacing.
    func audit(_ api: some RoomReader) async throws {
        let journal = try Journal(at: path, for: .write)
        let run = try await journal.begin(Self.someRun)
        let clock = ContinuousClock()
        let runner = Runner(
            auditing: api, journal: journal, limiter: RateLimiter(.unlimited, clock: clock), settings: Self.settings(),
            clock: clock, now: { Timestamp(milliseconds: 1_714_651_200_000) }, board: ProgressBoard(),
            logger: Self.logger)
        let stop = try await runner.carryOut(run: run)
        try journal.end(run, at: Timestamp(milliseconds: 1), stop: stop, waited: .zero)
        try journal.close()
    }

    /// A run that claimed `count` operations and was killed before it could write anything else.
    func crash(claiming count: Int) async throws {
        let journal = try Journal(at: path, for: .write)
        var exchange = RunTransaction(run: try await journal.begin(Self.someRun))
        exchange.wanted = count
        exchange.declares = true
        _ = try await journal.exchange(exchange)
        try journal.close()
    }

    /// The operations as a second, read-only connection sees them now.
    func rows() throws -> [OperationRow] {
        let journal = try Journal(at: path, for: .read)
        var rows: [OperationRow] = []
        try journal.forEachOperation { rows.append($0) }
        try journal.close()
        return rows
    }

    func row(_ room: String) throws -> OperationRow? {
        try rows().first { $0.room == room }
    }

    func states() throws -> [OperationState] {
        try rows().map(\.state)
    }

    static let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    static let someRun = Run(
        startedAt: Timestamp(milliseconds: 0), host: "host", pid: 1, user: "user", toolVersion: "test",
        settings: RunSettings(rate: "unlimited", concurrency: 4, openRooms: "defer"))
}
