/// The rows that stand below everything else on a terminal: a value that knows how to draw and erase them.
///
/// The cursor rests at the beginning of the first row. A terminal that breaks rows anew when its size changes takes
/// the cursor along with the text, so nothing has to be known about what a change of size does to the rows. No mode of
/// the terminal is left changed: there is nothing to restore, however the process ends.
struct LiveBlock: Sendable {
    private static let escape = "\u{1B}["

    private(set) var isDrawn = false

    /// What draws `rows` where the block stands, or below everything if there is none.
    ///
    /// Rows are overwritten before their ends are cleared, which does not flicker, and while they are drawn the terminal
    /// cuts what is too long instead of breaking it: it may have become narrower a moment ago.
    mutating func draw(_ rows: [String]) -> String {
        guard !rows.isEmpty else { return erase() }
        isDrawn = true
        let lines = rows.map { "\($0)\(Self.escape)K" }.joined(separator: "\r\n")
        let up = rows.count > 1 ? "\(Self.escape)\(rows.count - 1)A" : ""
        return "\r\(Self.escape)?7l\(lines)\(Self.escape)J\(Self.escape)?7h\r\(up)"
    }

    /// What removes the block, so that something else can be written in its place.
    mutating func erase() -> String {
        guard isDrawn else { return "" }
        isDrawn = false
        return "\r\(Self.escape)J"
    }

    /// Takes what is drawn for text of somebody else: a shell has written behind it.
    mutating func leave() {
        isDrawn = false
    }
}
