import ArgumentParser

/// How many moves a command that moves rooms may send; an audit sends none.
struct MoveLimitOptionGroup: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: """
            Send at most N moves, then stop cleanly: look at those rooms before the rest is moved. \
            [VISITOR_MERGE_MAX_MOVES]
            """, transform: Settings.number(in: Self.possible))
    var maxMoves: Int?

    func resolved(_ settings: Settings, isDry: Bool) throws -> Int? {
        if maxMoves != nil, isDry {
            throw ValidationError("--max-moves limits what is sent, and --dry-run sends nothing: use one of them.")
        }
        let (least, most) = (Self.possible.lowerBound, Self.possible.upperBound)
        let limit = try settings.optional(maxMoves, "max-moves", expected: "a number from \(least) to \(most)") {
            text in
            Int(text).flatMap { Self.possible.contains($0) ? $0 : nil }
        }
        return isDry ? nil : limit
    }

    private static let possible = 1...1_000_000_000
}
