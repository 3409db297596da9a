/// A piece of text with the colour that it has where there are colours.
struct StyledText: Sendable, Equatable {
    enum Style: Sendable {
        case plain
        /// What is done.
        case good
        /// What somebody should look at.
        case attention
    }

    var text: String
    var style: Style = .plain

    /// With the control sequences of its colour.
    var coloured: String {
        switch style {
        case .plain: text
        case .good: "\u{1B}[32m\(text)\u{1B}[0m"
        case .attention: "\u{1B}[33m\(text)\u{1B}[0m"
        }
    }

    /// Lays phrases out in rows of at most `width` columns, with a separator between those that share one.
    ///
    /// A phrase that is longer than a row is broken between words, a word that is longer where the row ends.
    static func rows(_ phrases: [StyledText], separator: String, width: Int) -> [[StyledText]] {
        var rows: [[StyledText]] = []
        var used = 0
        for phrase in phrases {
            let pieces = phrase.broken(to: width)
            guard let first = pieces.first else { continue }
            if !rows.isEmpty, used + separator.count + first.text.count <= width {
                rows[rows.count - 1] += [StyledText(text: separator), first]
                used += separator.count + first.text.count
            } else {
                rows.append([first])
                used = first.text.count
            }
            for piece in pieces.dropFirst() {
                rows.append([piece])
                used = piece.text.count
            }
        }
        return rows
    }

    private func broken(to width: Int) -> [StyledText] {
        var rows: [String] = []
        for word in text.split(separator: " ") {
            if let last = rows.last, last.count + 1 + word.count <= width {
                rows[rows.count - 1] += " " + word
                continue
            }
            var rest = word
            while rest.count > width {
                rows.append(String(rest.prefix(width)))
                rest = rest.dropFirst(width)
            }
            rows.append(String(rest))
        }
        return rows.map { StyledText(text: $0, style: style) }
    }
}
