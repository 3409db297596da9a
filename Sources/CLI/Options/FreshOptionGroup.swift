import ArgumentParser

/// Whether a job that only reads begins afresh where it could be resumed.
struct FreshOptionGroup: ParsableArguments {
    @Flag(
        inversion: .prefixedNo, exclusivity: .chooseLast,
        help: "Begin afresh where the same command was interrupted, instead of resuming it.")
    var fresh: Bool?

    func resolved(_ settings: Settings) throws -> Bool {
        try settings.flag(fresh, "fresh")
    }

    /// The same for a command that does so only if it is asked to look, and resumes its journal otherwise.
    func resolved(_ settings: Settings, isDry: Bool) throws -> Bool {
        if fresh == true, !isDry {
            throw ValidationError(
                "--fresh goes with --dry-run only: what has a journal of moves is resumed with it. For another job, name "
                    + "another journal.")
        }
        // A value that means nothing is refused in any case.
        let isFresh = try resolved(settings)
        return isDry && isFresh
    }
}
