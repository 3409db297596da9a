package import Model

/// What one invocation came to, for a dashboard: a value that is text for Prometheus.
package struct InvocationMetrics: Sendable {
    package var mode: String
    package var toolVersion: String
    package var startedAt: Timestamp
    package var endedAt: Timestamp
    /// What the process ends with.
    package var exitStatus: Int32
    /// When an invocation with this file last ended with 0, before this one.
    package var previousSuccess: Timestamp?
    /// `nil` when the command did not come that far: what is not known is not told.
    package var tallies: CommandMetrics?

    package init(
        mode: String, toolVersion: String, startedAt: Timestamp, endedAt: Timestamp, exitStatus: Int32,
        tallies: CommandMetrics? = nil
    ) {
        self.mode = mode
        self.toolVersion = toolVersion
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.exitStatus = exitStatus
        self.tallies = tallies
    }

    private static let successName = "last_success_timestamp_seconds"

    /// The content of the metrics file of that name.
    ///
    /// Every sample is labelled with it: the collector refuses two files that have a sample in common, and the names in
    /// its folder are the one thing that tells all jobs and parts of jobs of a machine apart.
    package func text(inFileNamed file: String) -> String {
        families.filter { !$0.samples.isEmpty }.map { $0.text(with: ("file", file)) }.joined()
    }

    private var families: [MetricFamily] {
        let success = exitStatus == 0 ? endedAt : previousSuccess
        let last = [
            MetricFamily(
                "build_info", .gauge, "The tool that wrote this and what it was asked to do; always 1.",
                [.init(.count(1), [("mode", mode), ("version", toolVersion)])]),
            MetricFamily(
                "last_exit_status", .gauge,
                "What the last run ended with: 0 every line settled, 1 some lines need a person, 2 it goes on, else it failed.",
                [.init(.count(Int(exitStatus)))]),
            MetricFamily(
                "last_end_timestamp_seconds", .gauge, "When the last run ended.",
                [.init(.seconds(milliseconds: endedAt.milliseconds))]),
            MetricFamily(
                "last_duration_seconds", .gauge, "How long the last run took.",
                [.init(.seconds(milliseconds: endedAt.milliseconds - startedAt.milliseconds))]),
            MetricFamily(
                Self.successName, .gauge, "When a run last ended with every line settled.",
                success.map { [.init(.seconds(milliseconds: $0.milliseconds))] } ?? []),
        ]
        return last + (tallies?.families ?? [])
    }

    /// The time of the last success in an earlier metrics file; `nil` if there is none that makes sense.
    package static func lastSuccess(in text: String) -> Timestamp? {
        guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("visitor_merge_\(successName){") }),
            let value = line.split(separator: " ").last
        else { return nil }
        let parts = value.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let fraction = parts.count == 2 ? parts[1] : "000"
        guard fraction.count == 3, let rest = UInt16(fraction), let seconds = UInt32(parts[0]) else { return nil }
        return Timestamp(milliseconds: Int64(seconds) * 1000 + Int64(rest))
    }
}
