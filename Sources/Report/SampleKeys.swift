import Model

/// A random sample as the reports name it.
struct SampleKeys: Encodable {
    var size: String
    var seed: Int

    init(_ sample: Sample) {
        size = sample.size.description
        seed = sample.seed
    }
}

extension Sample {
    /// The options that draw it again.
    package var options: String { "--sample \(size) --seed \(seed)" }
}
