/// The version of the tool.
enum ToolVersion {
    /// For journals and reports.
    static let current = "0.1.0"

    /// What the program calls itself before a server.
    static let userAgent = "visitor-merge/\(current)"

    /// For `--version`: with what it was built from.
    static let withCommit = "\(current) (\(BuildCommit.known.map { "commit \($0)" } ?? "unknown commit"))"
}
