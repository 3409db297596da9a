import Model

extension CommandLine {
    /// The command as it was typed: every command can be run again, and goes on where it was.
    static var same: String {
        (["visitor-merge"] + arguments.dropFirst()).map(\.quotedForShell).joined(separator: " ")
    }
}
