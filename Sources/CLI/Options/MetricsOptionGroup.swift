import ArgumentParser
import Journal
import Report

/// Where the numbers of a run go for monitoring; shared by every command that works on a journal with a server.
struct MetricsOptionGroup: ParsableArguments {
    @Option(
        help: """
            Write metrics in Prometheus' text format to this file when the command begins, every 15 seconds while it works, \
            and when it ends, however it ends. node_exporter \
            wants a name that ends in .prom. [VISITOR_MERGE_METRICS_FILE]
            """)
    var metricsFile: String?

    func validate() throws {
        guard metricsFile != "" else { throw ValidationError("--metrics-file needs the name of a file.") }
    }

    /// The file that was named on the command line, if any.
    var file: MetricsFile? { metricsFile.map(MetricsFile.init) }

    /// The file for a job; `nil` if nobody asked for one.
    ///
    /// What the environment names belongs to the command that does the work: an audit or a rehearsal before it, or a
    /// verification after it, must not pass for that.
    func file(_ kind: Job.Kind, _ settings: Settings) -> MetricsFile? {
        switch kind {
        case .run, .undo: file ?? settings.option("metrics-file").map(MetricsFile.init)
        case .audit, .rehearsal: file
        }
    }
}
