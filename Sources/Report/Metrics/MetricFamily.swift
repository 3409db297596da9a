import Model

/// One metric with all of its samples, in the text format that Prometheus reads.
struct MetricFamily: Sendable {
    enum Kind: String, Sendable {
        /// Only grows, as long as the journal is the same.
        case counter
        case gauge
    }

    /// A number that is exact in the text.
    enum Value: Sendable, Equatable {
        case count(Int)
        /// Seconds, told in milliseconds.
        case seconds(milliseconds: Int64)
    }

    struct Sample: Sendable {
        /// In the order in which they stand in the text.
        var labels: [(name: String, value: String)]
        var value: Value

        init(_ value: Value, _ labels: [(name: String, value: String)] = []) {
            self.labels = labels
            self.value = value
        }
    }

    var name: String
    var help: String
    var kind: Kind
    var samples: [Sample]

    init(_ name: String, _ kind: Kind, _ help: String, _ samples: [Sample]) {
        self.name = "visitor_merge_" + name
        self.help = help
        self.kind = kind
        self.samples = samples
    }

    /// The family's lines; each sample carries `label` before its own labels.
    func text(with label: (name: String, value: String)) -> String {
        let lines = samples.map { sample in
            let labels = ([label] + sample.labels).map { "\($0.name)=\"\(Self.escaped($0.value))\"" }
            return "\(name){\(labels.joined(separator: ","))} \(sample.value)\n"
        }
        return "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n" + lines.joined()
    }

    /// A label's value as it stands between quotes; what cannot be seen is written out before.
    private static func escaped(_ value: String) -> String {
        value.shown.escaped { scalar in
            switch scalar {
            case "\\": "\\\\"
            case "\"": "\\\""
            case "\n": "\\n"
            default: nil
            }
        }
    }
}

extension MetricFamily.Value: CustomStringConvertible {
    var description: String {
        switch self {
        case .count(let count): return "\(count)"
        case .seconds(let milliseconds):
            let sign = milliseconds < 0 ? "-" : ""
            let (seconds, rest) = milliseconds.magnitude.quotientAndRemainder(dividingBy: 1000)
            guard rest > 0 else { return "\(sign)\(seconds)" }
            return "\(sign)\(seconds).\(String(rest + 1000).dropFirst())"
        }
    }
}
