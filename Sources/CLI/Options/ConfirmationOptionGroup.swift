import ArgumentParser

/// Whether a command that moves rooms asks before it does so.
struct ConfirmationOptionGroup: ParsableArguments {
    @Flag(
        inversion: .prefixedNo, exclusivity: .chooseLast,
        help: """
            Do not ask before the first move. The question comes on a terminal only; without one nothing is ever asked. \
            [VISITOR_MERGE_YES]
            """)
    var yes: Bool?

    /// Whether to ask.
    func asks(_ settings: Settings, isDry: Bool) throws -> Bool {
        let isConfirmed = try settings.flag(yes, "yes")
        return !isDry && !isConfirmed && MoveQuestion.canBeAsked
    }
}
