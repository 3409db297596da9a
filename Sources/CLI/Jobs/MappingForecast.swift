import Journal
import Mapping
import Migration
import Model
import Report
import RocketChat

/// What audit, run and verify of one mapping will cost on a server.
struct MappingForecast: Sendable {
    /// What a mapping asks for.
    struct Plan: Sendable {
        /// What the user calls it.
        var name: String
        var lines: Int
        var size: PlanSize

        /// Plans it by every rule, in a folder that goes when it is done, and counts.
        ///
        /// Blocks its thread.
        ///
        /// - Throws: `MappingError`, `JournalError`, `Stop` when asked to.
        init(
            _ source: MappingSource, _ options: MappingOptions, isAskedToStop: @escaping @Sendable () -> Bool
        ) throws {
            try source.requireFile()
            name = source.name
            (lines, size) = try TemporaryFolder.with { folder in
                let path = folder + "/plan.db"
                let job = Job(
                    kind: .run, server: "", mappingPath: source.name, toolVersion: ToolVersion.current,
                    plannedAt: CurrentProcess.now)
                _ = try Planner.plan(
                    MappingReader(source, options: options, isAskedToStop: isAskedToStop), for: job, at: path,
                    isAskedToStop: isAskedToStop)
                let journal = try Journal(at: path, for: .read)
                return (try journal.job().lines, try journal.size())
            }
        }

        /// How many rooms move at the least.
        var moves: Int { size.rooms + size.visitorLines }

        /// As a word of a command that is typed next.
        var operand: String { name.asOperand }
    }

    var plan: Plan
    var openRooms: OpenRoomPolicy
    /// At the rate in force.
    var pace: CallPace
    /// How many rooms the workspace has; `nil` if the caller may not list them.
    var rooms: Int?

    init(_ plan: Plan, openRooms: OpenRoomPolicy, pace: CallPace, _ examination: Examination) {
        self.plan = plan
        self.openRooms = openRooms
        self.pace = pace
        if case .granted(let page)? = examination.rooms { rooms = page.total }
    }

    private var forecast: JobForecast {
        JobForecast(for: plan.size, rooms: rooms, openRooms: openRooms)
    }

    /// In the order in which they are typed.
    var jobs: [(name: String, estimate: CallEstimate)] {
        let forecast = forecast
        return [("audit", forecast.audit), ("run", forecast.run), ("verify", forecast.verify)]
    }

    /// A line for each job, under one that says of what.
    var text: [String] {
        let things =
            [(plan.size.rooms, "room"), (plan.size.visitorLines, "old visitor")].filter { $0.0 > 0 }
            .map { counted($0.0, $0.1) }
        let content = things.isEmpty ? "nothing to move" : things.joined(separator: " and ")
        return ["\(plan.name.shown) has \(content). What it will cost:"]
            + jobs.map { name, estimate in
                let time = estimate.time(at: pace).map { $0 < .seconds(5) ? "seconds" : "about \($0.inWords)" }
                let least = estimate.isLeast ? "at least " : ""
                guard estimate.total > 0 else { return "  \(name.padded(to: 6))  no calls" }
                return "  \(name.padded(to: 6))  \(least)\(time ?? "as fast as answers come"): \(estimate.endpoints)"
            }
    }
}

/// A forecast in the JSON of `doctor`.
struct ForecastKeys: Encodable {
    var path: String
    var lines: Int
    var rooms: Int
    var old_visitors: Int
    var jobs: [String: JobKeys]

    struct JobKeys: Encodable {
        var calls: [String: Int]
        /// `nil` if no rate limits it.
        var seconds: Int?
        /// True if more may be needed: how many rooms old visitors have is not known.
        var at_least: Bool
    }

    init(_ forecast: MappingForecast) {
        path = forecast.plan.name
        lines = forecast.plan.lines
        rooms = forecast.plan.size.rooms
        old_visitors = forecast.plan.size.visitorLines
        jobs = Dictionary(
            uniqueKeysWithValues: forecast.jobs.map { name, estimate in
                let seconds = estimate.time(at: forecast.pace).map { Int($0.inSeconds.rounded(.up)) }
                return (name, JobKeys(calls: estimate.named, seconds: seconds, at_least: estimate.isLeast))
            })
    }
}
