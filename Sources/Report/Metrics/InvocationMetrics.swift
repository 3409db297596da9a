package import Model

/// What one invocation came to, or has come to so far, for a dashboard: a value that is text for Prometheus.
package struct InvocationMetrics: Sendable {
    /// How an invocation ended.
    struct End: Sendable {
        /// In milliseconds since 1970.
        var instant: Int64
        var milliseconds: Int64
        /// What the process ends with.
        var exitStatus: Int
    }

    private let mode: String
    private let toolVersion: String
    private let startedAt: Timestamp
    private let writtenAt: Timestamp
    private let lastProgressAt: Timestamp?
    /// How far the present step is; `nil` when that is not known, and at the end.
    private let steps: (done: Int, planned: Int)?
    /// How this invocation ended; `nil` while it goes.
    private let end: End?
    /// `nil` when the command did not come that far: what is not known is not told.
    private let tallies: CommandMetrics?
    /// How the invocation before this one ended, and when one last ended with 0.
    private var previous: End?
    package var previousSuccess: Timestamp?

    /// An invocation that has ended.
    package init(
        mode: String, toolVersion: String, startedAt: Timestamp, endedAt: Timestamp, exitStatus: Int32,
        lastProgressAt: Timestamp? = nil, tallies: CommandMetrics? = nil
    ) {
        self.mode = mode
        self.toolVersion = toolVersion
        self.startedAt = startedAt
        self.writtenAt = endedAt
        self.lastProgressAt = lastProgressAt
        steps = nil
        end = End(
            instant: endedAt.milliseconds, milliseconds: endedAt.milliseconds - startedAt.milliseconds,
            exitStatus: Int(exitStatus))
        self.tallies = tallies
    }

    /// An invocation that is going.
    package init(
        mode: String, toolVersion: String, startedAt: Timestamp, writtenAt: Timestamp, lastProgressAt: Timestamp?,
        steps: (done: Int, planned: Int)?, tallies: CommandMetrics?
    ) {
        self.mode = mode
        self.toolVersion = toolVersion
        self.startedAt = startedAt
        self.writtenAt = writtenAt
        self.lastProgressAt = lastProgressAt
        self.steps = steps
        end = nil
        self.tallies = tallies
    }

    /// The same, which also says what an earlier text said of the invocation before: how it ended, and when one was last
    /// successful.
    package func following(_ text: String) -> InvocationMetrics {
        var metrics = self
        metrics.previousSuccess = Self.lastSuccess(in: text)
        if let instant = Self.milliseconds(of: Self.endName, in: text),
            let length = Self.milliseconds(of: Self.durationName, in: text),
            let status = Self.milliseconds(of: Self.statusName, in: text)
        {
            metrics.previous = End(instant: instant, milliseconds: length, exitStatus: Int(status / 1000))
        }
        return metrics
    }

    private static let successName = "last_success_timestamp_seconds"
    private static let endName = "last_end_timestamp_seconds"
    private static let durationName = "last_duration_seconds"
    private static let statusName = "last_exit_status"

    /// The content of the metrics file of that name.
    ///
    /// Every sample is labelled with it: the collector refuses two files that have a sample in common, and the names in
    /// its folder are the one thing that tells all jobs and parts of jobs of a machine apart.
    package func text(inFileNamed file: String) -> String {
        families.filter { !$0.samples.isEmpty }.map { $0.text(with: ("file", file)) }.joined()
    }

    private var families: [MetricFamily] {
        let now = [
            MetricFamily(
                "build_info", .gauge, "The tool that wrote this and what it was asked to do; always 1.",
                [.init(.count(1), [("mode", mode), ("version", toolVersion)])]),
            MetricFamily(
                "running", .gauge, "Whether the run was going when this was written: 1 or 0.",
                [.init(.count(end == nil ? 1 : 0))]),
            Self.instant("started_timestamp_seconds", "When the present run began, or the last one.", startedAt),
            Self.instant("updated_timestamp_seconds", "When this was written.", writtenAt),
            Self.instant(
                "last_progress_timestamp_seconds", "When the run was last seen to have done something.", lastProgressAt),
            MetricFamily(
                "progress_done", .gauge, "Rooms or other things that the present step of the run has done.",
                steps.map { [.init(.count($0.done))] } ?? []),
            MetricFamily(
                "progress_planned", .gauge, "Rooms or other things that the present step of the run is about.",
                steps.map { [.init(.count($0.planned))] } ?? []),
        ]
        return now + lastFamilies + (tallies?.families ?? [])
    }

    /// What is said of the run that ended last.
    private var lastFamilies: [MetricFamily] {
        let last = end ?? previous
        let success = end.flatMap { $0.exitStatus == 0 ? $0.instant : nil } ?? previousSuccess?.milliseconds
        return [
            MetricFamily(
                Self.statusName, .gauge,
                "What the last run ended with: 0 every line settled, 1 some lines need a person, 2 it goes on, else it failed.",
                last.map { [.init(.count($0.exitStatus))] } ?? []),
            MetricFamily(
                Self.endName, .gauge, "When the last run ended.",
                last.map { [.init(.seconds(milliseconds: $0.instant))] } ?? []),
            MetricFamily(
                Self.durationName, .gauge, "How long the last run took.",
                last.map { [.init(.seconds(milliseconds: $0.milliseconds))] } ?? []),
            MetricFamily(
                Self.successName, .gauge, "When a run last ended with every line settled.",
                success.map { [.init(.seconds(milliseconds: $0))] } ?? []),
        ]
    }

    private static func instant(_ name: String, _ help: String, _ instant: Timestamp?) -> MetricFamily {
        MetricFamily(
            name, .gauge, help, instant.map { [.init(.seconds(milliseconds: $0.milliseconds))] } ?? [])
    }

    /// The time of the last success in an earlier metrics file; `nil` if there is none that makes sense.
    package static func lastSuccess(in text: String) -> Timestamp? {
        milliseconds(of: successName, in: text).map { Timestamp(milliseconds: $0) }
    }

    /// A number of seconds in an earlier metrics file, as this program writes it.
    private static func milliseconds(of name: String, in text: String) -> Int64? {
        guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("visitor_merge_\(name){") }),
            let value = line.split(separator: " ").last
        else { return nil }
        let parts = value.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let fraction = parts.count == 2 ? parts[1] : "000"
        guard fraction.count == 3, let rest = UInt16(fraction), let seconds = UInt32(parts[0]) else { return nil }
        return Int64(seconds) * 1000 + Int64(rest)
    }
}
