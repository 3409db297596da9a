/// Metrics as a collector reads them: a second opinion on the text.
package struct MetricsText: Sendable {
    /// The value of each sample, by everything that stands before it.
    package private(set) var samples: [String: String] = [:]

    /// Reads Prometheus' text format; `nil` for anything that is not complete and in it.
    package init?(_ text: String) {
        guard text.hasSuffix("\n") else { return nil }
        var described: Set<Substring> = []
        var typed: Set<Substring> = []
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 3)
            if line.hasPrefix("# HELP "), words.count == 4 {
                guard described.insert(words[2]).inserted else { return nil }
            } else if line.hasPrefix("# TYPE "), words.count == 4 {
                guard typed.insert(words[2]).inserted, ["counter", "gauge"].contains(words[3]) else { return nil }
            } else {
                guard let space = line.lastIndex(of: " "), Double(line[line.index(after: space)...]) != nil,
                    typed.contains(line.prefix { $0 != "{" }), described == typed,
                    samples.updateValue(String(line[line.index(after: space)...]), forKey: String(line[..<space]))
                        == nil
                else { return nil }
            }
        }
    }

    /// The value of the one sample of a metric that has a label.
    package subscript(_ name: String, _ label: String = "") -> String? {
        let found = samples.filter { $0.key.hasPrefix("visitor_merge_\(name){") && $0.key.contains(label) }
        return found.count == 1 ? found.first?.value : nil
    }
}
