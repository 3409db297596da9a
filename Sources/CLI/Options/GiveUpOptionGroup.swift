import ArgumentParser

/// How long a room may be open; shared by the commands that move.
struct GiveUpOptionGroup: ParsableArguments {
    @Option(
        help: """
            Let a room need review that was open when this job first looked at it, that long ago or longer, such as 30d; \
            each run looks at it again. Default: a room may be open for ever, and the job ends with 2. \
            [VISITOR_MERGE_GIVE_UP_OPEN]
            """, transform: DurationOption.parse)
    var giveUpOpen: DurationOption?

    func resolved(_ settings: Settings) throws -> Duration? {
        try settings.optional(giveUpOpen, "give-up-open", expected: "a length of time such as 30d") {
            DurationOption(argument: $0)
        }?.duration
    }
}
