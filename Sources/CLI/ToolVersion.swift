/// The version of the tool.
enum ToolVersion {
    /// For journals, reports and the server.
    static let current = "0.1.0"

    /// For `--version`: with what it was built from.
    static let withCommit = "\(current) (\(BuildCommit.known.map { "commit \($0)" } ?? "unknown commit"))"
}
