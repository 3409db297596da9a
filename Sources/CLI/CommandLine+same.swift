import Model

extension CommandLine {
    /// The command as it was typed: every command can be run again, and goes on where it was.
    static var same: String {
        (["visitor-merge"] + arguments.dropFirst().map(\.withoutLogin)).map(\.quotedForShell).joined(separator: " ")
    }
}

extension String {
    /// The word without the user and the password of a URL in it, as `--proxy` may have them: what is printed is kept.
    var withoutLogin: String {
        guard let start = firstRange(of: "://")?.upperBound else { return self }
        let authority = self[start...].prefix { !"/?#".contains($0) }
        guard let at = authority.lastIndex(of: "@") else { return self }
        return self[..<start] + "USER:PASSWORD" + self[at...]
    }
}
