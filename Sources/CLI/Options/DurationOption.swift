import ArgumentParser

/// A length of time as it is written on the command line: `90s`, `30m`, `24h`, `7d`.
struct DurationOption {
    var duration: Duration

    static let day = DurationOption(.seconds(86_400))

    init(_ duration: Duration) {
        self.duration = duration
    }

    init?(argument: String) {
        let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        guard let last = argument.last, let unit = units[last], let count = Int(argument.dropLast()),
            (0...100_000).contains(count)
        else { return nil }
        duration = .seconds(count * unit)
    }

    /// The same of an option.
    ///
    /// - Throws: `ValidationError` with what would be right.
    static func parse(_ argument: String) throws -> Self {
        guard let duration = Self(argument: argument) else {
            throw ValidationError("'\(argument)' is no length of time: use one such as 90m or 8h.")
        }
        return duration
    }
}
