import Model

/// A bar cut into shares of a whole: where each begins and how wide it is, in thousandths of the bar.
struct StackedBar {
    /// A share that is there can be seen, however small it is.
    private static let leastWidth = 7.0
    private static let gap = 3.0

    struct Segment {
        var code: String
        var label: String
        var meaning: String
        var count: String
        var share: String
        var x: String
        var width: String
    }

    struct Part {
        var code: String
        var label: String
        var meaning = ""
        var count: Int
    }

    let title: String
    let segments: [Segment]

    /// `nil` when there is nothing to show.
    init?(_ parts: [Part], title: String = "") {
        let parts = parts.filter { $0.count > 0 }
        guard !parts.isEmpty else { return nil }
        let total = parts.reduce(0) { $0 + $1.count }
        let places = spread(parts.map { Double($0.count) }, gap: Self.gap, least: Self.leastWidth)
        self.title = title
        segments = zip(parts, places).map { part, place in
            Segment(
                code: part.code, label: part.label, meaning: part.meaning, count: part.count.grouped,
                share: part.count.share(of: total), x: place.start.coordinate, width: place.width.coordinate)
        }
    }
}

/// Divides a thousand units among weights, each getting at least `least`, with gaps between them.
func spread(_ weights: [Double], gap: Double, least: Double) -> [(start: Double, width: Double)] {
    let total = weights.reduce(0, +)
    let free = 1000 - gap * Double(weights.count - 1) - least * Double(weights.count)
    var start = 0.0
    return weights.map { weight in
        let width = least + free * (total > 0 ? weight / total : 1 / Double(weights.count))
        defer { start += width + gap }
        return (start, width)
    }
}

extension Double {
    /// Rounded to a tenth, as SVG reads it.
    var coordinate: String {
        let tenths = Int((self * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    }
}
