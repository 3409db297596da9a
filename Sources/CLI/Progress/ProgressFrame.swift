import Migration

/// The picture of a job that is going: a state in, rows for a width and a height out.
struct ProgressFrame {
    /// What the rows are made of besides letters.
    struct Glyphs {
        var done: String
        var open: String
        var separator: String

        static let blocks = Glyphs(done: "█", open: "░", separator: " · ")
        /// For a terminal that is not known to show anything else.
        static let ascii = Glyphs(done: "#", open: "-", separator: ", ")
    }

    private static let longestBar = 40
    private static let shortestBar = 8

    private let phrases: ProgressPhrases
    private let glyphs: Glyphs

    init(_ state: ProgressState, clock: LocalClock, glyphs: Glyphs) {
        phrases = ProgressPhrases(state: state, clock: clock)
        self.glyphs = glyphs
    }

    /// The rows from top to bottom, the most important first: what does not fit into `height` is left out.
    func rows(width: Int, height: Int) -> [[StyledText]] {
        var rows = head(width)
        rows += paragraph((phrases.rates + [phrases.left].compactMap(\.self)).map { StyledText(text: $0) }, width)
        for phrase in [phrases.wait, phrases.limit].compactMap(\.self) {
            rows += paragraph([StyledText(text: phrase, style: .attention)], width)
        }
        rows += paragraph(
            phrases.outcomes.map { StyledText(text: $0.text, style: $0.needsPerson ? .attention : .plain) }, width)
        return Array(rows.prefix(max(height, 1)))
    }

    private func paragraph(_ phrases: [StyledText], _ width: Int) -> [[StyledText]] {
        StyledText.rows(phrases, separator: glyphs.separator, width: max(width, 1))
    }

    /// Title, bar and count in one row, or the title above the others where it is narrow.
    private func head(_ width: Int) -> [[StyledText]] {
        let title = StyledText(text: phrases.title)
        guard let count = phrases.count else { return paragraph([title], width) }
        let text = "\(count.numbers)  \(count.share)"
        let besideTitle = width - title.text.count - text.count - 4
        if besideTitle >= Self.shortestBar {
            return [[title, StyledText(text: "  ")] + bar(besideTitle) + [StyledText(text: "  \(text)")]]
        }
        let alone = width - text.count - 2
        guard alone >= Self.shortestBar else { return paragraph([title, StyledText(text: text)], width) }
        return paragraph([title], width) + [bar(alone) + [StyledText(text: "  \(text)")]]
    }

    private func bar(_ room: Int) -> [StyledText] {
        let length = min(room, Self.longestBar)
        let (done, total) = phrases.state.count
        let filled = min(max(length * done / max(total, 1), 0), length)
        return [
            StyledText(text: String(repeating: glyphs.done, count: filled), style: .good),
            StyledText(text: String(repeating: glyphs.open, count: length - filled)),
        ]
    }
}
