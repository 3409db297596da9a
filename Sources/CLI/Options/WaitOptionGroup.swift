import ArgumentParser

/// How patiently to begin; shared by every command that locks what it works on.
struct WaitOptionGroup: ParsableArguments {
    @Option(
        help: """
            Wait that long, such as 10m, for a journal that another run has locked, instead of ending at once with 75 \
            (default: 0s). [VISITOR_MERGE_WAIT]
            """, transform: DurationOption.parse)
    var wait: DurationOption?

    /// The patience of this invocation, which begins now.
    func resolved(_ settings: Settings) throws -> LockPatience {
        let wait = try settings.value(
            wait, "wait", default: DurationOption(.zero), expected: "a length of time such as 90s or 10m"
        ) { DurationOption(argument: $0) }
        return LockPatience(wait.duration, clock: ContinuousClock())
    }
}
