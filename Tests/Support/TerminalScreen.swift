/// A terminal as its user sees it: what was written goes in, rows of characters come out.
///
/// Knows the few control sequences that the program uses. Any other is remembered as unknown, so that a test can insist
/// that there is none.
package struct TerminalScreen: Sendable {
    /// What a terminal does with its text when its width changes.
    package enum Resizing: Sendable, CaseIterable {
        /// Rows are broken anew, as in tmux and most windows.
        case breaksAnew
        /// What is too long is cut off, as in xterm.
        case cuts
    }

    private struct Row {
        var text: [Character] = []
        /// Goes on in the next row, because the width ended.
        var goesOn = false
    }

    package private(set) var columns: Int
    package private(set) var height: Int
    private let resizing: Resizing
    /// Everything ever written, the visible rows last.
    private var lines = [Row()]
    /// The first visible row.
    private var top = 0
    private var row = 0
    private var column = 0
    private var wraps = true
    private var pending: [UInt8] = []
    package private(set) var unknown: [String] = []
    package private(set) var hasColours = false

    package init(columns: Int, rows: Int, resizing: Resizing = .breaksAnew) {
        self.columns = columns
        height = rows
        self.resizing = resizing
    }

    /// The rows on the screen down to the last that has text.
    package var rows: [String] {
        let visible = lines[top...].map(Self.trimmed)
        return Array(visible.prefix((visible.lastIndex { !$0.isEmpty } ?? -1) + 1))
    }

    /// What went out of sight at the top, and what is on the screen.
    package var everything: [String] { lines.map(Self.trimmed) }

    /// Where the cursor is, from the top left corner.
    package var cursor: (row: Int, column: Int) { (row - top, column) }

    private static func trimmed(_ row: Row) -> String {
        String(row.text[..<((row.text.lastIndex { $0 != " " } ?? -1) + 1)])
    }

    /// Takes what a program wrote, in pieces of any size.
    package mutating func feed(_ bytes: some Sequence<UInt8>) {
        pending += bytes
        while let (text, length) = next() {
            pending.removeFirst(length)
            if text.first == "\u{1B}" { obey(text) } else { write(text) }
        }
    }

    /// A whole control sequence or a whole character at the front.
    private func next() -> (text: String, length: Int)? {
        guard let first = pending.first else { return nil }
        if first == 0x1B {
            guard pending.count > 1 else { return nil }
            guard pending[1] == UInt8(ascii: "[") else { return ("\u{1B}" + String(UnicodeScalar(pending[1])), 2) }
            guard let end = pending.dropFirst(2).firstIndex(where: { (0x40...0x7E).contains($0) }) else { return nil }
            return (String(decoding: pending[...end], as: UTF8.self), end + 1)
        }
        let length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        guard pending.count >= length else { return nil }
        return (String(decoding: pending.prefix(length), as: UTF8.self), length)
    }

    private mutating func obey(_ sequence: String) {
        let body = sequence.dropFirst(2)
        switch (body.last, body.dropLast()) {
        case ("A", let count): row = max(top, row - (Int(count) ?? 1))
        case ("J", ""):
            lines[row].text = Array(lines[row].text.prefix(column))
            lines[row].goesOn = false
            lines.removeSubrange((row + 1)...)
        case ("K", ""):
            lines[row].text = Array(lines[row].text.prefix(column))
            lines[row].goesOn = false
        case ("h", "?7"): wraps = true
        case ("l", "?7"): wraps = false
        case ("m", let colour): hasColours = hasColours || !["", "0"].contains(colour)
        default: unknown.append(sequence.debugDescription)
        }
    }

    private mutating func write(_ text: String) {
        switch text {
        case "\r", "\r\n": column = 0
        case "\n": newLine()
        default:
            if column == columns {
                if wraps {
                    lines[row].goesOn = true
                    newLine()
                    column = 0
                } else {
                    column = columns - 1
                }
            }
            let missing = column - lines[row].text.count
            lines[row].text += Array(repeating: " ", count: max(missing, 0))
            lines[row].text.replaceSubrange(
                column..<min(column + 1, lines[row].text.count), with: CollectionOfOne(Character(text)))
            column += 1
        }
    }

    private mutating func newLine() {
        row += 1
        if row == lines.count { lines.append(Row()) }
        top = max(top, row - height + 1)
    }

    /// Gives the terminal another size.
    package mutating func resize(columns: Int, rows: Int) {
        self.columns = columns
        height = rows
        switch resizing {
        case .breaksAnew: breakAnew()
        case .cuts:
            lines = lines.map { Row(text: Array($0.text.prefix(columns)), goesOn: $0.goesOn) }
            column = min(column, columns - 1)
        }
        while lines.count - 1 > row, lines.last?.text.isEmpty == true { lines.removeLast() }
        // The cursor stays visible; what does not fit below it is lost.
        top = min(max(lines.count - height, 0), row)
        lines = Array(lines.prefix(top + height))
    }

    private mutating func breakAnew() {
        var broken: [Row] = []
        var (newRow, newColumn) = (0, 0)
        var paragraph: [Character] = []
        var cursor: Int?
        for (index, line) in lines.enumerated() {
            if index == row { cursor = paragraph.count + column }
            paragraph += line.text
            if line.goesOn { continue }
            let count = max((paragraph.count + columns - 1) / columns, 1)
            if let place = cursor {
                newRow = broken.count + min(place / columns, count - 1)
                newColumn = place - (newRow - broken.count) * columns
            }
            for piece in 0..<count {
                let text = paragraph[
                    min(piece * columns, paragraph.count)..<min((piece + 1) * columns, paragraph.count)]
                broken.append(Row(text: Array(text), goesOn: piece < count - 1))
            }
            (paragraph, cursor) = ([], nil)
        }
        (lines, row, column) = (broken, newRow, newColumn)
    }
}
