import ArgumentParser
import Model

/// The random part of the work of a command that only reads.
struct SampleOptionGroup: ParsableArguments {
    @Option(
        help: "Look only at a random part: a number such as 200, or a share such as 5%. [VISITOR_MERGE_SAMPLE]",
        transform: Self.size)
    var sample: Sample.Size?

    @Option(
        help: "Draw the sample that has this number; the report has it.", transform: Settings.number(in: Sample.seeds))
    var seed: Int?

    /// What is to be drawn.
    struct Request: Sendable {
        var size: Sample.Size
        /// `nil` for a new one, or for that of what is resumed.
        var seed: Int?

        /// Whether a sample that was drawn before is what is asked for.
        func allows(_ sample: Sample?) -> Bool {
            sample?.size == size && (seed == nil || seed == sample?.seed)
        }

        func drawn() -> Sample {
            // Short enough to be typed.
            Sample(size: size, seed: seed ?? .random(in: 0..<1_000_000))
        }
    }

    /// `nil` if nothing is left out.
    func resolved(_ settings: Settings) throws -> Request? {
        let size = try settings.optional(
            sample, "sample", expected: "a number such as 200, or a share such as 5%", Sample.Size.init)
        guard let size else {
            guard seed == nil else { throw ValidationError("--seed is the number of a sample: give --sample too.") }
            return nil
        }
        return Request(size: size, seed: try settings.sampleSeed(seed, in: Sample.seeds))
    }

    private static func size(_ argument: String) throws -> Sample.Size {
        guard let size = Sample.Size(argument) else {
            throw ValidationError(
                "'\(argument)' is no size of a sample: use a number such as 200, or a share such as 5%.")
        }
        return size
    }
}
