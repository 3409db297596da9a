import ArgumentParser
import Journal
import Migration
import Model

/// How fast and how patiently to work; shared by every command that sends operations.
struct PaceOptionGroup: ParsableArguments {
    @Option(
        help: """
            auto, 10/min, 5/s, 20000/h or unlimited. auto learns the limit of the server, or of a proxy in front of it; 80/s/8 is the share of one of eight \
            processes. [VISITOR_MERGE_RATE]
            """,
        transform: Self.rate)
    var rate: RateSetting?

    @Option(
        help: "Most requests in flight, 1 to 256; 8 unless told. [VISITOR_MERGE_CONCURRENCY]",
        transform: Settings.number(in: Self.concurrencies))
    var concurrency: Int?

    @Option(
        help: "Seconds until a request is given up; 30 unless told. [VISITOR_MERGE_TIMEOUT]",
        transform: Settings.number(in: Self.timeouts))
    var timeout: Int?

    @Option(
        help: """
            Temporary failures an operation may have; 6 unless told. A server that goes away altogether is waited for, \
            half a minute for each. [VISITOR_MERGE_MAX_ATTEMPTS]
            """, transform: Settings.number(in: Self.attempts))
    var maxAttempts: Int?

    @Option(
        help: """
            Stop when more operations than that fail: a number, or a share such as 10% that counts after the first 50; \
            10% unless told. [VISITOR_MERGE_MAX_FAILURES]
            """, transform: Self.failures)
    var maxFailures: FailureLimit?

    @Option(
        help: "Stop cleanly after that long, such as 90m or 8h; the same command goes on. [VISITOR_MERGE_MAX_DURATION]",
        transform: DurationOption.parse)
    var maxDuration: DurationOption?

    @Option(
        help: """
            Work only between these local times, such as 22:00-06:00, and stop cleanly when the window closes. \
            [VISITOR_MERGE_WINDOW]
            """, transform: Self.window)
    var window: DailyWindow?

    @Option(
        help: """
            defer: look before every move and leave a live conversation alone until it is closed, because the move \
            cuts its visitor off. move: move it too, without a look. [VISITOR_MERGE_OPEN_ROOMS]
            """)
    var openRooms: OpenRoomPolicy?

    /// The settings after flags, environment and defaults.
    struct Resolved {
        var rate: RateSetting
        var timeout: Duration
        /// When to stop, and why then; `nil` for as long as it takes.
        var end: WorkingTime.End?
        var runner: RunnerSettings

        /// As the journal remembers them.
        var journalled: RunSettings {
            RunSettings(
                rate: rate.description, concurrency: runner.concurrency, openRooms: runner.openRooms.rawValue)
        }
    }

    func resolved(_ settings: Settings) throws -> Resolved {
        let concurrency = try settings.number(concurrency, "concurrency", in: Self.concurrencies, default: 8)
        let attempts = try settings.number(maxAttempts, "max-attempts", in: Self.attempts, default: 6)
        let timeout = try settings.number(timeout, "timeout", in: Self.timeouts, default: 30, "seconds")
        let openRooms = try settings.value(openRooms, "open-rooms", default: .defer, expected: "defer or move") {
            OpenRoomPolicy(rawValue: $0)
        }
        let rate = try settings.value(
            rate, "rate", default: .auto, expected: "auto, unlimited or a rate such as 10/min"
        ) { RateSetting($0) }
        var runner = RunnerSettings(
            concurrency: concurrency, openRooms: openRooms, retry: RetryPolicy(maxAttempts: attempts))
        runner.maxFailures = try settings.value(
            maxFailures, "max-failures", default: .standard, expected: "a number or a share such as 10%"
        ) { FailureLimit($0) }
        let maxDuration = try settings.optional(
            maxDuration, "max-duration", expected: "a length of time such as 90m or 8h"
        ) { DurationOption(argument: $0) }
        let window = try settings.optional(
            window, "window", expected: "two local times such as 22:00-06:00"
        ) { DailyWindow($0) }
        let time = WorkingTime(maxDuration: maxDuration?.duration, window: window)
        return Resolved(
            rate: rate, timeout: .seconds(timeout), end: time.end(now: .now, at: CurrentProcess.now), runner: runner)
    }

    private static let concurrencies = 1...256
    private static let timeouts = 1...3600
    private static let attempts = 1...100

    private static func failures(_ argument: String) throws -> FailureLimit {
        guard let limit = FailureLimit(argument) else {
            throw ValidationError("'\(argument)' is no limit for failures: use a number, or a share such as 10%.")
        }
        return limit
    }

    private static func window(_ argument: String) throws -> DailyWindow {
        guard let window = DailyWindow(argument) else {
            throw ValidationError("'\(argument)' is no window: use two local times, such as 22:00-06:00.")
        }
        return window
    }

    private static func rate(_ argument: String) throws -> RateSetting {
        guard let rate = RateSetting(argument) else {
            throw ValidationError(
                "'\(argument)' is no rate: use auto, unlimited, or one such as 10/min, 5/s or 20000/h. A share such as 80/s/8 "
                    + "needs a number of requests that can be parted evenly.")
        }
        return rate
    }
}

extension OpenRoomPolicy: ExpressibleByArgument {}
